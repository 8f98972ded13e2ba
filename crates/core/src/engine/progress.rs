//! How far one feed of one server has come.

use super::Timestamp;
use super::dates::Dates;
use super::feed::Feed;
use super::held::Place;
use super::reconcile::{Comparison, FIRST_WORD_MS};
use super::seen::SeenOf;
use super::silence::Silent;
use crate::mutant::{self, Mutant};
use crate::nostr::nip77::Bound;
use crate::nostr::{Event, EventId, Filter};
use crate::sorted::SortedSet;
use crate::time::doubled;
use std::collections::{BTreeMap, VecDeque};
use zajil_api::UnixTime;

/// How long a finished feed waits for the others…
pub(super) const PATIENCE_MS: u64 = 3_000;
/// …and for how long, since it was asked, one of the same chats that still fetches what is older.
const PATIENCE_WITH_OLDER_MS: u64 = 60_000;
/// Whoever said nothing for so long is not in the midst of a page.
const ALIVE_MS: u64 = 5_000;
/// After a server ended a subscription it is asked again, at first after so long.
const RETRY_MS: u64 = 2_000;
const LONGEST_RETRY_MS: u64 = 60_000;
/// The same for a server that handed out only what was read before.
const RETRY_FOR_NOTHING_MS: u64 = 60_000;
const LONGEST_RETRY_FOR_NOTHING_MS: u64 = 900_000;
/// A page of fewer events than this was not cut off by any server's limit.
pub(super) const FULL_PAGE: u32 = 10;
/// Events one feed holds at most, in bytes.
pub(super) const MAX_HELD_BYTES: usize = 32 * 1024 * 1024;

/// Where a feed stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// What comes from now on was asked for; what is stored is compared next.
    Listening,
    /// What the server has is being compared with what we have.
    Comparing,
    /// What it has and we lack is known and on its way, from it or another server.
    Fetching,
    /// The server is handing out what it stored; events are held.
    Paging,
    /// It is done; what it handed out waits a little for the other servers.
    Ready { since: Timestamp },
    /// What it handed out is being read.
    Settling,
    /// Everything stored was taken; events are taken as they come.
    Live,
    /// The server ended the subscription; it is asked again.
    Failed { retry_at: Timestamp },
}

/// One feed of one server.
#[derive(Debug)]
pub(super) struct Progress {
    /// Part of the subscription's id: an answer to an earlier one is nobody's.
    pub number: u32,
    pub filter: Filter,
    /// Which handled events the filter is about.
    pub of: SortedSet<SeenOf>,
    /// From when on pages are asked for; `None` is everything.
    pub page_from: Option<UnixTime>,
    /// The same for a comparison.
    pub compare_from: Option<UnixTime>,
    pub step: Step,
    pub comparison: Option<Box<Comparison>>,
    /// What the server announced and has not arrived; oldest first once all is announced.
    pub wanted: VecDeque<(Bound, EventId)>,
    /// Everything announced that is dated up to here has arrived, once all is announced.
    pub frontier: UnixTime,
    /// What this server is known to have, until it is read.
    pub handed: Vec<EventId>,
    /// The newest date to be believed among what this server has.
    pub newest: Option<UnixTime>,
    /// Whether the server said itself that there is no more.
    pub complete: bool,
    pub silent: Silent,
    pub page: u32,
    pub in_page: u32,
    /// Whether it brought anything that was not read before.
    pub is_news: bool,
    pub dates: Dates,
    pub until: Option<UnixTime>,
    pub begun_at: Timestamp,
    pub page_asked_at: Timestamp,
    pub heard_at: Timestamp,
    pub failures: u32,
    pub held: BTreeMap<Place, Event>,
    pub held_bytes: usize,
    /// Whether something was let go because it was too much to hold.
    pub overflowed: bool,
    /// Whether the server complained about something before it handed out anything: perhaps that
    /// it was asked.
    pub is_doubted: bool,
    /// Whether something else is to be asked for as soon as this is done.
    pub stale: bool,
}

impl Progress {
    /// Nothing asked yet.
    pub fn new(number: u32, filter: Filter, of: SortedSet<SeenOf>, now: Timestamp) -> Self {
        Self {
            number,
            filter,
            of,
            page_from: None,
            compare_from: None,
            step: Step::Listening,
            comparison: None,
            wanted: VecDeque::new(),
            frontier: UnixTime(0),
            handed: Vec::new(),
            newest: None,
            complete: false,
            silent: Silent::Never,
            page: 0,
            in_page: 0,
            is_news: false,
            dates: Dates::default(),
            until: None,
            begun_at: now,
            page_asked_at: now,
            heard_at: now,
            failures: 0,
            held: BTreeMap::new(),
            held_bytes: 0,
            overflowed: false,
            is_doubted: false,
            stale: false,
        }
    }

    pub fn name(&self, feed: Feed) -> String {
        // The hyphen: it ends by itself.
        let hyphen = if feed.is_lasting() || !feed.is_history() { "" } else { "-" };
        format!("{}{hyphen}{}", feed.letter(), self.number)
    }

    /// The subscription for older pages beside the live one.
    pub fn older(&self, feed: Feed) -> String {
        format!("{}-older", self.name(feed))
    }

    /// What pages are asked for.
    pub fn paged(&self) -> Filter {
        let filter = self.filter.clone();
        self.page_from.map_or(filter.clone(), |since| filter.since(since))
    }

    pub fn begin_page(&mut self, until: UnixTime, now: Timestamp) {
        self.step = Step::Paging;
        self.page += 1;
        (self.in_page, self.dates) = (0, Dates::default());
        self.until = Some(until);
        (self.page_asked_at, self.heard_at) = (now, now);
    }
}

impl Progress {
    /// Whether more of what the server stored may come.
    pub fn is_on_its_way(&self) -> bool {
        use Step::{Comparing, Fetching, Listening, Paging};
        matches!(self.step, Listening | Comparing | Fetching | Paging)
    }

    /// Whether it may have what it has not announced yet.
    pub fn has_not_named_all(&self) -> bool {
        let is_asked = self.is_on_its_way() && self.step != Step::Fetching;
        is_asked || matches!(self.step, Step::Failed { .. })
    }

    /// Whether what was announced may still bring what is older than others have brought.
    pub fn keeps_waiting(&self, now: Timestamp) -> bool {
        let asked_lately = now.0 < self.page_asked_at.0 + PATIENCE_WITH_OLDER_MS;
        self.is_on_its_way() && !self.wanted.is_empty() && asked_lately
    }

    /// The same of a server that hands out one page after the other.
    pub fn pages_on(&self, now: Timestamp) -> bool {
        let is_alive = now.0 < self.heard_at.0 + ALIVE_MS;
        let begun_lately = now.0 < self.begun_at.0 + PATIENCE_WITH_OLDER_MS;
        self.step == Step::Paging && is_alive && begun_lately
    }

    /// Whether the server is handing out a page. One that was given up as silent may go on before
    /// it is read.
    pub fn is_paging(&self) -> bool {
        matches!(self.step, Step::Paging)
            || matches!(self.step, Step::Ready { .. }) && !self.complete
    }

    /// Everything it brought was read. What was cut off is asked for again; a server that
    /// just never says that it is done is listened to.
    pub fn settled(&mut self, now: Timestamp) {
        let cut_off = self.overflowed || self.page > 0 || self.in_page >= FULL_PAGE;
        let cut_off = cut_off || self.is_doubted;
        match self.complete || !cut_off {
            true => self.step = Step::Live,
            false => self.fail(now),
        }
    }

    /// To be begun anew; what was announced and did not arrive is announced again.
    pub fn give_up_comparing(&mut self, now: Timestamp) {
        self.comparison = None;
        self.wanted.clear();
        self.fail(now);
    }

    pub fn timeout(&self) -> Option<Timestamp> {
        match self.step {
            Step::Paging | Step::Ready { .. } if mutant::active(Mutant::WaitForAll) => None,
            Step::Paging => Some(self.page_ends_at()),
            Step::Listening => Some(Timestamp(self.page_asked_at.0 + FIRST_WORD_MS)),
            Step::Comparing => self.comparison.as_ref().map(|comparison| comparison.timeout()),
            // The requests have their own.
            Step::Fetching | Step::Settling => None,
            Step::Ready { since } => Some(Timestamp(since.0 + PATIENCE_MS)),
            Step::Failed { retry_at } => Some(retry_at),
            Step::Live => None,
        }
    }

    /// To be asked again, more patiently each time.
    pub fn fail(&mut self, now: Timestamp) {
        // Whoever never says that they are done would hand out the same for ever.
        let in_vain = !self.is_news && (self.page > 0 || self.in_page > 0);
        let (first, longest) = match in_vain {
            true => (RETRY_FOR_NOTHING_MS, LONGEST_RETRY_FOR_NOTHING_MS),
            false => (RETRY_MS, LONGEST_RETRY_MS),
        };
        let wait = doubled(first, self.failures, longest);
        self.failures = (self.failures + 1).min(16);
        self.step = Step::Failed { retry_at: Timestamp(now.0 + wait) };
    }

    pub fn count(&mut self, created_at: Option<UnixTime>) {
        self.in_page = self.in_page.saturating_add(1);
        if let Some(at) = created_at {
            self.dates.note(at);
        }
    }

    /// Keeps an event until the feed is at its end. What is more than `most` bytes is let go from
    /// the newest on, and asked for again once the older is taken.
    pub fn hold(&mut self, event: Event, most: usize) {
        self.held_bytes = self.held_bytes.saturating_add(weight(&event));
        self.held.insert((event.created_at, event.id, event.sig), event);
        while self.held_bytes > most {
            let Some((_, newest)) = self.held.pop_last() else { break };
            self.held_bytes = self.held_bytes.saturating_sub(weight(&newest));
            self.overflowed = true;
        }
    }

    pub fn let_go(&mut self, place: &Place) {
        if let Some(event) = self.held.remove(place) {
            self.held_bytes = self.held_bytes.saturating_sub(weight(&event));
        }
    }

    /// Lets go of what is not asked for any more.
    pub fn let_go_of_others(&mut self) {
        self.held.retain(|_, event| self.filter.matches(event));
        self.held_bytes = self.held.values().map(weight).sum();
    }

    /// Where the next page begins. The second of the oldest event is asked for again,
    /// unless the page brought nothing older.
    pub fn next_page(&self) -> Option<UnixTime> {
        let oldest = self.dates.end().or(self.until)?;
        Some(match self.until {
            Some(until) if until <= oldest => UnixTime(until.0.saturating_sub(1)),
            _ => oldest,
        })
    }
}

/// What an event costs to hold, in bytes.
pub(super) fn weight(event: &Event) -> usize {
    let tags = event.tags.iter().flat_map(|tag| tag.as_slice());
    tags.map(|value| value.len() + 24).sum::<usize>() + event.content.len() + 256
}

#[cfg(test)]
#[path = "progress_tests.rs"]
mod tests;
