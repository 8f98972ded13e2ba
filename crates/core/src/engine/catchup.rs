//! Catching up: what servers kept for us, all of it, once, and in an order that MLS
//! can follow.
//!
//! A server that can is compared with (`reconcile`), and what it has and we lack is fetched
//! by id from whichever server is quickest (`claims`, `fetch`). Any other hands out what it
//! stores newest first and at most a few hundred at a time: it is paged to its end, and what
//! it hands out is held until then. What is complete waits a little for the other servers and
//! is read oldest first (`take`). A server that is cut off, ends a subscription or falls
//! silent is asked again; only what it said was all moves its cursor (`cursor`). Times come
//! from senders: they decide this order of reading, and what a later start need not ask for.

use super::claims::Claims;
use super::feed::{Feed, Part};
use super::held::Held;
use super::missing::CutOff;
use super::progress::{self, FULL_PAGE, Progress, Step, weight};
use super::record::ChatKey;
use super::told::Told;
use super::{Engine, Timestamp};
use crate::mutant::{self, Mutant};
use crate::nostr::{Event, EventId};
use crate::sorted::{SortedMap, SortedSet};
use zajil_api::RelayUrl;

/// Pages at most, for a server that never comes to an end.
const MAX_PAGES: u32 = 5_000;
/// The longest event that is read, above relays' own usual limits.
pub(super) const MAX_EVENT_BYTES: usize = 128 * 1024;
/// All that is held, in bytes.
const MAX_HELD_BYTES: usize = 64 * 1024 * 1024;

#[derive(Debug, Default)]
pub(super) struct Catchup {
    pub feeds: SortedMap<(RelayUrl, Feed), Progress>,
    pub last_number: u32,
    /// Servers that compare, as far as the current connection has shown…
    pub compares: SortedSet<RelayUrl>,
    /// …and those that do not, with the complaints still to come for what was asked of them.
    pub pages: SortedMap<RelayUrl, usize>,
    pub claims: Claims,
    /// What is not any one feed's: fetched by id, or come while a feed was being fetched.
    pub held: Held,
    /// What came since all that is held is being read: that has to come to an end.
    pub late: Held,
    /// Whether all that is held is to be read, and not only what is older than what comes.
    pub takes_all: bool,
    /// Whether more is to be read as soon as what was read is saved.
    pub take_again: bool,
    /// Whether a batch was read that is not saved yet.
    pub took: bool,
    /// Events fetched and events announced since catching up began.
    pub fetched: u32,
    pub announced: u32,
    /// What no key opened and there was no room for.
    pub turned_away: Vec<(ChatKey, EventId)>,
    pub told: Told,
    pub cut_off: CutOff,
}

impl Catchup {
    pub fn disconnected(&mut self, relay: &RelayUrl, now: Timestamp) {
        self.note_cut_off(relay, now);
        // What an unfinished feed holds will be handed out again.
        self.feeds.retain(|(url, _), _| url != relay);
        self.claims.abandon(relay);
        self.compares.remove(relay);
        self.pages.remove(relay);
    }

    pub fn progress(&mut self, relay: &RelayUrl, feed: Feed) -> Option<&mut Progress> {
        self.feeds.get_mut(&(relay.clone(), feed))
    }

    pub fn next_timeout(&self) -> Option<Timestamp> {
        let feeds = self.feeds.values().filter_map(Progress::timeout);
        feeds.chain(self.claims.next_timeout()).chain(self.told.next_timeout()).min()
    }

    fn held_bytes(&self) -> usize {
        let of_feeds = self.feeds.values().map(|progress| progress.held_bytes);
        of_feeds.sum::<usize>() + self.waiting_bytes()
    }

    /// Waits to be read, in its order.
    pub fn set_aside(&mut self, event: Event) {
        let held = if self.takes_all { &mut self.late } else { &mut self.held };
        held.hold(event);
    }

    /// What waits to be read and belongs to no feed, in bytes.
    fn waiting_bytes(&self) -> usize {
        self.held.bytes() + self.late.bytes()
    }

    pub fn is_full(&self) -> bool {
        self.waiting_bytes() > MAX_HELD_BYTES / 2
    }

    /// How much of `all` each feed has for itself, whatever the others take.
    pub fn share(&self, all: usize) -> usize {
        all.checked_div(self.feeds.len()).unwrap_or(all)
    }
}

impl Engine {
    /// An event arrived on a subscription; nothing about it is verified.
    pub(super) fn handle_event(&mut self, relay: &RelayUrl, subscription: &str, event: Event) {
        let now = self.now;
        let Some((feed, part)) = self.feed_of(relay, subscription) else { return };
        let was_seen = self.was_seen(&event.id);
        let Some(progress) = self.catchup.feeds.get_mut(&(relay.clone(), feed)) else { return };
        progress.heard_at = now;
        let genuine = progress.filter.matches(&event)
            && (event.verify_id().is_ok() || mutant::active(Mutant::AcceptForgedId));
        progress.is_news |= genuine && !was_seen;
        // Whatever is wrong with an event, the server counted it for its page.
        if (part == Part::Older) == (progress.page > 0) && progress.is_paging() {
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
            self.hold_lookup(relay, event);
        } else if self.outbox.holds(&event.id) {
            self.own_came_back(relay, &event.id);
        } else if progress.comes_to_life() {
            // What it says first may be the newest of much.
            self.page(relay, feed);
            self.hold_event(relay, feed, event);
        } else if progress.step == Step::Live {
            if !self.was_seen(&event.id) {
                self.take_event(&event);
                self.advance_by_live(relay, feed, &event.id);
            }
        } else {
            self.hold_event(relay, feed, event);
        }
    }

    /// Keeps an event until it is its turn to be read.
    pub(super) fn hold_event(&mut self, relay: &RelayUrl, feed: Feed, event: Event) {
        let most = match self.catchup.held_bytes() > MAX_HELD_BYTES {
            true => self.catchup.share(MAX_HELD_BYTES),
            false => progress::MAX_HELD_BYTES,
        };
        let full = self.catchup.waiting_bytes() > MAX_HELD_BYTES;
        let Some(progress) = self.catchup.progress(relay, feed) else { return };
        match progress.step {
            Step::Paging | Step::Ready { .. } => {
                progress.hold(event, most);
                self.catchup.fetched = self.catchup.fetched.saturating_add(1);
            }
            _ if full => progress.overflowed = true,
            // Live while older ones are being fetched, or will be: no need to fetch it as well.
            _ => {
                progress.handed.push(event.id);
                self.catchup.claims.arrived(relay, event.id, event.created_at);
                self.catchup.set_aside(event);
            }
        }
    }

    /// The server has handed out all it stores of a page.
    pub(super) fn handle_eose(&mut self, relay: &RelayUrl, subscription: &str) {
        let now = self.now;
        let Some((feed, part)) = self.feed_of(relay, subscription) else { return };
        let Some(progress) = self.catchup.feeds.get_mut(&(relay.clone(), feed)) else { return };
        if progress.step == Step::Listening && part == Part::Newest {
            // From here on nothing can slip in between what is stored and what comes.
            return self.compare(relay, feed);
        }
        if progress.step == Step::Live && part == Part::Newest && !progress.complete {
            // It was given up as silent, and has come to life: it is asked from the beginning.
            progress.fail(now);
            return;
        }
        if !progress.is_paging() || (part == Part::Older) != (progress.page > 0) {
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
        self.catchup.note_cut_off(relay, now);
        let Some(progress) = self.catchup.feeds.get_mut(&(relay.clone(), feed)) else { return };
        if mutant::active(Mutant::AskOnce) {
            return;
        }
        // Some servers confirm with this that we ended it ourselves.
        if part == Part::Older && (progress.step != Step::Paging || progress.page == 0) {
            return;
        }
        let older = (part == Part::Newest && progress.page > 0).then(|| progress.older(feed));
        let is_paging = progress.step == Step::Paging;
        if is_paging {
            progress.held.clear();
            progress.held_bytes = 0;
        }
        let compared = progress.comparison.take().is_some();
        progress.wanted.clear();
        progress.fail(now);
        if compared {
            self.neg_close(relay, subscription);
        }
        if let Some(older) = older.filter(|_| is_paging) {
            self.close(relay, &older);
        }
    }

    pub(super) fn feed_ended(&mut self, relay: &RelayUrl, feed: Feed, complete: bool) {
        self.close_older(relay, feed);
        let now = self.now;
        let Some(progress) = self.catchup.feeds.get_mut(&(relay.clone(), feed)) else { return };
        progress.complete = complete;
        if complete {
            progress.failures = 0;
        }
        if feed == Feed::Lookups {
            progress.step = Step::Live;
            let is_doubted = progress.is_doubted && !complete;
            self.lookups_done(relay);
            if let Some(progress) = self.catchup.progress(relay, feed).filter(|_| is_doubted) {
                progress.fail(now);
            }
        } else {
            progress.step = Step::Ready { since: now };
        }
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
                // It never says that there is nothing more, or not even to nothing.
                Step::Listening => self.page_from_now_on(&relay),
                Step::Comparing => self.comparing_stalled(&relay, feed),
                Step::Paging => {
                    let progress = self.catchup.progress(&relay, feed);
                    if progress.is_some_and(|progress| progress.gives_up(now)) {
                        self.feed_ended(&relay, feed, false);
                    }
                }
                Step::Failed { .. } => self.restart_feed(&relay, feed),
                Step::Ready { .. } | Step::Fetching | Step::Settling | Step::Live => {}
            }
        }
        for relay in self.catchup.claims.overdue(now) {
            self.fetch_failed(&relay);
        }
        // What another server was to hand out before it was lost.
        self.fetch_more();
        self.advance_fetching();
        self.take_ready();
        self.tell_catch_up();
    }
}
