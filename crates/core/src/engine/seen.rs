//! Events that were handled: each is handled once, whoever sends it, and a server is asked
//! only for what it has besides.

use super::Engine;
use crate::nostr::{Event, EventId, Kind};
use crate::sorted::{SortedMap, SortedSet};
use crate::store::{Key, Table};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, VecDeque};
use zajil_api::UnixTime;

const DAY: u64 = 86_400;
const NAME: usize = 16;
/// Useless events of one kind that are remembered while we run, and of those from one start
/// afterwards.
const MAX_USELESS: usize = 20_000;
const MAX_USELESS_STORED: usize = 500;
/// A useless event is not believed to be dated longer after it came: it would never be forgotten.
const AHEAD_SECONDS: u64 = 2 * DAY;

/// An id as it is stored: hidden, because relays know the ids.
pub(super) type SeenName = [u8; NAME];

/// Which of our questions an event answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum SeenOf {
    Inbox,
    /// The first bytes of a group's routing id: two that share them cost a comparison more.
    Group([u8; 8]),
}

impl SeenOf {
    pub fn group(nostr_group_id: &[u8; 32]) -> Self {
        let mut short = [0; 8];
        short.iter_mut().zip(nostr_group_id).for_each(|(to, from)| *to = *from);
        Self::Group(short)
    }

    /// `None` for what no server is asked for.
    pub fn event(event: &Event) -> Option<Self> {
        match event.kind {
            Kind::GIFT_WRAP => Some(Self::Inbox),
            Kind::GROUP_MESSAGE => Some(Self::group(&routing_of(event)?)),
            _ => None,
        }
    }
}

/// Whether an event's time tells how late it was when a server handed it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Dated {
    /// Somebody we talk to wrote it.
    ByPeer,
    /// Our own clock, which may be wrong, or a stranger, who may lie.
    InVain,
}

/// What is kept of a handled event, sealed: about 90 bytes, and 20 for its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SeenRow {
    pub id: EventId,
    pub created_at: UnixTime,
    pub of: SeenOf,
    pub dated: Dated,
}

#[derive(Debug)]
struct Entry {
    /// When it was handled.
    day: u32,
    /// `None` where an earlier version kept the id alone.
    row: Option<SeenRow>,
}

#[derive(Debug, Default)]
pub(super) struct Seen {
    entries: HashMap<SeenName, Entry>,
    /// Of what is dated before, some may have been forgotten.
    forgot_before: UnixTime,
    useless: SortedMap<SeenOf, VecDeque<EventId>>,
}

impl Seen {
    pub fn load(&mut self, key: &[u8], row: Option<SeenRow>) {
        if let Some((day, name)) = read_key(key) {
            self.entries.insert(name, Entry { day, row });
        }
    }

    pub fn contains(&self, name: &SeenName) -> bool {
        self.entries.contains_key(name)
    }

    pub fn row(&self, name: &SeenName) -> Option<&SeenRow> {
        self.entries.get(name)?.row.as_ref()
    }

    /// Rows of these kinds and times, both ends included.
    pub fn rows<'a>(
        &'a self,
        of: &'a SortedSet<SeenOf>,
        from: Option<UnixTime>,
        to: Option<UnixTime>,
    ) -> impl Iterator<Item = &'a SeenRow> {
        self.entries.values().filter_map(|entry| entry.row.as_ref()).filter(move |row| {
            of.contains(&row.of)
                && from.is_none_or(|from| from <= row.created_at)
                && to.is_none_or(|to| row.created_at <= to)
        })
    }

    /// Of what is dated before, some may have been forgotten.
    pub fn forgot_before(&self) -> UnixTime {
        self.forgot_before
    }

    /// Whether an event with this date would be known, had it been handled.
    pub fn reaches(&self, created_at: UnixTime) -> bool {
        created_at >= self.forgot_before
    }

    /// Remembers an event; the key of the row to save.
    fn insert(&mut self, name: SeenName, row: Option<SeenRow>, now: UnixTime) -> Key {
        let day = u32::try_from(now.0 / DAY).unwrap_or(u32::MAX);
        self.entries.insert(name, Entry { day, row });
        key(day, &name)
    }

    /// The key of its row.
    fn key(&self, name: &SeenName) -> Option<Key> {
        self.entries.get(name).map(|entry| key(entry.day, name))
    }

    /// Forgets an event; the row to delete.
    fn remove(&mut self, name: &SeenName) -> Option<Key> {
        self.entries.remove(name).map(|entry| key(entry.day, name))
    }

    /// Forgets all that was handled of one kind; the rows to delete.
    pub fn drop_of(&mut self, of: SeenOf) -> Vec<Key> {
        self.useless.remove(&of);
        self.drop_where(&|entry| entry.row.is_some_and(|row| row.of == of))
    }

    /// Forgets what was handled before the day of `time` and is not dated later either;
    /// the rows to delete.
    pub fn drop_before(&mut self, time: UnixTime) -> Vec<Key> {
        let first = u32::try_from(time.0 / DAY).unwrap_or(u32::MAX);
        self.forgot_before = self.forgot_before.max(time);
        let is_dated_later = |entry: &Entry| entry.row.is_some_and(|row| row.created_at >= time);
        self.drop_where(&|entry| entry.day < first && !is_dated_later(entry))
    }

    fn drop_where(&mut self, is_over: &dyn Fn(&Entry) -> bool) -> Vec<Key> {
        let mut gone = Vec::new();
        self.entries.retain(|name, entry| {
            let keep = !is_over(entry);
            if !keep {
                gone.push(key(entry.day, name));
            }
            keep
        });
        gone
    }
}

/// The routing id of a group event.
pub(super) fn routing_of(event: &Event) -> Option<[u8; 32]> {
    let id = event.tag_value("h").filter(|_| event.kind == Kind::GROUP_MESSAGE)?;
    hex::decode(id).ok()?.try_into().ok()
}

/// What an event says, whoever signed it and when.
fn content_id(event: &Event) -> EventId {
    EventId::from_bytes(Sha256::digest(event.content.as_bytes()).into())
}

impl Engine {
    pub(super) fn load_seen(&mut self, key: &[u8], sealed: &[u8]) {
        // One that cannot be read is still known by its name.
        let row = self.vault.open(Table::Seen, key, sealed).ok();
        let row = row.and_then(|plaintext| postcard::from_bytes(&plaintext).ok());
        self.seen.load(key, row);
    }

    fn seen_name(&self, id: &EventId) -> SeenName {
        self.vault.name(id.as_bytes()).try_into().unwrap_or_default()
    }

    pub(super) fn was_seen(&self, id: &EventId) -> bool {
        self.seen.contains(&self.seen_name(id))
    }

    pub(super) fn seen_row(&self, id: &EventId) -> Option<&SeenRow> {
        self.seen.row(&self.seen_name(id))
    }

    /// The event may be handed out again: it was not kept after all.
    pub(super) fn unsee(&mut self, id: &EventId) {
        let name = self.seen_name(id);
        if let Some(key) = self.seen.remove(&name) {
            self.changes.delete(Table::Seen, key);
        }
    }

    /// Takes note of a chat's event made here, so that no server hands it back to us. What
    /// others are sent in person is not asked for, and so need not be known.
    pub(super) fn mark_own(&mut self, event: &Event) {
        if let Some(of @ SeenOf::Group(_)) = SeenOf::event(event) {
            self.mark_seen(&event.id, event.created_at, of, Dated::InVain);
            let content = content_id(event);
            self.unsee(&content);
            let key = self.seen.insert(self.seen_name(&content), None, self.unix_now());
            self.put(Table::Seen, key, &());
        }
    }

    /// Whether an event says what one of ours said. Anybody can put that into another event.
    pub(super) fn says_ours_again(&self, event: &Event) -> bool {
        self.was_seen(&content_id(event))
    }

    /// Takes note of an event that was of no use. Anybody can make those without end: the latest
    /// of one kind are remembered, and what is forgotten may be handed out again.
    pub(super) fn mark_useless(&mut self, id: EventId, created_at: UnixTime, of: SeenOf) {
        let latest = UnixTime(self.unix_now().0.saturating_add(AHEAD_SECONDS));
        if created_at > latest {
            self.mark_seen(&id, latest, of, Dated::InVain);
        }
        let useless = self.seen.useless.entry(of).or_default();
        useless.push_back(id);
        let past = useless.len().checked_sub(MAX_USELESS_STORED + 1);
        let past = past.and_then(|at| useless.get(at)).copied();
        let oldest = if useless.len() > MAX_USELESS { useless.pop_front() } else { None };
        if let Some(id) = past {
            self.know_until_the_end(&id);
        }
        if let Some(oldest) = oldest {
            self.know_no_longer(&oldest);
        }
    }

    /// What was seen is to be known only while we run.
    pub(super) fn know_until_the_end(&mut self, id: &EventId) {
        if let Some(key) = self.seen.key(&self.seen_name(id)) {
            self.changes.delete(Table::Seen, key);
        }
    }

    /// What was known only while we run is not known any more.
    pub(super) fn know_no_longer(&mut self, id: &EventId) {
        let name = self.seen_name(id);
        self.seen.remove(&name);
    }

    pub(super) fn mark_seen(
        &mut self,
        id: &EventId,
        created_at: UnixTime,
        of: SeenOf,
        dated: Dated,
    ) {
        let row = SeenRow { id: *id, created_at, of, dated };
        // Marked before, perhaps on another day: one row each.
        self.unsee(id);
        let name = self.seen_name(id);
        let key = self.seen.insert(name, Some(row), self.unix_now());
        self.put(Table::Seen, key, &row);
    }
}

fn key(day: u32, name: &SeenName) -> Key {
    [day.to_be_bytes().as_slice(), name].concat()
}

fn read_key(key: &[u8]) -> Option<(u32, SeenName)> {
    let (day, name) = key.split_at_checked(4)?;
    Some((u32::from_be_bytes(day.try_into().ok()?), name.try_into().ok()?))
}

#[cfg(test)]
#[path = "seen_tests.rs"]
mod tests;
