//! What is sent to a server once more, though it answered.

use super::{Attempt, Outbox};
use crate::engine::Timestamp;
use crate::engine::record::{Answer, OutgoingRow, Target};
use zajil_api::RelayUrl;

impl Outbox {
    /// It is not there after all: to be sent again, not before `at`.
    pub fn ask_again(&mut self, relay: &RelayUrl, id: u64, at: Timestamp) {
        let Some(row) = self.rows.get_mut(&id) else { return };
        for target in row.targets.iter_mut().filter(|target| target.relay == *relay) {
            target.answer = Answer::None;
        }
        self.open.entry(relay.clone()).or_default().insert(id);
        let attempts = self.attempts.entry(relay.clone()).or_default();
        attempts.insert(id, (Attempt::Deferred(at), 1));
    }

    /// A person wants it sent now: every server that has not taken it is asked at once.
    pub fn hurry(&mut self, id: u64) -> Vec<RelayUrl> {
        let Some(row) = self.rows.get_mut(&id) else { return Vec::new() };
        let mut relays = Vec::new();
        for target in &mut row.targets {
            if matches!(target.answer, Answer::None | Answer::Refused) {
                target.answer = Answer::None;
                self.open.entry(target.relay.clone()).or_default().insert(id);
                if let Some(attempts) = self.attempts.get_mut(&target.relay) {
                    attempts.remove(&id);
                }
                relays.push(target.relay.clone());
            }
        }
        relays
    }

    pub fn open_at(&self, relay: &RelayUrl) -> Vec<u64> {
        self.open.get(relay).into_iter().flatten().copied().collect()
    }

    /// What a server refused.
    pub fn refused_by(&self, relay: &RelayUrl) -> impl Iterator<Item = &OutgoingRow> {
        let refused =
            move |target: &Target| target.relay == *relay && target.answer == Answer::Refused;
        self.rows.values().filter(move |row| row.targets.iter().any(refused))
    }

    /// A server is asked once more to take what it refused.
    pub fn reopen(&mut self, relay: &RelayUrl, id: u64) {
        let targets = self.rows.get_mut(&id).into_iter().flat_map(|row| &mut row.targets);
        for target in targets.filter(|target| target.relay == *relay) {
            target.answer = Answer::None;
            self.open.entry(relay.clone()).or_default().insert(id);
        }
    }
}
