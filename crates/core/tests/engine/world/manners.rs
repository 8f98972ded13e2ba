//! What a relay wants and says besides keeping events, and how well it can be reached.

use zajil_core::nostr::EventId;

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
        }
    }
}

impl Manners {
    /// Whether a frame is left lying, because the relay hangs.
    pub fn lets_wait(&mut self, who: &'static str, text: &str) -> bool {
        if self.hangs {
            self.unheard.push((who, text.to_owned()));
        }
        self.hangs
    }
}
