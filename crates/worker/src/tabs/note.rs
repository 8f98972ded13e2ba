use serde::{Deserialize, Serialize};
use zajil_api::{CommandId, Request, Update};

/// Raised whenever a note, a request or an update takes another form. Whoever hears a
/// higher one than its own is outdated and ends; a lower one is ignored.
pub const VERSION: u32 = 2;

/// One tab's worker. Drawn at random when it starts; below 2⁵³.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PeerId(pub u64);

impl PeerId {
    pub fn draw() -> Self {
        let mut bytes = [0; 8];
        // A browser without randomness stops when it makes its first key. Until then any
        // number will do: the fence, not the name, keeps two leaders apart.
        let _ = getrandom04::fill(&mut bytes);
        Self(u64::from_le_bytes(bytes) >> 11)
    }
}

/// What a worker says to the others of the same account. All of them hear all of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Note {
    pub from: PeerId,
    pub body: Body,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Body {
    /// Who leads? Answered by whoever leads or is about to.
    Asking,
    /// I took the lead and open the engine.
    Starting,
    /// I lead. Also the answer to a question whether the leader lives.
    Leading,
    /// For the leader `to` to carry out. Nobody else touches it.
    Request { to: PeerId, request: Request },
    /// Told by the engine. An answer is for the worker whose tab asked.
    Update(Update),
    /// These were carried out, and what they changed is durable; but for what the engine has
    /// to read rows for, which is over when it is answered.
    Done(Vec<CommandId>),
}
