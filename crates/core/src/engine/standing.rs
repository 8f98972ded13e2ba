//! What each server did so far, kept over restarts, and what follows from it.

use super::record::StandingRow;
use super::{Engine, Timestamp};
use crate::nostr::EventId;
use crate::relay::{RelayInfo, Standing, Stored};
use crate::sorted::SortedMap;
use zajil_api::RelayUrl;

/// One server's is saved at most this often, and only when something else is saved.
const SAVED_EVERY_MS: u64 = 60_000;
/// Time is counted in steps of at least so much…
const STEP_MS: u64 = 1_000;
/// …and not at all where we did not look for longer: the device slept.
const SLEPT_MS: u64 = 120_000;
/// Servers remembered at most.
const MAX_REMEMBERED: usize = 64;
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
        self.all.insert(row.relay.clone(), Known { standing, saved, saved_at: None });
    }

    pub fn get(&self, relay: &RelayUrl) -> Option<&Standing> {
        self.all.get(relay).map(|known| &known.standing)
    }

    pub fn of(&mut self, relay: &RelayUrl) -> &mut Standing {
        &mut self.all.entry(relay.clone()).or_default().standing
    }

    fn score(&self, relay: &RelayUrl) -> u8 {
        self.get(relay).and_then(Standing::score).unwrap_or(UNKNOWN_SCORE)
    }

    /// What changed and was not saved for long enough, as rows.
    fn take_due(&mut self, now: Timestamp) -> Vec<StandingRow> {
        let mut rows = Vec::new();
        for (relay, known) in &mut self.all {
            let stored = known.standing.to_stored();
            let due = known.saved_at.is_none_or(|at| at.0 + SAVED_EVERY_MS <= now.0);
            if stored == known.saved || !due {
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
        let standing = self.standings.of(relay);
        if let Some(at) = self.outbox.asked_at(relay, row) {
            let took = self.now.0.saturating_sub(at.0);
            standing.answered(u32::try_from(took).unwrap_or(u32::MAX));
        }
        if accepted || words.starts_with("duplicate:") {
            standing.took();
            // It does take them from us.
            let warning = self.pool.info(relay).and_then(RelayInfo::warning);
            if let Some(link) = self.pool.get_mut(relay) {
                link.said.take_if(|said| Some(said.as_str()) == warning);
            }
        } else if !words.starts_with("auth-required:") {
            standing.refused();
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
    }

    /// Along with what is being saved anyway.
    pub(super) fn save_standings(&mut self) {
        for row in self.standings.take_due(self.now) {
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

    #[test]
    fn a_standing_is_saved_when_it_changed_and_once_a_minute_at_most() {
        let mut standings = Standings::default();
        let relay = RelayUrl::new("wss://r");
        assert!(standings.take_due(Timestamp(0)).is_empty());
        standings.of(&relay).took();
        let rows = standings.take_due(Timestamp(0));
        assert_eq!((rows.len(), rows[0].taken), (1, [1_000, 1_000]));
        standings.of(&relay).took();
        assert!(standings.take_due(Timestamp(SAVED_EVERY_MS - 1)).is_empty());
        assert_eq!(standings.take_due(Timestamp(SAVED_EVERY_MS)).len(), 1);
        assert!(standings.take_due(Timestamp(10 * SAVED_EVERY_MS)).is_empty());
    }
}
