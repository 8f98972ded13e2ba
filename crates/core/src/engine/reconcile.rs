//! Finding what a server has and we lack by comparing instead of asking for all of it
//! (NIP-77), one conversation a feed.
//!
//! A server that does not know the protocol, or not for this question, is paged instead.

use super::Engine;
use super::claims::{MAX_CLAIMS, Standing};
use super::feed::Feed;
use super::progress::{Progress, Step};
use super::seen::Dated;
use crate::engine::Timestamp;
use crate::mutant::{self, Mutant};
use crate::nostr::nip77::{Bound, Reconciler};
use crate::nostr::{ClientMessage, EventId, SubscriptionId};
use std::collections::HashSet;
use zajil_api::{RelayUrl, UnixTime};

/// A server that says nothing for so long to the first word does not know the protocol.
pub(super) const FIRST_WORD_MS: u64 = 5_000;
/// One that does know it has stalled after so long.
const NEXT_WORD_MS: u64 = 20_000;
/// Ids of one feed and server that are fetched before the server is asked for more.
const MAX_WANTED: usize = 50_000;
/// Windows of time that one question is cut into at most, for a server that says "too big".
const MAX_WINDOWS: usize = 256;
/// No window is cut any smaller, in seconds.
const SMALLEST_WINDOW: u64 = 120;
/// There are no events from before: when a window without a beginning is cut.
const BEGINNING: u64 = 1_600_000_000;

/// A window of time, both ends included; `None` is open.
pub(super) type Window = (Option<UnixTime>, Option<UnixTime>);

/// One feed's conversation.
#[derive(Debug)]
pub(super) struct Comparison {
    ours: Reconciler,
    window: Window,
    /// Windows that come after this one, the next one last.
    later: Vec<Window>,
    /// How many windows there were.
    windows: usize,
    lacking: HashSet<EventId>,
    spoken_at: Timestamp,
    answered: bool,
}

impl Comparison {
    pub fn timeout(&self) -> Timestamp {
        let wait = if self.answered { NEXT_WORD_MS } else { FIRST_WORD_MS };
        Timestamp(self.spoken_at.0 + wait)
    }

    /// The server is not silent until then.
    pub fn wait_until(&mut self, until: Timestamp) {
        self.spoken_at = until.max(self.spoken_at);
    }
}

impl Engine {
    /// Begins to compare what this feed may have brought before with what the server has.
    pub(super) fn compare(&mut self, relay: &RelayUrl, feed: Feed) {
        let wait = self.questions_wait_until(relay);
        let Some(progress) = self.catchup.progress(relay, feed) else { return };
        if let Some(retry_at) = wait {
            progress.step = Step::Failed { retry_at };
            return;
        }
        let window = (progress.compare_from, None);
        self.compare_window(relay, feed, window, Vec::new(), 1);
    }

    fn compare_window(
        &mut self,
        relay: &RelayUrl,
        feed: Feed,
        window: Window,
        later: Vec<Window>,
        windows: usize,
    ) {
        let now = self.now;
        let Some(progress) = self.catchup.progress(relay, feed) else { return };
        let (from, to) = window;
        let known = self.seen.rows(&progress.of, from, to).map(|row| (row.id, row.created_at));
        let Ok((ours, message)) = Reconciler::new(known) else {
            return self.page(relay, feed);
        };
        let filter =
            from.map_or(progress.filter.clone(), |from| progress.filter.clone().since(from));
        let filter = to.map_or(filter.clone(), |to| filter.until(to));
        let answered = progress.comparison.as_ref().is_some_and(|before| before.answered);
        let Some(subscription) = SubscriptionId::new(progress.name(feed)) else { return };
        progress.comparison = Some(Box::new(Comparison {
            ours,
            window,
            later,
            windows,
            lacking: HashSet::new(),
            spoken_at: now,
            answered,
        }));
        progress.step = Step::Comparing;
        self.say(relay, &ClientMessage::NegOpen { subscription, filter, message });
    }

    /// The server's next word.
    pub(super) fn handle_neg_msg(&mut self, relay: &RelayUrl, name: &str, message: &[u8]) {
        let (now, wait) = (self.now, self.questions_wait_until(relay));
        let Some((feed, _)) = self.feed_of(relay, name) else { return };
        let Some(progress) = self.catchup.progress(relay, feed) else { return };
        let Some(comparison) = &mut progress.comparison else { return };
        comparison.answered = true;
        let Ok(difference) = comparison.ours.answer(message) else {
            self.server_said(relay, "compares in a way that makes no sense");
            self.neg_close(relay, name);
            return self.page(relay, feed);
        };
        comparison.spoken_at = now;
        comparison.lacking.extend(difference.lacking);
        self.catchup.compares.insert(relay.clone());
        let wanted: Vec<(Bound, EventId)> =
            difference.wanted.into_iter().filter(|(_, id)| !self.was_seen(id)).collect();
        let room = MAX_CLAIMS.saturating_sub(self.catchup.claims.len());
        let share = self.catchup.share(MAX_CLAIMS);
        let Some(progress) = self.catchup.feeds.get_mut(&(relay.clone(), feed)) else { return };
        let left = |most: usize| most.saturating_sub(progress.wanted.len());
        let room = room.max(left(share)).min(left(MAX_WANTED));
        // What there is no room for is found again once this is fetched; so is what is still to
        // be asked of a server that wants to be left in peace.
        let full = wanted.len() > room || (difference.next.is_some() && wait.is_some());
        progress.overflowed |= full;
        for (begins, id) in wanted.into_iter().take(room) {
            if self.catchup.claims.standing(&id) == Standing::Settled {
                self.catchup.announced = self.catchup.announced.saturating_add(1);
            }
            self.catchup.claims.announce(relay, id);
            progress.wanted.push_back((begins, id));
            progress.handed.push(id);
        }
        match (difference.next, SubscriptionId::new(name)) {
            (Some(message), Some(subscription))
                if !full && !mutant::active(Mutant::CompareOnce) =>
            {
                self.say(relay, &ClientMessage::NegMsg { subscription, message });
            }
            _ => {
                self.neg_close(relay, name);
                self.window_compared(relay, feed);
            }
        }
        self.fetch_more();
    }

    /// One window is done; on to the next, or to what is still being fetched.
    fn window_compared(&mut self, relay: &RelayUrl, feed: Feed) {
        let Some(progress) = self.catchup.feeds.get_mut(&(relay.clone(), feed)) else { return };
        let Some(comparison) = &mut progress.comparison else { return };
        let (from, to) = comparison.window;
        // What both have tells how far the server's store reaches.
        let common = self
            .seen
            .rows(&progress.of, from, to)
            .filter(|row| row.dated == Dated::ByPeer && !comparison.lacking.contains(&row.id));
        progress.newest = common.map(|row| row.created_at).chain(progress.newest).max();
        let windows = comparison.windows;
        let mut later = std::mem::take(&mut comparison.later);
        match later.pop().filter(|_| !progress.overflowed) {
            Some(window) => self.compare_window(relay, feed, window, later, windows),
            None => {
                progress.comparison = None;
                progress.step = Step::Fetching;
                progress.put_in_order();
                self.advance_fetching();
            }
        }
    }

    /// The server ended the conversation.
    pub(super) fn handle_neg_err(&mut self, relay: &RelayUrl, name: &str, reason: &str) {
        tracing::debug!(%relay, reason, "a comparison was ended");
        let Some((feed, _)) = self.feed_of(relay, name) else { return };
        let (now, unix_now) = (self.now, self.unix_now());
        self.catchup.note_cut_off(relay, now);
        let Some(progress) = self.catchup.progress(relay, feed) else { return };
        let Some(comparison) = &mut progress.comparison else { return };
        if is_too_big(reason) {
            let (window, windows) = (comparison.window, comparison.windows);
            let mut later = std::mem::take(&mut comparison.later);
            return match halves(window, unix_now).filter(|_| windows < MAX_WINDOWS) {
                Some((first, second)) => {
                    comparison.answered = true;
                    later.push(second);
                    self.compare_window(relay, feed, first, later, windows + 1);
                }
                None => self.page(relay, feed),
            };
        }
        // To be asked again once we have said who we are, or it has time.
        match reason.split(':').next() {
            Some("auth-required") => {
                progress.give_up_comparing(now);
                self.read_wants_proof(relay);
            }
            Some("rate-limited") => {
                progress.give_up_comparing(now);
                self.slow_down(relay);
            }
            Some("closed") => progress.give_up_comparing(now),
            _ => self.page(relay, feed),
        }
    }

    /// The server has said nothing for too long.
    pub(super) fn comparing_stalled(&mut self, relay: &RelayUrl, feed: Feed) {
        if !self.catchup.compares.contains(relay) {
            return self.page_from_now_on(relay);
        }
        self.catchup.note_cut_off(relay, self.now);
        let Some(progress) = self.catchup.progress(relay, feed) else { return };
        let name = progress.name(feed);
        progress.give_up_comparing(self.now);
        self.neg_close(relay, &name);
    }

    /// A server complains while it has not answered any comparison: it is the word for
    /// "I do not know this", and nothing to tell a person. Whether it was that.
    pub(super) fn doubt_comparing(&mut self, relay: &RelayUrl) -> bool {
        let waits = |progress: &Progress| progress.step == Step::Comparing;
        let mut feeds = self.catchup.feeds.iter().filter(|((url, _), _)| url == relay);
        let doubted =
            !self.catchup.compares.contains(relay) && feeds.any(|(_, progress)| waits(progress));
        if doubted {
            self.page_from_now_on(relay);
        }
        // Feeds that were compared side by side bring one complaint each.
        doubted || self.catchup.complaint_is_old(relay)
    }

    /// Until it reconnects, this server is asked for pages.
    pub(super) fn page_from_now_on(&mut self, relay: &RelayUrl) {
        let waits = |((url, _), progress): (&(RelayUrl, Feed), &Progress)| {
            url == relay && progress.step == Step::Comparing
        };
        let asked = self.catchup.feeds.iter().filter(|(place, progress)| waits((place, progress)));
        // One complaint each, of which one was heard.
        let more = asked.count().saturating_sub(1);
        self.catchup.pages.insert(relay.clone(), more);
        let compares = |step: Step| matches!(step, Step::Listening | Step::Comparing);
        let feeds: Vec<Feed> = (self.catchup.feeds.iter())
            .filter(|((url, _), progress)| url == relay && compares(progress.step))
            .map(|((_, feed), _)| *feed)
            .collect();
        for feed in feeds {
            self.page(relay, feed);
        }
    }

    pub(super) fn neg_close(&mut self, relay: &RelayUrl, name: &str) {
        if let Some(subscription) = SubscriptionId::new(name) {
            self.say(relay, &ClientMessage::NegClose(subscription));
        }
    }
}

/// "blocked: this query is too big", in the words of several servers.
fn is_too_big(reason: &str) -> bool {
    let reason = reason.to_ascii_lowercase();
    reason.starts_with("blocked") && ["big", "many", "large"].iter().any(|w| reason.contains(w))
}

/// A window cut in two; `None` when it is small enough to be paged.
fn halves((from, to): Window, now: UnixTime) -> Option<(Window, Window)> {
    let first = from.map_or(BEGINNING, |from| from.0);
    let last = to.unwrap_or(now).0;
    let middle = UnixTime(first + last.checked_sub(first).filter(|s| *s >= SMALLEST_WINDOW)? / 2);
    Some(((from, Some(middle)), (Some(UnixTime(middle.0 + 1)), to)))
}

#[cfg(test)]
#[path = "reconcile_tests.rs"]
mod tests;
