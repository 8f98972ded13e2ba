//! What is still missing of a chat while what is younger is here already.
//!
//! MLS forgives about a thousand that overtake. So what servers have announced and not handed
//! out yet is waited for; where much is held, also what comes page by page, and the rest of what
//! a server was cut off in the midst of: until it has gone on, or others have brought it. Nothing
//! for longer than a minute.

use super::catchup::Catchup;
use super::claims::{MAX_CLAIMS, Standing};
use super::feed::Feed;
use super::progress::{Progress, Step};
use super::seen::SeenOf;
use super::take::ALL;
use super::{Engine, Timestamp};
use crate::nostr::EventId;
use crate::sorted::SortedSet;
use zajil_api::{RelayUrl, UnixTime};

/// Events held of which those that are still handed out by another server are waited for.
const MANY: usize = 500;
/// How long the rest is waited for where a server was cut off.
const PATIENCE_MS: u64 = 60_000;

/// The same where it had not announced anything yet: it may connect again at once.
const PATIENCE_WITH_SILENT_MS: u64 = 10_000;

/// Servers that were cut off before they had handed out everything.
#[derive(Debug, Default)]
pub(super) struct CutOff {
    /// What they had announced…
    ids: Vec<EventId>,
    /// …and those that had not announced everything.
    silent: SortedSet<RelayUrl>,
    /// Since when they are waited for. Another time begins only once what was held is read, or
    /// whoever is cut off again and again would be waited for without end.
    since: Timestamp,
}

impl CutOff {
    fn is_any(&self) -> bool {
        !self.ids.is_empty() || !self.silent.is_empty()
    }

    fn ends_at(&self) -> Timestamp {
        let patience = if self.ids.is_empty() { PATIENCE_WITH_SILENT_MS } else { PATIENCE_MS };
        Timestamp(self.since.0 + patience)
    }
}

impl Catchup {
    /// What a server announced may not come any more. To be called before it is forgotten.
    pub fn note_cut_off(&mut self, relay: &RelayUrl, now: Timestamp) {
        let cut_off = &mut self.cut_off;
        let is_read = self.held.is_empty() && cut_off.ends_at() <= now;
        if is_read || !cut_off.is_any() {
            *cut_off = CutOff { since: now, ..CutOff::default() };
        }
        for ((url, feed), progress) in &self.feeds {
            if url == relay && feed.is_of_chats() && progress.is_on_its_way() {
                if progress.step != Step::Fetching {
                    cut_off.silent.insert(relay.clone());
                }
                if cut_off.ids.len() < MAX_CLAIMS {
                    cut_off.ids.extend(progress.wanted.iter().map(|(_, id)| *id));
                }
            }
        }
    }

    /// Whether so many events are held that what is older may be overtaken by too many.
    fn holds_many(&self) -> bool {
        let of_feeds = self.feeds.values().map(|progress| progress.held.len());
        of_feeds.sum::<usize>() + self.held.len() >= MANY
    }
}

impl Engine {
    /// The chats of which something announced is still fetched, and up to which date all of it
    /// is here. Invitations are read in any order.
    pub(super) fn missing(&self) -> Vec<(SortedSet<SeenOf>, UnixTime)> {
        let now = self.now;
        if self.catchup.is_full() {
            return Vec::new();
        }
        let is_much = self.catchup.holds_many();
        let waits = |((_, feed), progress): &(&(RelayUrl, Feed), &Progress)| {
            feed.is_of_chats() && (progress.keeps_waiting(now) || is_much && progress.pages_on(now))
        };
        let feeds = self.catchup.feeds.iter().filter(waits);
        feeds.map(|(_, progress)| (progress.of.clone(), progress.frontier)).collect()
    }

    /// What is younger than something of its chat that is still fetched is not read with the
    /// rest: the keys of what is older would be gone.
    pub(super) fn put_off(&mut self, missing: &[(SortedSet<SeenOf>, UnixTime)]) {
        let mut held = std::mem::take(&mut self.catchup.held);
        while let Some(event) = held.next(ALL) {
            let of = SeenOf::event(&event);
            let waits = |(chats, complete_to): &(SortedSet<SeenOf>, UnixTime)| {
                of.is_some_and(|of| chats.contains(&of)) && event.created_at > *complete_to
            };
            match missing.iter().any(waits) {
                true => self.catchup.late.hold(event),
                false => self.catchup.held.hold(event),
            }
        }
    }

    /// Whether nothing is read until a server has gone on that was cut off, or until others have
    /// brought what it had announced.
    pub(super) fn waits_for_cut_off(&mut self) -> bool {
        while let Some(id) = self.catchup.cut_off.ids.last() {
            let is_here = matches!(self.catchup.claims.standing(id), Standing::Here(_));
            if !is_here && !self.was_seen(id) {
                break;
            }
            self.catchup.cut_off.ids.pop();
        }
        let Catchup { feeds, cut_off, .. } = &mut self.catchup;
        cut_off.silent.retain(|relay| {
            let of_chats = |(url, feed): &(RelayUrl, Feed)| url == relay && feed.is_of_chats();
            let mut asked = feeds.iter().filter(|(place, _)| of_chats(place)).peekable();
            asked.peek().is_none() || asked.any(|(_, progress)| progress.has_not_named_all())
        });
        let is_full = self.catchup.is_full();
        self.next_cut_off().is_some() && self.catchup.holds_many() && !is_full
    }

    pub(super) fn next_cut_off(&self) -> Option<Timestamp> {
        let cut_off = &self.catchup.cut_off;
        Some(cut_off.ends_at()).filter(|at| cut_off.is_any() && self.now < *at)
    }

    /// Whether older events of a chat than those that were read may be here already, or on
    /// their way.
    pub(super) fn is_reading(&self) -> bool {
        let catchup = &self.catchup;
        let mut of_chats = catchup.feeds.iter().filter(|((_, feed), _)| feed.is_of_chats());
        !catchup.held.is_empty()
            || !catchup.late.is_empty()
            || of_chats.any(|(_, progress)| !progress.held.is_empty())
            || !self.missing().is_empty()
    }
}
