//! Catching up: what servers kept for us, all of it, once, and in an order that MLS
//! can follow.
//!
//! A server hands out what it stores newest first and at most a few hundred at a
//! time; MLS wants a sender's messages roughly in order. So each feed is paged to its
//! end and held until then; what is complete waits a little for the other servers and
//! is taken oldest first. A server that is cut off, ends a subscription or falls
//! silent is asked again; only what it said was all moves its cursor. Times come from
//! senders: they decide this order of reading, and what a later start need not ask for.

use super::feed::{Feed, Part};
use super::progress::{PATIENCE_MS, Progress, Step, weight};
use super::record::ChatKey;
use super::{Engine, Timestamp};
use crate::mutant::{self, Mutant};
use crate::nostr::{Event, Kind, RelayMessage};
use std::collections::{BTreeMap, BTreeSet};
use zajil_api::{RelayUrl, UnixTime};

/// A page of fewer events than this was not cut off by any server's limit.
const FULL_PAGE: u32 = 10;
/// Pages at most, for a server that never comes to an end.
const MAX_PAGES: u32 = 5_000;
/// The longest event that is read, above relays' own usual limits.
const MAX_EVENT_BYTES: usize = 128 * 1024;
/// All that is held, in bytes.
const MAX_HELD_BYTES: usize = 64 * 1024 * 1024;
/// Key packages and relay lists of people we look for, from one server.
const MAX_LOOKUPS: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Catchup {
    pub feeds: BTreeMap<(RelayUrl, Feed), Progress>,
    pub last_number: u32,
    /// The challenge answered on the current connection (NIP-42).
    pub answered: BTreeMap<RelayUrl, String>,
}

impl Catchup {
    pub fn disconnected(&mut self, relay: &RelayUrl) {
        // What an unfinished feed holds will be handed out again.
        self.feeds.retain(|(url, _), _| url != relay);
        self.answered.remove(relay);
    }

    pub fn next_timeout(&self) -> Option<Timestamp> {
        self.feeds.values().filter_map(Progress::timeout).min()
    }

    fn held_bytes(&self) -> usize {
        self.feeds.values().map(|progress| progress.held_bytes).sum()
    }

    fn is_paging(&self) -> bool {
        let pages = |(_, feed): &(RelayUrl, Feed), progress: &Progress| {
            *feed != Feed::Lookups && progress.step == Step::Paging
        };
        self.feeds.iter().any(|(place, progress)| pages(place, progress))
    }
}

impl Engine {
    /// An event arrived on a subscription; nothing about it is verified.
    pub(super) fn handle_event(&mut self, relay: &RelayUrl, subscription: &str, event: Event) {
        let now = self.now;
        let Some((feed, part)) = self.feed_of(relay, subscription) else { return };
        let Some(progress) = self.catchup.feeds.get_mut(&(relay.clone(), feed)) else { return };
        progress.heard_at = now;
        let genuine = progress.filter.matches(&event)
            && (event.verify_id().is_ok() || mutant::active(Mutant::AcceptForgedId));
        let stored = progress.step == Step::Paging;
        // Whatever is wrong with an event, the server counted it for its page.
        if (part == Part::Older) == (progress.page > 0) && progress.step == Step::Paging {
            progress.count(genuine.then_some(event.created_at));
        }
        if !genuine {
            self.server_said(relay, "sent an event that is not what it claims");
            return;
        }
        if weight(&event) > MAX_EVENT_BYTES {
            return;
        }
        if feed == Feed::Lookups {
            if progress.held.len() < MAX_LOOKUPS && event.verify().is_ok() {
                progress.hold(event);
            }
            if progress.step == Step::Live {
                self.lookups_done(relay);
            }
        } else if self.outbox.holds(&event.id) {
            // Our own, come back: handed out of the store it is held, else it was taken.
            match (self.outbox.row_of(&event.id), stored) {
                (Some(row), true) => self.is_held(relay, row),
                _ => self.handle_ok(relay, &event.id, true, ""),
            }
        } else if progress.step == Step::Live {
            if !self.was_seen(&event.id) {
                self.take_event(&event);
            }
        } else if self.catchup.held_bytes() <= MAX_HELD_BYTES {
            if let Some(progress) = self.catchup.feeds.get_mut(&(relay.clone(), feed)) {
                progress.hold(event);
            }
        } else if let Some(progress) = self.catchup.feeds.get_mut(&(relay.clone(), feed)) {
            progress.overflowed = true;
        }
    }

    /// A frame on this subscription that could not be read counts for its page too.
    pub(super) fn count_unreadable(&mut self, relay: &RelayUrl, subscription: &str) {
        let now = self.now;
        let Some((feed, part)) = self.feed_of(relay, subscription) else { return };
        if let Some(progress) = self.catchup.feeds.get_mut(&(relay.clone(), feed)) {
            progress.heard_at = now;
            if (part == Part::Older) == (progress.page > 0) && progress.step == Step::Paging {
                progress.count(None);
            }
        }
    }

    /// A frame with an event that was handled before still counts for its page.
    pub(super) fn count_known(&mut self, relay: &RelayUrl, text: &str) {
        let feeds = self.catchup.feeds.iter();
        let paging = |(_, progress): &(_, &Progress)| progress.step == Step::Paging;
        if !feeds.filter(paging).any(|((url, _), _)| url == relay) {
            return;
        }
        let Ok(RelayMessage::Event { subscription, event }) = RelayMessage::parse(text) else {
            return;
        };
        let now = self.now;
        let Some((feed, part)) = self.feed_of(relay, subscription.as_str()) else { return };
        if let Some(progress) = self.catchup.feeds.get_mut(&(relay.clone(), feed)) {
            progress.heard_at = now;
            if (part == Part::Older) == (progress.page > 0) && progress.filter.matches(&event) {
                progress.count(Some(event.created_at));
            }
        }
    }

    /// The server has handed out all it stores of a page.
    pub(super) fn handle_eose(&mut self, relay: &RelayUrl, subscription: &str) {
        let now = self.now;
        let Some((feed, part)) = self.feed_of(relay, subscription) else { return };
        let Some(progress) = self.catchup.feeds.get_mut(&(relay.clone(), feed)) else { return };
        if progress.step != Step::Paging || (part == Part::Older) != (progress.page > 0) {
            return;
        }
        let full = progress.in_page >= FULL_PAGE && !mutant::active(Mutant::FirstPageOnly);
        match progress.next_page().filter(|_| progress.page < MAX_PAGES) {
            _ if !full => {
                let complete = !progress.overflowed;
                self.feed_ended(relay, feed, complete);
            }
            Some(until) => {
                progress.begin_page(until, now);
                self.ask_older(relay, feed);
            }
            None => self.feed_ended(relay, feed, false),
        }
    }

    /// The server ended a subscription: it did not say that there is no more.
    pub(super) fn handle_subscription_closed(&mut self, relay: &RelayUrl, subscription: &str) {
        let now = self.now;
        let Some((feed, part)) = self.feed_of(relay, subscription) else { return };
        let Some(progress) = self.catchup.feeds.get_mut(&(relay.clone(), feed)) else { return };
        if mutant::active(Mutant::AskOnce) {
            return;
        }
        // Some servers confirm with this that we ended it ourselves.
        if part == Part::Older && (progress.step != Step::Paging || progress.page == 0) {
            return;
        }
        if progress.step == Step::Paging {
            progress.held.clear();
            progress.held_bytes = 0;
        }
        progress.fail(now);
        self.take_ready();
    }

    fn feed_ended(&mut self, relay: &RelayUrl, feed: Feed, complete: bool) {
        self.close_older(relay, feed);
        let now = self.now;
        let Some(progress) = self.catchup.feeds.get_mut(&(relay.clone(), feed)) else { return };
        progress.complete = complete;
        if complete {
            progress.failures = 0;
        }
        if feed == Feed::Lookups {
            progress.step = Step::Live;
            self.lookups_done(relay);
        } else {
            progress.step = Step::Ready { since: now };
            self.take_ready();
        }
    }

    fn lookups_done(&mut self, relay: &RelayUrl) {
        let place = (relay.clone(), Feed::Lookups);
        let progress = self.catchup.feeds.get(&place);
        let events: Vec<Event> =
            progress.map(|progress| progress.held.values().cloned().collect()).unwrap_or_default();
        self.found(&events);
    }

    /// Takes what finished feeds hold, once none is on its way any more or one has
    /// waited long enough: invitations first, then messages, oldest first.
    fn take_ready(&mut self) {
        let now = self.now;
        let waited = |progress: &Progress| match progress.step {
            Step::Ready { since } => since.0 + PATIENCE_MS <= now.0,
            _ => false,
        };
        let patient = mutant::active(Mutant::WaitForAll);
        if self.catchup.is_paging() && (patient || !self.catchup.feeds.values().any(waited)) {
            return;
        }
        let mut held = BTreeMap::new();
        let mut relays = BTreeSet::new();
        let mut stale = BTreeSet::new();
        for ((relay, _), progress) in &mut self.catchup.feeds {
            if matches!(progress.step, Step::Ready { .. }) {
                held.append(&mut progress.held);
                progress.held_bytes = 0;
                // What was cut off is asked for again; a server that just never says that
                // it is done is listened to.
                let cut_off =
                    progress.overflowed || progress.page > 0 || progress.in_page >= FULL_PAGE;
                match progress.complete || !cut_off {
                    true => progress.step = Step::Live,
                    false => progress.fail(now),
                }
                if std::mem::take(&mut progress.stale) {
                    stale.insert(relay.clone());
                }
                relays.insert(relay.clone());
            }
        }
        let (wraps, rest): (Vec<Event>, Vec<Event>) =
            held.into_values().partition(|event| event.kind == Kind::GIFT_WRAP);
        self.in_written_order(|engine| {
            for event in wraps.iter().chain(&rest) {
                if !engine.was_seen(&event.id) {
                    engine.take_event(event);
                }
            }
        });
        relays.retain(|relay| self.advance_cursor(relay));
        self.caught_up_with(&relays);
        for relay in stale {
            self.subscribe_groups(&relay);
            self.subscribe_lookups(&relay);
        }
    }

    /// Whether a server has handed out everything it stores: later starts ask from there.
    fn advance_cursor(&mut self, relay: &RelayUrl) -> bool {
        let all = self.catchup.feeds.iter();
        let mut feeds = all.filter(|((url, feed), _)| url == relay && *feed != Feed::Lookups);
        let done = |progress: &Progress| progress.step == Step::Live && progress.complete;
        let at = feeds.clone().map(|(_, progress)| progress.started_at).min();
        let is_done = feeds.all(|(_, progress)| done(progress));
        if let Some(at) = at.filter(|_| is_done) {
            self.cursors.insert(relay.clone(), at);
            self.save_cursor(relay, at);
        }
        is_done
    }

    /// Asks all servers of a chat again for what they keep of it since then.
    pub(super) fn search_chat(&mut self, _key: ChatKey, _from: UnixTime) {
        self.ask_groups_again();
    }

    pub(super) fn time_out_catchup(&mut self) {
        let now = self.now;
        let due = |progress: &Progress| progress.timeout().is_some_and(|at| at <= now);
        let due: Vec<((RelayUrl, Feed), Step)> = self
            .catchup
            .feeds
            .iter()
            .filter(|(_, progress)| due(progress))
            .map(|(place, progress)| (place.clone(), progress.step))
            .collect();
        for ((relay, feed), step) in due {
            // What came before in this loop may have changed it.
            let now_at = self.catchup.feeds.get(&(relay.clone(), feed)).map(|p| p.step);
            match step {
                _ if now_at != Some(step) => {}
                Step::Paging if mutant::active(Mutant::WaitForAll) => {}
                Step::Paging => self.feed_ended(&relay, feed, false),
                Step::Ready { .. } => self.take_ready(),
                Step::Failed { .. } => self.restart_feed(&relay, feed),
                Step::Live => {}
            }
        }
    }
}
