//! Promises of servers that are still to be read back: which, and when to ask.

use super::Timestamp;
use crate::nostr::EventId;
use crate::sorted::SortedMap;
use crate::time::doubled;
use std::collections::BTreeSet;
use zajil_api::RelayUrl;

/// A promise is read back after so long, together with those that came meanwhile.
pub(super) const GATHER_MS: u64 = 150;
/// Events asked for in one question.
const BATCH: usize = 50;
/// A question without an end is given up after so long, doubled each time: servers are slow…
const PATIENCE_MS: u64 = 10_000;
const LONGEST_PATIENCE_MS: u64 = 60_000;
/// …and asked again after so long, doubled each time.
const RETRY_MS: u64 = 5_000;
const LONGEST_RETRY_MS: u64 = 600_000;

#[derive(Debug, Default)]
pub(super) struct ReadBack {
    pub relays: SortedMap<RelayUrl, Reading>,
    /// How many own messages were read back from each server and not missed there since.
    pub held: SortedMap<RelayUrl, u32>,
    pub last_number: u32,
}

#[derive(Debug, Default)]
pub(super) struct Reading {
    pub due: SortedMap<u64, Timestamp>,
    tries: SortedMap<u64, Tries>,
    given_up: BTreeSet<u64>,
    pub asked: Option<Question>,
}

/// How a question about a row was in vain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Vain {
    /// It was not answered, which says nothing of the row.
    Silence,
    /// It was not there.
    Absence,
}

#[derive(Debug, Default)]
struct Tries {
    silences: u32,
    absences: u32,
}

#[derive(Debug)]
pub(super) struct Question {
    pub name: String,
    pub at: Timestamp,
    pub patience_ms: u64,
    /// The rows asked about that were not handed out yet, by event.
    pub rows: SortedMap<EventId, u64>,
    /// Whether any was.
    pub brought: bool,
}

impl ReadBack {
    pub fn disconnected(&mut self, relay: &RelayUrl) {
        self.relays.remove(relay);
    }

    pub fn next_timeout(&self) -> Option<Timestamp> {
        let next = |reading: &Reading| match &reading.asked {
            Some(asked) => Some(asked.ends_at()),
            None => reading.due.values().min().copied(),
        };
        self.relays.values().filter_map(next).min()
    }

    pub fn held(&self, relay: &RelayUrl) -> u32 {
        self.held.get(relay).copied().unwrap_or(0)
    }

    /// Whether a promise of this connection is all there will be.
    pub fn gave_up(&self, relay: &RelayUrl, row: u64) -> bool {
        self.relays.get(relay).is_some_and(|reading| reading.given_up.contains(&row))
    }

    /// A row goes to the server once more: what it hands out of it from now on may be what it
    /// passes on, and not what it keeps.
    pub fn sent_again(&mut self, relay: &RelayUrl, row: u64) {
        let Some(reading) = self.relays.get_mut(relay) else { return };
        reading.due.remove(&row);
        if let Some(asked) = &mut reading.asked {
            asked.rows.retain(|_, other| *other != row);
        }
    }

    /// The server was not asked before then.
    pub fn wait_until(&mut self, relay: &RelayUrl, at: Timestamp) {
        let reading = self.relays.get_mut(relay);
        if let Some(asked) = reading.and_then(|reading| reading.asked.as_mut()) {
            asked.at = at.max(asked.at);
        }
    }

    pub fn is_question(&self, relay: &RelayUrl, subscription: &str) -> bool {
        let asked = self.relays.get(relay).and_then(|reading| reading.asked.as_ref());
        asked.is_some_and(|asked| asked.name == subscription)
    }
}

impl Question {
    pub fn ends_at(&self) -> Timestamp {
        Timestamp(self.at.0 + self.patience_ms)
    }
}

impl Reading {
    /// How long to wait for an answer about these.
    pub fn patience_ms<'a>(&self, rows: impl Iterator<Item = &'a u64>) -> u64 {
        let silences = rows.filter_map(|row| self.tries.get(row)).map(|tries| tries.silences);
        doubled(PATIENCE_MS, silences.max().unwrap_or(0), LONGEST_PATIENCE_MS)
    }

    /// What to ask about now, so many at most; what is almost due goes along. What was given up
    /// holds up nothing else.
    pub fn take_due(&mut self, now: Timestamp, most: usize) -> Vec<u64> {
        let soon = Timestamp(now.0 + GATHER_MS);
        let due = self.due.iter().filter(|(_, at)| **at <= soon).map(|(row, _)| *row);
        let (old, fresh): (Vec<u64>, Vec<u64>) = due.partition(|row| self.given_up.contains(row));
        let mut rows = if fresh.is_empty() { old } else { fresh };
        rows.truncate(most.min(BATCH));
        self.due.retain(|row, _| !rows.contains(row));
        rows
    }

    /// It was there.
    pub fn found(&mut self, row: u64) {
        self.due.remove(&row);
        self.tries.remove(&row);
        self.given_up.remove(&row);
    }

    /// When to ask about a row again; `None` when it was asked about often enough.
    pub fn again_at(
        &mut self,
        row: u64,
        now: Timestamp,
        vain: Vain,
        most: u32,
    ) -> Option<Timestamp> {
        let Tries { silences, absences } = self.tries.entry(row).or_default();
        let tries = if vain == Vain::Silence { silences } else { absences };
        *tries += 1;
        let wait = doubled(RETRY_MS, *tries - 1, LONGEST_RETRY_MS);
        let again_at = Timestamp(now.0 + wait);
        if *tries < most {
            return Some(again_at);
        }
        self.given_up.insert(row);
        if vain == Vain::Silence {
            // A promise is all there is, but whoever was silent may speak again.
            self.due.insert(row, again_at);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_off_is_not_asked_about_along_with_what_is_due() {
        let mut reading = Reading::default();
        let now = Timestamp(1_000_000);
        let put_off = reading.again_at(1, now, Vain::Silence, 8).unwrap();
        reading.due.insert(1, put_off);
        reading.due.insert(2, now);
        reading.due.insert(3, Timestamp(now.0 + GATHER_MS));
        assert_eq!(reading.take_due(now, 9), [2, 3]);
        assert!(reading.take_due(now, 9).is_empty());
        assert_eq!(reading.take_due(put_off, 9), [1]);
    }
}
