//! What each server did so far, kept over restarts, and what follows from it.

use super::record::StandingRow;
use super::{Engine, Timestamp};
use crate::nostr::EventId;
use crate::relay::{Standing, Stored};
use crate::sorted::SortedMap;
use zajil_api::RelayUrl;

/// One server's is saved at most this often, but for the first time that it has a score.
const SAVED_EVERY_MS: u64 = 60_000;
/// Where only time passed, and nothing else is saved, so seldom.
const PASSING_EVERY_MS: u64 = 600_000;
/// Time is counted in steps of at least so much…
const STEP_MS: u64 = 1_000;
/// …and not at all where we did not look for longer: the device slept.
const SLEPT_MS: u64 = 120_000;
/// Servers remembered at most.
const MAX_REMEMBERED: usize = 64;
/// Answers that begin so refuse nothing for good: another time the event is taken.
const NOT_NOW: [&str; 3] = ["error:", "rate-limited:", "auth-required:"];
/// Whose standing is not known stands between the good and the bad.
const UNKNOWN_SCORE: u8 = 70;

#[derive(Debug, Default)]
pub(super) struct Standings {
    all: SortedMap<RelayUrl, Known>,
    watched_at: Timestamp,
}

#[derive(Debug, Default)]
struct Known {
    standing: Standing,
    saved: Stored,
    saved_at: Option<Timestamp>,
    /// Whether its answer time was measured since this start.
    measured: bool,
}

/// What else is being saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum With {
    Nothing,
    Others,
}

impl Standings {
    pub fn load(&mut self, row: &StandingRow) {
        let saved = Stored {
            reachable: row.reachable,
            kept: row.kept,
            taken: row.taken,
            answers_in_ms: row.answers_in_ms,
        };
        let standing = Standing::from_stored(&saved);
        self.all.insert(row.relay.clone(), Known { standing, saved, ..Known::default() });
    }

    pub fn get(&self, relay: &RelayUrl) -> Option<&Standing> {
        self.all.get(relay).map(|known| &known.standing)
    }

    pub fn of(&mut self, relay: &RelayUrl) -> &mut Standing {
        &mut self.all.entry(relay.clone()).or_default().standing
    }

    /// It answered after so long.
    pub fn answered(&mut self, relay: &RelayUrl, milliseconds: u32) {
        let known = self.all.entry(relay.clone()).or_default();
        known.measured = true;
        known.standing.answered(milliseconds);
    }

    /// How fast it answers, as far as that was measured since this start.
    pub fn answers_in_ms(&self, relay: &RelayUrl) -> Option<u32> {
        let known = self.all.get(relay).filter(|known| known.measured)?;
        known.standing.answers_in_ms()
    }

    fn score(&self, relay: &RelayUrl) -> u8 {
        self.get(relay).and_then(Standing::score).unwrap_or(UNKNOWN_SCORE)
    }

    /// What changed and was not saved for long enough, as rows.
    fn take_due(&mut self, now: Timestamp, with: With) -> Vec<StandingRow> {
        let mut rows = Vec::new();
        for (relay, known) in &mut self.all {
            let stored = known.standing.to_stored();
            let is_first = known.standing.score().is_some()
                && Standing::from_stored(&known.saved).score().is_none();
            let counted = (stored.kept, stored.taken) != (known.saved.kept, known.saved.taken);
            let every = match with {
                With::Nothing if !counted => PASSING_EVERY_MS,
                With::Nothing | With::Others => SAVED_EVERY_MS,
            };
            let due = known
                .saved_at
                .map_or(counted || with == With::Others, |at| at.0.saturating_add(every) <= now.0);
            if stored == known.saved || !(due || is_first) {
                continue;
            }
            known.saved = stored;
            known.saved_at = Some(now);
            rows.push(StandingRow {
                relay: relay.clone(),
                reachable: stored.reachable,
                kept: stored.kept,
                taken: stored.taken,
                answers_in_ms: stored.answers_in_ms,
            });
        }
        rows
    }
}

impl Engine {
    /// An event that this server had said it keeps was read back from it.
    pub(super) fn kept(&mut self, relay: &RelayUrl) {
        self.standings.of(relay).kept();
        self.server_moved(relay);
    }

    /// An event that this server had said it keeps is not there.
    pub(super) fn broke(&mut self, relay: &RelayUrl) {
        self.standings.of(relay).broke();
        self.server_moved(relay);
    }

    /// What a server's answer to an event says about the server.
    pub(super) fn judge(&mut self, relay: &RelayUrl, event: &EventId, accepted: bool, words: &str) {
        let Some(row) = self.outbox.row_of(event) else { return };
        if let Some(at) = self.outbox.asked_at(relay, row) {
            let took = self.now.0.saturating_sub(at.0);
            self.standings.answered(relay, u32::try_from(took).unwrap_or(u32::MAX));
        }
        if accepted || words.starts_with("duplicate:") {
            self.standings.of(relay).took();
            // Whatever it complained of is settled.
            if let Some(link) = self.pool.get_mut(relay) {
                link.said = None;
            }
        } else if !NOT_NOW.iter().any(|prefix| words.starts_with(prefix)) {
            self.standings.of(relay).refused();
        }
        self.server_moved(relay);
    }

    /// Notes since when which servers could be reached. Before anything else happens: the
    /// time until now passed in the old state.
    pub(super) fn watch(&mut self) {
        let passed = self.now.0.saturating_sub(self.standings.watched_at.0);
        if passed < STEP_MS {
            return;
        }
        self.standings.watched_at = self.now;
        if passed > SLEPT_MS {
            return;
        }
        for (relay, reached) in self.pool.reached() {
            let standing = self.standings.of(&relay);
            standing.watched(reached, passed);
        }
        for row in self.standings.take_due(self.now, With::Nothing) {
            self.save_standing(row);
        }
    }

    /// Along with what is being saved anyway.
    pub(super) fn save_standings(&mut self) {
        for row in self.standings.take_due(self.now, With::Others) {
            self.save_standing(row);
        }
    }

    /// At start: servers that nothing leads to any more need not be remembered for ever.
    pub(super) fn drop_old_standings(&mut self) {
        let needed = |relay: &RelayUrl| {
            self.servers.contains(relay)
                || self.chats.values().any(|chat| chat.relays().any(|other| other == relay))
        };
        let idle = self.standings.all.keys().filter(|relay| !needed(relay));
        let spare = self.standings.all.len().saturating_sub(MAX_REMEMBERED);
        let idle: Vec<RelayUrl> = idle.take(spare).cloned().collect();
        for relay in idle {
            self.standings.all.remove(&relay);
            self.forget_standing(&relay);
        }
    }

    /// The same relays, those that may be relied on most first.
    pub(super) fn trusted_first<'a>(
        &self,
        relays: impl IntoIterator<Item = &'a RelayUrl>,
    ) -> Vec<RelayUrl> {
        let mut relays: Vec<RelayUrl> = relays.into_iter().cloned().collect();
        relays.sort_by_key(|relay| std::cmp::Reverse(self.standings.score(relay)));
        relays
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relay::Reached;

    #[test]
    fn a_standing_is_saved_when_it_changed_and_once_a_minute_at_most() {
        let mut standings = Standings::default();
        let relay = RelayUrl::new("wss://r");
        assert!(standings.take_due(Timestamp(0), With::Others).is_empty());
        standings.of(&relay).took();
        let rows = standings.take_due(Timestamp(0), With::Others);
        assert_eq!((rows.len(), rows[0].taken), (1, [1_000, 1_000]));
        standings.of(&relay).took();
        assert!(standings.take_due(Timestamp(SAVED_EVERY_MS - 1), With::Others).is_empty());
        assert_eq!(standings.take_due(Timestamp(SAVED_EVERY_MS), With::Others).len(), 1);
        assert!(standings.take_due(Timestamp(10 * SAVED_EVERY_MS), With::Others).is_empty());
    }

    #[test]
    fn the_first_score_of_a_server_is_saved_at_once() {
        let mut standings = Standings::default();
        let relay = RelayUrl::new("wss://r");
        standings.of(&relay).took();
        assert_eq!(standings.take_due(Timestamp(0), With::Nothing).len(), 1);
        standings.of(&relay).watched(Reached::Yes, 60_000);
        assert!(standings.get(&relay).is_some_and(|standing| standing.score().is_some()));
        assert_eq!(standings.take_due(Timestamp(1), With::Nothing).len(), 1);
        standings.of(&relay).kept();
        assert!(standings.take_due(Timestamp(2), With::Nothing).is_empty(), "then once a minute");
    }

    #[test]
    fn time_that_passes_is_seldom_a_reason_to_save() {
        let mut standings = Standings::default();
        let relay = RelayUrl::new("wss://r");
        standings.of(&relay).watched(Reached::Yes, 60_000);
        assert_eq!(standings.take_due(Timestamp(0), With::Nothing).len(), 1);
        standings.of(&relay).watched(Reached::Yes, 60_000);
        assert!(standings.take_due(Timestamp(SAVED_EVERY_MS), With::Nothing).is_empty());
        assert_eq!(standings.take_due(Timestamp(PASSING_EVERY_MS), With::Nothing).len(), 1);
    }
}
