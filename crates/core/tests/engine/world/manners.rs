//! What a relay wants and says besides keeping events, and how well it can be reached.

use zajil_core::nostr::{EventId, RelayMessage};

/// A frame, and whom it is for.
type Said = (&'static str, String);

pub struct Manners {
    /// Hands out each page oldest first.
    pub upside_down: bool,
    /// Takes connections and frames, and says nothing at all.
    pub hangs: bool,
    /// What it was told meanwhile.
    pub unheard: Vec<(&'static str, String)>,
    /// Never says that what is stored is over, for questions named so.
    pub never_ends: Option<&'static str>,
    /// So long its frames are on their way.
    pub latency_ms: u64,
    /// What it says about itself (NIP-11).
    pub info: Option<String>,
    /// Says this challenge to everybody who connects (NIP-42).
    pub challenges: Option<&'static str>,
    /// Takes events only from whoever has proven who they are.
    pub wants_proof_to_write: bool,
    /// What it says to a proof; `None` is nothing.
    pub verdict: Option<(bool, &'static str)>,
    /// The proofs it was given.
    pub answers: Vec<(&'static str, EventId)>,
    /// Subscriptions of one person that were open at the same time.
    pub most_subscriptions: usize,
    /// Hangs up on events longer than that.
    pub bears: Option<usize>,
    /// Events it was offered.
    pub offered: usize,
    /// Hands out what contains this with a tag in it that is none.
    pub mangles: Option<&'static str>,
    /// Does not understand the next question named so for what is stored, and complains without
    /// saying about what.
    pub mishears: Option<&'static str>,
}

impl Default for Manners {
    fn default() -> Self {
        Self {
            upside_down: false,
            hangs: false,
            unheard: Vec::new(),
            never_ends: None,
            latency_ms: 0,
            info: None,
            challenges: None,
            wants_proof_to_write: false,
            verdict: Some((true, "")),
            answers: Vec::new(),
            most_subscriptions: 0,
            bears: None,
            offered: 0,
            mangles: None,
            mishears: None,
        }
    }
}

impl Manners {
    /// What it says to a frame without looking into it, where it does that: nothing, if it hangs.
    pub fn turns_away(&mut self, who: &'static str, text: &str) -> Option<Vec<Said>> {
        self.offered += usize::from(text.starts_with("[\"EVENT\""));
        if self.hangs {
            self.unheard.push((who, text.to_owned()));
            return Some(Vec::new());
        }
        let is_misheard = |name: &str| {
            text.starts_with(&format!("[\"REQ\",\"{name}")) && !text.contains("\"limit\":0")
        };
        self.mishears.take_if(|name| is_misheard(name))?;
        Some(vec![(who, RelayMessage::Notice("bad message".to_owned()).to_json())])
    }

    pub fn hangs_up_on(&self, text: &str) -> bool {
        text.starts_with("[\"EVENT\"") && self.bears.is_some_and(|most| text.len() > most)
    }

    /// An EVENT frame as it is handed out.
    pub fn mangle(&self, frame: String) -> String {
        match self.mangles.is_some_and(|part| frame.contains(part)) {
            true => frame.replacen("\"tags\":[", "\"tags\":[[],", 1),
            false => frame,
        }
    }
}
