//! NIP-42 on one connection: the challenge, and what became of the answer.

use crate::nostr::EventId;
use crate::sorted::SortedSet;
use std::collections::BTreeSet;

/// A longer challenge, in bytes, is none.
const MAX_CHALLENGE: usize = 1024;

/// Whether this connection's server knows whose it is.
#[derive(Clone, Debug, Default)]
pub struct Proof {
    /// The latest challenge, until it was answered.
    challenge: Option<String>,
    answered: SortedSet<String>,
    /// Whether something was refused for want of proof.
    wanted: bool,
    stage: Stage,
    /// Rows of the outbox that wait for it.
    pub rows: BTreeSet<u64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    None,
    /// Sent as this event; no answer yet.
    Sent(EventId),
    Accepted,
    Refused,
}

/// What a server said to an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Accepted,
    Refused,
}

impl Proof {
    pub fn challenged(&mut self, challenge: &str) {
        let is_new =
            !self.answered.contains(challenge) && self.challenge.as_deref() != Some(challenge);
        // Each challenge costs a signature: a server that goes on and on gets no more.
        if is_new && challenge.len() <= MAX_CHALLENGE && self.answered.len() < 8 {
            self.challenge = Some(challenge.to_owned());
        }
    }

    /// Something was refused for want of proof.
    pub fn want(&mut self) {
        self.wanted = true;
    }

    pub fn is_wanted(&self) -> bool {
        self.wanted
    }

    /// Whether the server has still to challenge us, or to judge the answer.
    pub fn is_open(&self) -> bool {
        matches!(self.stage, Stage::None | Stage::Sent(_))
    }

    pub fn is_refused(&self) -> bool {
        self.stage == Stage::Refused
    }

    pub fn is_accepted(&self) -> bool {
        self.stage == Stage::Accepted
    }

    /// The challenge to answer, once.
    pub fn take_challenge(&mut self) -> Option<String> {
        let challenge = self.challenge.take()?;
        self.answered.insert(challenge.clone());
        Some(challenge)
    }

    pub fn sent(&mut self, answer: EventId) {
        self.stage = Stage::Sent(answer);
    }

    /// The server's OK for an event; `None` if it is not for the answer.
    pub fn settle(&mut self, event: &EventId, accepted: bool) -> Option<Verdict> {
        if self.stage != Stage::Sent(*event) {
            return None;
        }
        let (stage, verdict) = match accepted {
            true => (Stage::Accepted, Verdict::Accepted),
            false => (Stage::Refused, Verdict::Refused),
        };
        self.stage = stage;
        Some(verdict)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(byte: u8) -> EventId {
        EventId::from_bytes([byte; 32])
    }

    #[test]
    fn a_challenge_is_answered_once() {
        let mut proof = Proof::default();
        proof.challenged("a");
        assert_eq!(proof.take_challenge().as_deref(), Some("a"));
        proof.challenged("a");
        assert_eq!(proof.take_challenge(), None);
        proof.challenged("b");
        assert_eq!(proof.take_challenge().as_deref(), Some("b"));
    }

    #[test]
    fn challenges_without_end_are_not_answered_without_end() {
        let mut proof = Proof::default();
        let answered = (0..100).filter(|number| {
            proof.challenged(&number.to_string());
            proof.take_challenge().is_some()
        });
        assert_eq!(answered.count(), 8);
        let mut proof = Proof::default();
        proof.challenged(&"x".repeat(MAX_CHALLENGE + 1));
        assert_eq!(proof.take_challenge(), None);
    }

    #[test]
    fn only_the_answer_to_the_answer_counts() {
        let mut proof = Proof::default();
        assert_eq!(proof.settle(&answer(1), true), None);
        proof.sent(answer(1));
        assert_eq!(proof.settle(&answer(2), true), None);
        assert_eq!(proof.settle(&answer(1), false), Some(Verdict::Refused));
        assert!(proof.is_refused());
        proof.sent(answer(3));
        assert_eq!(proof.settle(&answer(3), true), Some(Verdict::Accepted));
        assert_eq!(proof.settle(&answer(3), true), None);
    }
}
