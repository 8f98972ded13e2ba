//! Catching up: what servers kept for us, all of it, once, and in an order that MLS
//! can follow.
//!
//! A server hands out what it stores newest first and at most a few hundred at a
//! time; MLS wants a sender's messages roughly in order. So what is stored is paged
//! through to the end on each server, held until all connected servers are done (or
//! a little patience is over), and then taken oldest first. Times come from the
//! sender and decide nothing but this order of reading.

use super::feed::{Feed, Progress};
use super::{Engine, Timestamp};
use crate::nostr::{Event, EventId, Kind};
use std::collections::{BTreeMap, BTreeSet};
use zajil_api::{RelayUrl, UnixTime};

/// A page of fewer events than this was not cut off by any server's limit.
const FULL_PAGE: u32 = 50;
/// Pages at most, for a server that never comes to an end.
const MAX_PAGES: u32 = 2_000;
/// What is held is taken when nothing came for so long…
const PATIENCE_MS: u64 = 2_500;
/// …or after so long in any case.
const LONGEST_HOLD_MS: u64 = 30_000;
/// Events held at most before they are taken as they are.
const MAX_HELD: usize = 50_000;

#[derive(Debug, Default)]
pub(super) struct Catchup {
    pub feeds: BTreeMap<(RelayUrl, Feed), Progress>,
    held: BTreeMap<(UnixTime, EventId), Event>,
    /// What a server told about people we look for, until it has told all.
    pub lookups: BTreeMap<RelayUrl, Vec<Event>>,
    /// When the first of the held arrived, and the last.
    held_since: Option<(Timestamp, Timestamp)>,
}

impl Catchup {
    pub fn deadline(&self) -> Option<Timestamp> {
        let (first, last) = self.held_since?;
        Some(Timestamp((first.0 + LONGEST_HOLD_MS).min(last.0 + PATIENCE_MS)))
    }

    pub fn disconnected(&mut self, relay: &RelayUrl) {
        self.feeds.retain(|(url, _), _| url != relay);
        self.lookups.remove(relay);
    }

    /// Whether a server is on its way through what it stored.
    fn is_busy(&self) -> bool {
        self.feeds.iter().any(|((_, feed), progress)| {
            *feed != Feed::Lookups && !progress.done && !progress.stalled
        })
    }

    fn hold(&mut self, event: Event, now: Timestamp) {
        let (first, _) = self.held_since.unwrap_or((now, now));
        self.held_since = Some((first, now));
        self.held.insert((event.created_at, event.id), event);
    }
}

impl Engine {
    /// An event arrived on a subscription; nothing about it is verified.
    pub(super) fn handle_event(&mut self, relay: &RelayUrl, subscription: &str, event: Event) {
        let Some(feed) = Feed::of(subscription) else { return };
        let Some(progress) = self.catchup.feeds.get_mut(&(relay.clone(), feed)) else { return };
        if event.verify_id().is_err() {
            self.server_said(relay, "sent an event that is not what it claims");
            return;
        }
        progress.in_page = progress.in_page.saturating_add(1);
        progress.oldest =
            Some(progress.oldest.map_or(event.created_at, |t| t.min(event.created_at)));
        let done = progress.done;
        if feed == Feed::Lookups {
            let found = self.catchup.lookups.entry(relay.clone()).or_default();
            if found.len() < MAX_HELD {
                found.push(event);
            }
            if done {
                self.lookups_done(relay);
            }
        } else if self.outbox.holds(&event.id) {
            // Our own, come back: the server has it.
            self.handle_ok(relay, &event.id, true, "");
        } else if done && !self.catchup.is_busy() {
            if !self.was_seen(&event.id) {
                self.take_event(&event);
            }
        } else {
            self.catchup.hold(event, self.now);
            if self.catchup.held.len() > MAX_HELD {
                self.take_held();
            }
        }
    }

    /// A frame with an event that was handled before still counts for its page.
    pub(super) fn count_known(&mut self, relay: &RelayUrl, text: &str) {
        use crate::nostr::RelayMessage;
        let busy = self.catchup.feeds.iter().any(|((url, _), p)| url == relay && !p.done);
        if !busy {
            return;
        }
        if let Ok(RelayMessage::Event { subscription, event }) = RelayMessage::parse(text) {
            let place = Feed::of(subscription.as_str()).map(|feed| (relay.clone(), feed));
            if let Some(progress) = place.and_then(|place| self.catchup.feeds.get_mut(&place)) {
                let oldest = progress.oldest.unwrap_or(event.created_at);
                progress.oldest = Some(oldest.min(event.created_at));
                progress.in_page = progress.in_page.saturating_add(1);
            }
        }
    }

    pub(super) fn handle_eose(&mut self, relay: &RelayUrl, subscription: &str) {
        let Some(feed) = Feed::of(subscription) else { return };
        let Some(progress) = self.catchup.feeds.get_mut(&(relay.clone(), feed)) else { return };
        if progress.done {
            return;
        }
        // A full page may have been cut off: ask for what is older. The second of its
        // oldest event is asked for again, unless that second alone filled the page.
        let next = progress.oldest.map(|oldest| match progress.until == Some(oldest) {
            true => UnixTime(oldest.0.saturating_sub(1)),
            false => oldest,
        });
        let cut_off = progress.in_page >= FULL_PAGE && progress.page < MAX_PAGES;
        if let (true, Some(until)) = (cut_off, next) {
            progress.page += 1;
            progress.in_page = 0;
            progress.until = Some(until);
            let filters =
                progress.filters.iter().map(|filter| filter.clone().until(until)).collect();
            self.req(relay, feed.older(), filters);
            return;
        }
        progress.done = true;
        if progress.page > 0 {
            self.close(relay, feed.older());
        }
        match feed {
            Feed::Lookups => self.lookups_done(relay),
            Feed::Inbox | Feed::Groups => self.feed_done(relay),
        }
    }

    fn lookups_done(&mut self, relay: &RelayUrl) {
        let events = self.catchup.lookups.remove(relay).unwrap_or_default();
        self.found(&events);
    }

    fn feed_done(&mut self, relay: &RelayUrl) {
        if !self.catchup.is_busy() {
            self.take_held();
        }
        self.advance_cursor(relay);
    }

    /// Once all of a server's feeds are at their end, later starts ask from there.
    fn advance_cursor(&mut self, relay: &RelayUrl) {
        let feeds = || {
            let all = self.catchup.feeds.iter();
            all.filter(|((url, feed), _)| url == relay && *feed != Feed::Lookups).map(|(_, p)| p)
        };
        if feeds().all(|progress| progress.done)
            && self.catchup.held.is_empty()
            && let Some(at) = feeds().map(|progress| progress.started_at).min()
        {
            self.cursors.insert(relay.clone(), at);
            self.save_cursor(relay, at);
        }
    }

    pub(super) fn time_out_catchup(&mut self) {
        if self.catchup.deadline().is_some_and(|at| at <= self.now) {
            for progress in self.catchup.feeds.values_mut() {
                progress.stalled |= !progress.done;
            }
            self.take_held();
        }
    }

    /// Takes everything held: invitations first, then messages, oldest first.
    fn take_held(&mut self) {
        self.catchup.held_since = None;
        let held = std::mem::take(&mut self.catchup.held);
        let (wraps, rest): (Vec<Event>, Vec<Event>) =
            held.into_values().partition(|event| event.kind == Kind::GIFT_WRAP);
        self.in_written_order(|engine| {
            for event in wraps.iter().chain(&rest) {
                if !engine.was_seen(&event.id) {
                    engine.take_event(event);
                }
            }
        });
        let relays: BTreeSet<RelayUrl> =
            self.catchup.feeds.keys().map(|(relay, _)| relay.clone()).collect();
        for relay in relays {
            self.advance_cursor(&relay);
        }
    }
}
