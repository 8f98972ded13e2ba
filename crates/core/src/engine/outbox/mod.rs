//! What is on its way to servers. Having heard nothing means not knowing, so a server is asked
//! again; and since servers lose things, a message's row stays until the other has confirmed it.

mod again;
mod losses;

use super::Timestamp;
use super::names::Names;
use super::record::{Answer, ChatKey, Outgoing, OutgoingRow, Purpose};
use super::refused::Refused;
use super::stamps::Stamps;
use crate::nostr::{Event, EventId, Kind};
use crate::sorted::{SortedMap, SortedSet};
use crate::time::doubled;
use losses::Losses;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use zajil_api::{Place, RelayUrl};

/// Unanswered events per server: enough to fill the line, few enough not to flood.
const WINDOW: usize = 24;
/// After so long without an answer the server is asked again, ever more patiently.
const ANSWER_TIMEOUT_MS: u64 = 20_000;
const LONGEST_WAIT_MS: u64 = 600_000;

/// One event over one connection.
#[derive(Clone, Copy, Debug)]
enum Attempt {
    /// Sent; no answer yet.
    Asked(Timestamp),
    /// To be sent again, not before.
    Deferred(Timestamp),
    /// To be sent again now.
    Due,
}

#[derive(Debug, Default)]
pub(super) struct Outbox {
    rows: BTreeMap<u64, OutgoingRow>,
    pub names: Names,
    by_message: HashMap<(ChatKey, Place), u64>,
    /// Rows a server has not answered for, oldest first.
    open: SortedMap<RelayUrl, BTreeSet<u64>>,
    /// What was tried over the current connection, and how often; and what is not to be tried
    /// over it yet, because others broke over it.
    attempts: SortedMap<RelayUrl, SortedMap<u64, (Attempt, u32)>>,
    losses: Losses,
    paused: SortedMap<RelayUrl, Timestamp>,
    /// Servers whose window got room when something on its way was given up.
    freed: SortedSet<RelayUrl>,
    pub refused: Refused,
    pub stamps: Stamps,
    next_id: u64,
}

impl Outbox {
    pub fn load(&mut self, row: OutgoingRow) {
        self.next_id = self.next_id.max(row.id + 1);
        if let Some(made) = &row.made {
            self.names.add(row.id, made.id);
        }
        if let Purpose::Message { chat, place } = row.purpose {
            self.by_message.insert((chat, place), row.id);
        }
        for target in row.targets.iter().filter(|target| target.answer == Answer::None) {
            self.open.entry(target.relay.clone()).or_default().insert(row.id);
        }
        self.rows.insert(row.id, row);
    }

    pub fn next_id(&self) -> u64 {
        self.next_id
    }

    pub fn row(&self, id: u64) -> Option<&OutgoingRow> {
        self.rows.get(&id)
    }

    pub fn row_mut(&mut self, id: u64) -> Option<&mut OutgoingRow> {
        self.rows.get_mut(&id)
    }

    pub fn row_of(&self, event: &EventId) -> Option<u64> {
        self.names.row_of(event)
    }

    pub fn of_message(&self, chat: ChatKey, place: Place) -> Option<&OutgoingRow> {
        self.by_message.get(&(chat, place)).and_then(|id| self.rows.get(id))
    }

    /// What speaks for the account in events of this kind.
    pub fn of_kind(&self, kind: Kind) -> Vec<u64> {
        let is_of_kind = |row: &&OutgoingRow| {
            let made = row.made.as_ref().filter(|_| row.content == Outgoing::Event);
            let event = made.and_then(|made| Event::parse(made.json.0.as_bytes()).ok());
            event.is_some_and(|event| event.kind == kind)
        };
        self.rows.values().filter(is_of_kind).map(|row| row.id).collect()
    }

    pub fn rows(&self) -> impl Iterator<Item = &OutgoingRow> {
        self.rows.values()
    }

    /// Welcomes that nobody has answered, oldest first.
    pub fn welcomes(&self) -> impl DoubleEndedIterator<Item = &OutgoingRow> {
        self.rows.values().filter(|row| matches!(row.purpose, Purpose::Welcome { .. }))
    }

    pub fn holds(&self, event: &EventId) -> bool {
        self.row_of(event).is_some()
    }

    /// Servers that some of these rows still have to reach.
    pub fn relays_of(
        &self,
        is_one: impl Fn(&OutgoingRow) -> bool,
    ) -> impl Iterator<Item = &RelayUrl> {
        let is_open = move |id| self.rows.get(id).is_some_and(&is_one);
        self.open.iter().filter(move |(_, rows)| rows.iter().any(&is_open)).map(|(relay, _)| relay)
    }

    /// What was on its way is sent again over the next connection, but for what connections
    /// break over.
    pub fn disconnected(&mut self, relay: &RelayUrl, now: Timestamp) {
        let attempts = self.attempts.remove(relay).unwrap_or_default();
        let asked =
            attempts.iter().filter(|(_, (attempt, _))| matches!(attempt, Attempt::Asked(_)));
        let asked: Vec<u64> = asked.map(|(id, _)| *id).collect();
        for (id, until) in self.losses.note(relay, &asked, now) {
            let waiting = self.attempts.entry(relay.clone()).or_default();
            waiting.insert(id, (Attempt::Deferred(until), 1));
        }
        self.paused.remove(relay);
        self.refused.forget(relay);
    }

    pub fn next_timeout(&self) -> Option<Timestamp> {
        let attempts = self.attempts.values().flat_map(|attempts| attempts.values());
        let attempts = attempts.filter_map(|(attempt, _)| match attempt {
            Attempt::Asked(at) => Some(Timestamp(at.0 + ANSWER_TIMEOUT_MS)),
            Attempt::Deferred(until) => Some(*until),
            Attempt::Due => None,
        });
        attempts.chain(self.paused.values().copied()).chain(self.refused.next_timeout()).min()
    }

    /// The servers to turn to again, now that a time has passed or there is room.
    pub fn timed_out(&mut self, now: Timestamp) -> Vec<RelayUrl> {
        let mut again = std::mem::take(&mut self.freed);
        for (relay, attempts) in &mut self.attempts {
            for (attempt, tries) in attempts.values_mut() {
                match *attempt {
                    Attempt::Asked(at) if at.0 + ANSWER_TIMEOUT_MS <= now.0 => {
                        *attempt = Attempt::Deferred(after(now, *tries));
                        again.insert(relay.clone());
                    }
                    Attempt::Deferred(until) if until <= now => {
                        *attempt = Attempt::Due;
                        again.insert(relay.clone());
                    }
                    _ => {}
                }
            }
        }
        self.paused.retain(|relay, until| {
            if *until <= now {
                again.insert(relay.clone());
            }
            *until > now
        });
        again.into_iter().collect()
    }

    /// Rows to send to `relay` now, oldest first.
    pub fn due(&self, relay: &RelayUrl) -> Vec<u64> {
        let Some(open) = self.open.get(relay).filter(|_| !self.paused.contains_key(relay)) else {
            return Vec::new();
        };
        let attempts = self.attempts.get(relay);
        let asked = attempts.map_or(0, |attempts| {
            attempts.values().filter(|(attempt, _)| matches!(attempt, Attempt::Asked(_))).count()
        });
        let waits = |id: &&u64| {
            let attempt = attempts.and_then(|attempts| attempts.get(id));
            attempt.is_none_or(|(attempt, _)| matches!(attempt, Attempt::Due))
        };
        open.iter().filter(waits).copied().take(WINDOW.saturating_sub(asked)).collect()
    }

    pub fn asked(&mut self, relay: &RelayUrl, id: u64, now: Timestamp) {
        let attempts = self.attempts.entry(relay.clone()).or_default();
        let tries = attempts.get(&id).map_or(0, |(_, tries)| *tries);
        attempts.insert(id, (Attempt::Asked(now), tries + 1));
    }

    /// The server said "not now" to this one.
    pub fn defer(&mut self, relay: &RelayUrl, id: u64, now: Timestamp) {
        let attempts = self.attempts.entry(relay.clone()).or_default();
        let tries = attempts.get(&id).map_or(1, |(_, tries)| *tries);
        attempts.insert(id, (Attempt::Deferred(after(now, tries.max(2))), tries));
    }

    /// The server took no notice of this one: it may be sent as if it never was.
    pub fn asked_in_vain(&mut self, relay: &RelayUrl, id: u64) {
        if let Some(attempts) = self.attempts.get_mut(relay) {
            attempts.remove(&id);
        }
    }

    /// The server said "slow down": nothing goes to it before then.
    pub fn pause(&mut self, relay: &RelayUrl, until: Timestamp) {
        let before = self.paused.entry(relay.clone()).or_default();
        *before = until.max(*before);
    }

    /// When the server was asked for the answer that is still open.
    pub fn asked_at(&self, relay: &RelayUrl, id: u64) -> Option<Timestamp> {
        match self.attempts.get(relay)?.get(&id)? {
            (Attempt::Asked(at), _) => Some(*at),
            _ => None,
        }
    }

    /// Notes an answer; the row with all its answers.
    pub fn answer(&mut self, relay: &RelayUrl, id: u64, answer: Answer) -> Option<&OutgoingRow> {
        if let Some(attempts) = self.attempts.get_mut(relay) {
            attempts.remove(&id);
        }
        if let Some(open) = self.open.get_mut(relay) {
            open.remove(&id);
        }
        self.losses.forget(relay, id);
        let row = self.rows.get_mut(&id)?;
        for target in row.targets.iter_mut().filter(|target| target.relay == *relay) {
            target.answer = answer;
        }
        Some(row)
    }

    pub fn remove(&mut self, id: u64) {
        let row = self.rows.remove(&id);
        if let Some(Purpose::Message { chat, place }) = row.map(|row| row.purpose) {
            self.by_message.remove(&(chat, place));
        }
        self.names.forget(id);
        for (relay, open) in &mut self.open {
            open.remove(&id);
            self.losses.forget(relay, id);
        }
        for (relay, attempts) in &mut self.attempts {
            if attempts.remove(&id).is_some() {
                self.freed.insert(relay.clone());
            }
        }
    }
}

fn after(now: Timestamp, tries: u32) -> Timestamp {
    let wait = match tries {
        0 | 1 => 1,
        tries => doubled(ANSWER_TIMEOUT_MS, tries - 1, LONGEST_WAIT_MS),
    };
    Timestamp(now.0 + wait)
}

#[cfg(test)]
mod tests;
