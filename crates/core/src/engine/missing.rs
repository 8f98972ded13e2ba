//! What is still missing of a chat while what is younger is here already.
//!
//! MLS forgives about a thousand that overtake. So what servers have announced and not handed
//! out yet is waited for; where much is held, also what comes page by page, and the rest of what
//! a server was cut off in the midst of: until it has gone on, or others have brought it. Nothing
//! for longer than a minute.

use super::catchup::Catchup;
use super::claims::{MAX_CLAIMS, Standing};
use super::feed::Feed;
use super::progress::Progress;
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

/// What servers had announced when they were cut off.
#[derive(Debug, Default)]
pub(super) struct CutOff {
    ids: Vec<EventId>,
    /// Until when it is waited for. Another time begins only once what was held is read, or
    /// whoever is cut off again and again would be waited for without end.
    until: Timestamp,
}

impl Catchup {
    /// What a server announced may not come any more. To be called before it is forgotten.
    pub fn note_cut_off(&mut self, relay: &RelayUrl, now: Timestamp) {
        let cut_off = &mut self.cut_off;
        if cut_off.ids.is_empty() {
            cut_off.until = Timestamp(now.0 + PATIENCE_MS);
        }
        for ((url, _), progress) in &self.feeds {
            if url == relay && cut_off.ids.len() < MAX_CLAIMS {
                cut_off.ids.extend(progress.wanted.iter().map(|(_, id)| *id));
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
        let is_full = self.catchup.is_full();
        self.next_cut_off().is_some() && self.catchup.holds_many() && !is_full
    }

    pub(super) fn forget_cut_off(&mut self) {
        if self.next_cut_off().is_none() {
            self.catchup.cut_off.ids.clear();
        }
    }

    pub(super) fn next_cut_off(&self) -> Option<Timestamp> {
        let CutOff { ids, until } = &self.catchup.cut_off;
        (!ids.is_empty() && self.now < *until).then_some(*until)
    }
}
