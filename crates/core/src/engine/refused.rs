//! When servers that refused something are offered it again.
//!
//! Clocks are put right and bills are paid. So each is offered a few of what it refused, in turn and
//! ever more patiently; while it takes half of that, twice as much at once; and all when it comes anew.

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
    /// The rows that were offered again last, without those that it took…
    tried: SortedSet<u64>,
    /// …how many they were, and which of them came last.
    count: usize,
    last: u64,
}

impl Refused {
    pub fn note(&mut self, relay: &RelayUrl, now: Timestamp) {
        let until = Timestamp(now.0 + FIRST_MS);
        let tried = SortedSet::new();
        let first = Wait { until, wait_ms: FIRST_MS, tried, count: 0, last: 0 };
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

    /// Which of `rows` a server is offered now, and no more than `most`: those after the last ones.
    fn next(&mut self, relay: &RelayUrl, rows: &[u64], most: usize) -> Vec<u64> {
        let Some(wait) = self.0.get_mut(relay) else { return Vec::new() };
        let (earlier, later) = rows.split_at(rows.partition_point(|row| *row <= wait.last));
        let next: Vec<u64> = later.iter().chain(earlier).take(most).copied().collect();
        wait.last = next.last().copied().unwrap_or_default();
        (wait.tried, wait.count) = (next.iter().copied().collect(), next.len());
        next
    }

    /// A server takes a row. How many it is to be offered at once, where it took half of what it
    /// was offered again.
    pub fn took(&mut self, relay: &RelayUrl, row: u64) -> Option<usize> {
        let wait = self.0.get_mut(relay)?;
        let is_half = wait.tried.remove(&row) && wait.tried.len() * 2 <= wait.count;
        is_half.then_some(wait.count * 2)
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
            if !self.offer_some(&relay, TRIED_AT_ONCE) {
                self.outbox.refused.forget(&relay);
            }
            self.dispatch(&relay);
        }
    }

    /// Whether there was anything.
    pub(super) fn offer_some(&mut self, relay: &RelayUrl, most: usize) -> bool {
        let rows = self.to_be_offered(relay);
        let next = self.outbox.refused.next(relay, &rows, most);
        for row in &next {
            self.offer(relay, *row);
        }
        !next.is_empty()
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
    fn all_that_was_refused_has_its_turn_whatever_is_refused_meanwhile() {
        let (mut refused, relay) = (Refused::default(), RelayUrl::new("wss://r"));
        refused.note(&relay, Timestamp(0));
        let mut rows: Vec<u64> = (1..=30).collect();
        for turn in [1..=20, 21..=40, 41..=60] {
            let next = refused.next(&relay, &rows, 20);
            let expected = turn.map(|at| (at - 1) % rows.len() as u64 + 1).collect::<Vec<u64>>();
            assert_eq!(next, expected);
        }
        // The next would be 1. One more comes with each turn, and the oldest have theirs.
        let mut had = SortedSet::new();
        for _ in 0..3 {
            rows.push(rows.len() as u64 + 1);
            had.extend(refused.next(&relay, &rows, 20));
        }
        assert!((1..=30).all(|row| had.contains(&row)));
    }

    #[test]
    fn whoever_takes_half_is_offered_twice_as_much_and_whoever_takes_little_is_not() {
        let (mut refused, relay) = (Refused::default(), RelayUrl::new("wss://r"));
        refused.note(&relay, Timestamp(0));
        let rows: Vec<u64> = (1..=50).collect();
        refused.next(&relay, &rows, 20);
        assert!((1..=9).all(|row| refused.took(&relay, row).is_none()));
        assert_eq!([5, 30].map(|other| refused.took(&relay, other)), [None, None]);
        assert_eq!(refused.took(&relay, 10), Some(40));
    }
}
