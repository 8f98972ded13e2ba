//! When servers that refused something are offered it again.
//!
//! Clocks are put right and bills are paid. So each is offered a few of what it refused, in turn and
//! ever more patiently; once it takes one, or comes anew, all of it.

use super::record::{Answer, OutgoingRow, Purpose};
use super::{Engine, Timestamp};
use crate::sorted::{SortedMap, SortedSet};
use zajil_api::{MessageState, RelayUrl};

/// The first wait after a refusal, and the longest.
const FIRST_MS: u64 = 60_000;
const LONGEST_MS: u64 = 600_000;
/// So much is offered at a time.
const TRIED_AT_ONCE: usize = 20;

#[derive(Debug, Default)]
pub(super) struct Refused(SortedMap<RelayUrl, Wait>);

#[derive(Debug)]
struct Wait {
    until: Timestamp,
    wait_ms: u64,
    /// The rows that were offered again last.
    tried: SortedSet<u64>,
}

impl Refused {
    pub fn note(&mut self, relay: &RelayUrl, now: Timestamp) {
        let until = Timestamp(now.0 + FIRST_MS);
        let first = Wait { until, wait_ms: FIRST_MS, tried: SortedSet::new() };
        self.0.entry(relay.clone()).or_insert(first);
    }

    /// Whatever it refused is open again: the next refusal is a new one.
    pub fn forget(&mut self, relay: &RelayUrl) {
        self.0.remove(relay);
    }

    /// Servers that are to be asked again now.
    pub fn due(&mut self, now: Timestamp) -> Vec<RelayUrl> {
        let mut due = Vec::new();
        for (relay, wait) in self.0.iter_mut().filter(|(_, wait)| wait.until <= now) {
            wait.wait_ms = wait.wait_ms.saturating_mul(2).min(LONGEST_MS);
            wait.until = Timestamp(now.0 + wait.wait_ms);
            due.push(relay.clone());
        }
        due
    }

    /// Which of `rows` a server is offered now: those after the last ones.
    fn next(&mut self, relay: &RelayUrl, rows: &[u64]) -> Vec<u64> {
        let Some(wait) = self.0.get_mut(relay) else { return Vec::new() };
        let last = wait.tried.iter().last().copied().unwrap_or_default();
        let later = rows.iter().filter(|row| **row > last);
        let earlier = rows.iter().filter(|row| **row <= last);
        let next: Vec<u64> = later.chain(earlier).take(TRIED_AT_ONCE).copied().collect();
        wait.tried = next.iter().copied().collect();
        next
    }

    /// A server takes a row: whether that is one that it was offered again.
    pub fn took(&mut self, relay: &RelayUrl, row: u64) -> bool {
        self.0.get_mut(relay).is_some_and(|wait| wait.tried.remove(&row))
    }

    pub fn next_timeout(&self) -> Option<Timestamp> {
        self.0.values().map(|wait| wait.until).min()
    }
}

impl Engine {
    /// A server is there (again): it is asked even for what it refused.
    pub(super) fn reopen(&mut self, relay: &RelayUrl) {
        self.outbox.refused.forget(relay);
        for row in self.to_be_offered(relay) {
            self.offer(relay, row);
        }
    }

    pub(super) fn try_refused(&mut self) {
        for relay in self.outbox.refused.due(self.now) {
            let rows = self.to_be_offered(&relay);
            if rows.is_empty() {
                self.outbox.refused.forget(&relay);
            }
            for row in self.outbox.refused.next(&relay, &rows) {
                self.offer(&relay, row);
            }
            self.dispatch(&relay);
        }
    }

    /// What a server refused and nobody else has, or whom it is for has not got from there.
    fn to_be_offered(&self, relay: &RelayUrl) -> Vec<u64> {
        let rows = self.outbox.refused_by(relay);
        let rows = rows.filter(|row| !is_held(row) || !self.is_confirmed(row));
        rows.map(|row| row.id).collect()
    }

    /// It is on its way again.
    fn offer(&mut self, relay: &RelayUrl, id: u64) {
        let Some(row) = self.outbox.row(id) else { return };
        let (purpose, is_held) = (row.purpose, is_held(row));
        self.outbox.reopen(relay, id);
        self.dirty.outgoing.insert(id);
        if let (Purpose::Message { chat, place }, false) = (purpose, is_held) {
            self.settle(chat, place, MessageState::Sending);
        }
    }
}

fn is_held(row: &OutgoingRow) -> bool {
    row.targets.iter().any(|target| target.answer == Answer::Held)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_refuses_is_asked_ever_more_patiently_until_it_comes_anew() {
        let (mut refused, relay) = (Refused::default(), RelayUrl::new("wss://r"));
        let mut now = Timestamp(0);
        let mut waits = Vec::new();
        for _ in 0..6 {
            refused.note(&relay, now);
            let until = refused.next_timeout().unwrap();
            assert!(refused.due(Timestamp(until.0 - 1)).is_empty());
            waits.push(until.0 - now.0);
            now = until;
            assert_eq!(refused.due(now), std::slice::from_ref(&relay));
        }
        assert_eq!(waits, [60_000, 120_000, 240_000, 480_000, 600_000, 600_000]);
        refused.forget(&relay);
        assert_eq!(refused.next_timeout(), None);
    }

    #[test]
    fn all_that_was_refused_has_its_turn_and_what_is_taken_shows() {
        let (mut refused, relay) = (Refused::default(), RelayUrl::new("wss://r"));
        refused.note(&relay, Timestamp(0));
        let rows: Vec<u64> = (1..=50).collect();
        let turns = [1..=20, 21..=40].map(|turn| turn.collect::<Vec<u64>>());
        assert_eq!([(); 2].map(|()| refused.next(&relay, &rows)), turns);
        let third = refused.next(&relay, &rows);
        assert_eq!(third, (41..=50).chain(1..=10).collect::<Vec<u64>>());
        assert!(refused.took(&relay, 45) && refused.took(&relay, 5));
        assert!(!refused.took(&relay, 45) && !refused.took(&relay, 20));
    }
}
