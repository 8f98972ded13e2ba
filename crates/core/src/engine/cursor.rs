//! How far back each server is asked: by what it handed out, never by our own clock.
//!
//! A server's cursor is the date of the newest event of our peers that it is known to have
//! had when it had handed out everything. A clock of ours that is wrong, or a date that a
//! stranger made up, moves none. The cursor is never ahead of our clock. Where one is found
//! ahead of it, one of the two clocks was wrong: it counts for nothing until ours is past it,
//! or until the server has handed out everything.

use super::Engine;
use super::feed::Feed;
use super::progress::{Progress, Step};
use super::seen::{Dated, SeenOf};
use crate::mutant::{self, Mutant};
use crate::nostr::EventId;
use crate::sorted::SortedSet;
use crate::store::Table;
use zajil_api::{RelayUrl, UnixTime};

const DAY: u64 = 86_400;
/// Gift wraps are dated up to two days back, and two clocks may each be wrong by a day: where pages
/// are asked for they overlap what was received before by so much…
const OVERLAP_SECONDS: u64 = 5 * DAY;
/// …and a comparison goes back further, because what both have costs nothing.
const COMPARED_SECONDS: u64 = 14 * DAY;
/// Handled events are remembered for so long before the oldest cursor.
const SEEN_SECONDS: u64 = COMPARED_SECONDS + 2 * DAY;
/// A server that is so far behind another is asked for everything when it comes back, or it
/// would keep everything from being forgotten.
const LEFT_BEHIND_SECONDS: u64 = 90 * DAY;
/// While a connection lasts its cursor is written once in so long.
const LIVE_STEP_SECONDS: u64 = DAY / 2;

/// From when on a feed asks, by pages and by comparison; `None` is everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Since {
    pub paged: Option<UnixTime>,
    pub compared: Option<UnixTime>,
}

impl Since {
    pub fn everything_from(time: UnixTime) -> Self {
        Self { paged: Some(time), compared: Some(time) }
    }
}

impl Engine {
    pub(super) fn since(&self, relay: &RelayUrl) -> Since {
        let now = self.unix_now();
        let back = |seconds| {
            let seconds = if mutant::active(Mutant::NoOverlap) { 0 } else { seconds };
            let cursor = self.cursors.get(relay).filter(|at| **at <= now)?;
            Some(UnixTime(cursor.0.saturating_sub(seconds)))
        };
        Since { paged: back(OVERLAP_SECONDS), compared: back(COMPARED_SECONDS) }
    }

    /// The same for chats. What was written before all that is remembered cannot be told from
    /// what was read, and its keys are gone: no server is asked for that. What is missing of it
    /// is known by its count.
    pub(super) fn since_of_groups(&self, relay: &RelayUrl) -> Since {
        let since = self.since(relay);
        // Whatever is later than that was written by a clock that was wrong.
        let latest = self.unix_now().0.saturating_sub(SEEN_SECONDS);
        let forgot = self.seen.forgot_before();
        match since.paged {
            None if (1..=latest).contains(&forgot.0) => Since::everything_from(forgot),
            _ => since,
        }
    }

    fn lasting_feeds(&self, relay: &RelayUrl) -> impl Iterator<Item = &Progress> {
        let all = self.catchup.feeds.iter();
        let of_relay = all.filter(move |((url, feed), _)| url == relay && feed.is_lasting());
        of_relay.map(|(_, progress)| progress)
    }

    /// Whether a server has said itself that it handed out everything it stores. That it fell
    /// silent is no such word.
    pub(super) fn has_handed_out_all(&self, relay: &RelayUrl) -> bool {
        let done = |progress: &Progress| progress.step == Step::Live && progress.complete;
        self.lasting_feeds(relay).all(done) && !self.catchup.claims.is_open_at(relay)
    }

    /// The groups of which a server has said itself that it handed out everything.
    pub(super) fn handed_out_groups(&self, relay: &RelayUrl) -> SortedSet<SeenOf> {
        // What came damaged is fetched once more, and nobody knows of which group it is.
        if self.catchup.claims.is_damaged_at(relay) {
            return SortedSet::new();
        }
        let done = |progress: &&Progress| progress.step == Step::Live && progress.complete;
        self.lasting_feeds(relay).filter(done).flat_map(|progress| &progress.of).copied().collect()
    }

    /// Once a server has handed out everything it stores, later starts ask from there.
    pub(super) fn advance_cursor(&mut self, relay: &RelayUrl) {
        if !self.has_handed_out_all(relay) {
            return;
        }
        let newest = self.lasting_feeds(relay).filter_map(|progress| progress.newest);
        let now = self.unix_now();
        let Some(at) = newest.filter(|at| *at <= now).max() else { return };
        if self.cursors.get(relay).is_none_or(|before| *before < at || *before > now) {
            self.cursors.insert(relay.clone(), at);
            self.save_cursor(relay, at);
        }
    }

    /// An event that came while the server had nothing older left to hand out.
    pub(super) fn advance_by_live(&mut self, relay: &RelayUrl, feed: Feed, id: &EventId) {
        let date = self.tells_time(id);
        let Some(progress) = self.catchup.progress(relay, feed) else { return };
        progress.newest = progress.newest.max(date);
        let before = self.cursors.get(relay).copied().unwrap_or_default();
        if date.is_some_and(|date| date.0 >= before.0.saturating_add(LIVE_STEP_SECONDS)) {
            self.advance_cursor(relay);
        }
    }

    /// The date of an event that was read, if its date is to be believed.
    pub(super) fn tells_time(&self, id: &EventId) -> Option<UnixTime> {
        let row = self.seen_row(id)?;
        let believed = row.dated == Dated::ByPeer && row.created_at <= self.unix_now();
        believed.then_some(row.created_at)
    }

    /// At start: what no server will send again need not be remembered.
    pub(super) fn drop_old_seen(&mut self) {
        // A server that is no longer ours would keep everything for ever.
        let of_chats = self.chats.values().flat_map(|chat| chat.relays());
        let used: SortedSet<&RelayUrl> = self.servers.iter().chain(of_chats).collect();
        // One that is ahead of our clock counts for nothing.
        let now = self.unix_now();
        let counts = |(relay, at): &(&RelayUrl, &UnixTime)| used.contains(relay) && **at <= now;
        let cursors = self.cursors.iter().filter(counts);
        let newest = cursors.clone().map(|(_, at)| *at).max().unwrap_or_default();
        let (here, left_behind): (Vec<_>, Vec<_>) =
            cursors.partition(|(_, at)| at.0 >= newest.0.saturating_sub(LEFT_BEHIND_SECONDS));
        let oldest = here.into_iter().map(|(_, at)| *at).min();
        let left_behind: Vec<RelayUrl> =
            left_behind.into_iter().map(|(relay, _)| relay.clone()).collect();
        for relay in left_behind {
            self.cursors.remove(&relay);
            self.forget_cursor(&relay);
        }
        let Some(oldest) = oldest else { return };
        let before = UnixTime(oldest.0.saturating_sub(SEEN_SECONDS));
        for key in self.seen.drop_before(before) {
            self.changes.delete(Table::Seen, key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Config, Timestamp, VaultKey};

    #[test]
    fn mail_of_a_clock_that_is_late_is_asked_for_though_another_ran_ahead() {
        let relay = RelayUrl::new("wss://here");
        let (vault_key, seed, default_relays) = (VaultKey([1; 32]), [2; 32], Vec::new());
        let config = Config { vault_key, seed, default_relays };
        let true_time = UnixTime(20_000 * DAY);
        // Ours is ahead as well, or what the other dated would count for nothing.
        let at = Timestamp((true_time.0 + DAY) * 1000);
        let mut engine = Engine::open(config, at, &[]).unwrap();
        engine.cursors.insert(relay.clone(), UnixTime(true_time.0 + DAY));
        // Sent a little later, by a clock that is a day late, and dated back by two more.
        let dated = UnixTime(true_time.0 - DAY - 2 * DAY);
        assert!(engine.since(&relay).paged.unwrap() < dated);
    }

    #[test]
    fn a_server_that_was_away_for_very_long_keeps_nothing_from_being_forgotten() {
        let (here, away) = (RelayUrl::new("wss://here"), RelayUrl::new("wss://away"));
        let day = |days: u64| UnixTime(days * DAY);
        // The last: a wrong clock has written where the other is.
        for (gone_for, ahead, known) in [(89, 0, true), (91, 0, false), (0, 400, true)] {
            let (vault_key, seed, default_relays) = (VaultKey([1; 32]), [2; 32], Vec::new());
            let config = Config { vault_key, seed, default_relays };
            let at = Timestamp(day(20_000).0 * 1000);
            let mut engine = Engine::open(config, at, &[]).unwrap();
            engine.servers = [here.clone(), away.clone()].into_iter().collect();
            engine.cursors.insert(away.clone(), day(20_000));
            engine.cursors.insert(here.clone(), day(20_000 + gone_for + ahead));
            let id = EventId::from_bytes([3; 32]);
            engine.mark_seen(&id, day(20_000), SeenOf::Inbox, Dated::ByPeer);
            engine.clock.tell(Timestamp(day(20_000 + gone_for).0 * 1000));
            engine.drop_old_seen();
            assert_eq!(engine.was_seen(&id), known, "{gone_for} days");
            assert_eq!(engine.since(&away).paged.is_some(), known, "it is asked for everything");
            assert_eq!(engine.since(&here).paged.is_some(), ahead == 0);
        }
    }
}
