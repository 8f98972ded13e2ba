//! Who fetches what: an event that several servers announced is fetched from one of them,
//! and from the next when that one hangs, does not deliver, or hands out a damaged copy.

mod patience;

use super::Timestamp;
use crate::mutant::{self, Mutant};
use crate::nostr::EventId;
use crate::sorted::{SortedMap, SortedSet};
use std::collections::{HashMap, VecDeque};
use zajil_api::{RelayUrl, UnixTime};

/// Ids in one request: few enough for every server's limit on what a filter brings.
pub(super) const CHUNK: usize = 100;
/// Requests on their way to one server: one is answered while the next travels.
const AT_ONCE: usize = 2;
/// Events known and not here yet, of all servers.
pub(super) const MAX_CLAIMS: usize = 200_000;

#[derive(Debug)]
struct Claim {
    /// Servers that say they have it and were not asked in vain.
    holders: Vec<RelayUrl>,
    state: State,
    /// A copy of it was damaged: whose feed named it may believe that it is here.
    is_damaged: bool,
}

impl Claim {
    fn new() -> Self {
        Self { holders: Vec::new(), state: State::Free, is_damaged: false }
    }

    fn is_open(&self) -> bool {
        !matches!(self.state, State::Here(..))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Free,
    Asked(RelayUrl),
    /// Fetched and held until it is read; from whom, and its date.
    Here(RelayUrl, UnixTime),
}

/// One request on its way.
#[derive(Debug)]
struct Fetch {
    number: u32,
    left: SortedSet<EventId>,
    asked_at: Timestamp,
    heard_at: Timestamp,
    /// Whether the server delivered anything of it.
    brought: bool,
}

/// Whether an announced event still has to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Open,
    Here(UnixTime),
    /// It was read, or nobody has it after all.
    Settled,
}

#[derive(Debug, Default)]
pub(super) struct Claims {
    claims: HashMap<EventId, Claim>,
    /// What each server could be asked for, in order; some of it is no longer free.
    queues: SortedMap<RelayUrl, VecDeque<EventId>>,
    fetches: SortedMap<RelayUrl, Vec<Fetch>>,
    /// When each server last delivered.
    delivered: SortedMap<RelayUrl, Timestamp>,
    last_number: u32,
}

impl Claims {
    pub fn len(&self) -> usize {
        self.claims.len()
    }

    pub fn standing(&self, id: &EventId) -> Standing {
        match self.claims.get(id).map(|claim| &claim.state) {
            None => Standing::Settled,
            Some(State::Here(_, time)) => Standing::Here(*time),
            Some(State::Free | State::Asked(_)) => Standing::Open,
        }
    }

    /// A server says that it has an event.
    pub fn announce(&mut self, relay: &RelayUrl, id: EventId) {
        let claim = self.claims.entry(id).or_insert_with(Claim::new);
        if !claim.holders.contains(relay) {
            claim.holders.push(relay.clone());
            self.queues.entry(relay.clone()).or_default().push_back(id);
        }
    }

    /// An event arrived on its own, before or without being asked for.
    pub fn arrived(&mut self, relay: &RelayUrl, id: EventId, time: UnixTime) {
        let claim = self.claims.entry(id).or_insert_with(Claim::new);
        if !matches!(claim.state, State::Here(..)) {
            claim.state = State::Here(relay.clone(), time);
        }
    }

    /// What to ask a server for next, so many at most, and the number of the request.
    pub fn next(
        &mut self,
        relay: &RelayUrl,
        most: usize,
        now: Timestamp,
    ) -> Option<(u32, Vec<EventId>)> {
        let fetches = self.fetches.entry(relay.clone()).or_default();
        let queue = self.queues.get_mut(relay)?;
        if fetches.len() >= AT_ONCE {
            return None;
        }
        let mut ids = Vec::new();
        while ids.len() < most.min(CHUNK) {
            let Some(id) = queue.pop_front() else { break };
            if let Some(claim) = self.claims.get_mut(&id)
                && claim.state == State::Free
                && claim.holders.contains(relay)
            {
                claim.state = State::Asked(relay.clone());
                ids.push(id);
            }
        }
        if ids.is_empty() {
            return None;
        }
        self.last_number += 1;
        let number = self.last_number;
        let left = ids.iter().copied().collect();
        fetches.push(Fetch { number, left, asked_at: now, heard_at: now, brought: false });
        Some((number, ids))
    }

    /// Whether no request is on its way, to anybody.
    pub fn is_idle(&self) -> bool {
        self.fetches.values().all(Vec::is_empty)
    }

    pub fn is_asked(&self, relay: &RelayUrl, number: u32) -> bool {
        let mut fetches = self.fetches.get(relay).into_iter().flatten();
        fetches.any(|fetch| fetch.number == number)
    }

    /// A server delivered an event whose id is its own; whether it was asked for it.
    pub fn deliver(
        &mut self,
        relay: &RelayUrl,
        number: u32,
        id: &EventId,
        time: UnixTime,
        now: Timestamp,
    ) -> bool {
        let mut fetches = self.fetches.get_mut(relay).into_iter().flatten();
        let Some(fetch) = fetches.find(|fetch| fetch.number == number) else { return false };
        if !fetch.left.remove(id) {
            return false;
        }
        (fetch.heard_at, fetch.brought) = (now, true);
        self.delivered.insert(relay.clone(), now);
        match self.claims.get_mut(id) {
            Some(claim) => {
                claim.state = State::Here(relay.clone(), time);
                true
            }
            None => false,
        }
    }

    /// A request came to its end. What it did not bring is asked for once more where it
    /// brought something, because servers have limits; else the server does not have it.
    pub fn finish(&mut self, relay: &RelayUrl, number: u32) {
        let Some(fetches) = self.fetches.get_mut(relay) else { return };
        let Some(at) = fetches.iter().position(|fetch| fetch.number == number) else { return };
        let fetch = fetches.remove(at);
        for id in &fetch.left {
            self.release(relay, id, fetch.brought);
        }
    }

    /// Nothing more is to be had from this server; the numbers of its open requests.
    pub fn abandon(&mut self, relay: &RelayUrl) -> Vec<u32> {
        self.queues.remove(relay);
        let fetches = self.fetches.remove(relay).unwrap_or_default();
        let (mut asked, mut lost) = (Vec::new(), Vec::new());
        for (id, claim) in &mut self.claims {
            claim.holders.retain(|holder| holder != relay);
            if claim.state == State::Asked(relay.clone()) {
                claim.state = State::Free;
                if mutant::active(Mutant::KeepClaim) {
                    continue;
                }
                asked.push(*id);
            }
            if claim.state == State::Free && claim.holders.is_empty() {
                lost.push(*id);
            }
        }
        // The map has them in any order, and the same is to be asked for next each time.
        asked.sort_unstable();
        for id in &asked {
            for holder in self.claims.get(id).into_iter().flat_map(|claim| &claim.holders) {
                self.queues.entry(holder.clone()).or_default().push_front(*id);
            }
        }
        for id in lost {
            self.claims.remove(&id);
        }
        fetches.into_iter().map(|fetch| fetch.number).collect()
    }

    /// The event was read, or is known not to be worth it.
    pub fn settle(&mut self, id: &EventId) {
        self.claims.remove(id);
    }

    /// The copy that was fetched is damaged: another server may have a whole one.
    pub fn damaged(&mut self, id: &EventId) {
        let from = match self.claims.get(id).map(|claim| &claim.state) {
            Some(State::Here(from, _)) => from.clone(),
            _ => return,
        };
        if let Some(claim) = self.claims.get_mut(id) {
            claim.is_damaged = true;
        }
        self.release(&from, id, false);
    }

    fn release(&mut self, relay: &RelayUrl, id: &EventId, again: bool) {
        let Some(claim) = self.claims.get_mut(id) else { return };
        if matches!(&claim.state, State::Asked(other) if other != relay) {
            return;
        }
        claim.state = State::Free;
        if !again {
            claim.holders.retain(|holder| holder != relay);
        }
        if claim.holders.is_empty() {
            self.claims.remove(id);
            return;
        }
        if mutant::active(Mutant::KeepClaim) {
            return;
        }
        for holder in &claim.holders {
            self.queues.entry(holder.clone()).or_default().push_front(*id);
        }
    }

    /// Whether something of this server's is still to come, from whomever.
    pub fn is_open_at(&self, relay: &RelayUrl) -> bool {
        self.claims.values().any(|claim| claim.is_open() && claim.holders.contains(relay))
    }

    /// The same of what came damaged from another.
    pub fn is_damaged_at(&self, relay: &RelayUrl) -> bool {
        let mut open = self.claims.values().filter(|claim| claim.is_damaged && claim.is_open());
        open.any(|claim| claim.holders.contains(relay))
    }

    pub fn relays(&self) -> Vec<RelayUrl> {
        self.queues.keys().cloned().collect()
    }
}

#[cfg(test)]
mod tests;
