//! Who fetches what: an event that several servers announced is fetched from one of them,
//! and from the next when that one hangs, does not deliver, or hands out a damaged copy.

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
/// A server that delivers nothing for so long leaves the rest to others…
const PATIENCE_MS: u64 = 10_000;
/// …or for so long, where another that has it too delivered meanwhile: it is not the network…
const PATIENCE_BESIDE_OTHERS_MS: u64 = 4_000;
/// …and so does one that is not done after so long, whatever it delivers.
const LONGEST_MS: u64 = 60_000;
/// Events known and not here yet, of all servers.
pub(super) const MAX_CLAIMS: usize = 200_000;

#[derive(Debug)]
struct Claim {
    /// Servers that say they have it and were not asked in vain.
    holders: Vec<RelayUrl>,
    state: State,
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
        let fresh = || Claim { holders: Vec::new(), state: State::Free };
        let claim = self.claims.entry(id).or_insert_with(fresh);
        if !claim.holders.contains(relay) {
            claim.holders.push(relay.clone());
            self.queues.entry(relay.clone()).or_default().push_back(id);
        }
    }

    /// An event arrived on its own, before or without being asked for.
    pub fn arrived(&mut self, relay: &RelayUrl, id: EventId, time: UnixTime) {
        let fresh = || Claim { holders: Vec::new(), state: State::Free };
        let claim = self.claims.entry(id).or_insert_with(fresh);
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
        let mut lost = Vec::new();
        for (id, claim) in &mut self.claims {
            claim.holders.retain(|holder| holder != relay);
            if claim.state == State::Asked(relay.clone()) {
                claim.state = State::Free;
                if mutant::active(Mutant::KeepClaim) {
                    continue;
                }
                for holder in &claim.holders {
                    self.queues.entry(holder.clone()).or_default().push_front(*id);
                }
            }
            if claim.state == State::Free && claim.holders.is_empty() {
                lost.push(*id);
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
        let open = |claim: &Claim| !matches!(claim.state, State::Here(..));
        self.claims.values().any(|claim| open(claim) && claim.holders.contains(relay))
    }

    pub fn relays(&self) -> Vec<RelayUrl> {
        self.queues.keys().cloned().collect()
    }

    /// The server is not silent until then: it was not asked yet.
    pub fn wait_until(&mut self, relay: &RelayUrl, number: Option<u32>, until: Timestamp) {
        let fetches = self.fetches.get_mut(relay).into_iter().flatten();
        for fetch in fetches.filter(|fetch| number.is_none_or(|number| fetch.number == number)) {
            fetch.asked_at = until.max(fetch.asked_at);
            fetch.heard_at = until.max(fetch.heard_at);
        }
    }

    pub fn next_timeout(&self) -> Option<Timestamp> {
        let fetches = self.fetches.iter();
        let timeout = |(relay, fetches): (&RelayUrl, &Vec<Fetch>)| {
            fetches.iter().map(|fetch| self.timeout(relay, fetch)).min()
        };
        fetches.filter_map(timeout).min()
    }

    /// Servers that let a request wait for too long.
    pub fn overdue(&self, now: Timestamp) -> Vec<RelayUrl> {
        let late = |(relay, fetches): &(&RelayUrl, &Vec<Fetch>)| {
            fetches.iter().any(|fetch| self.timeout(relay, fetch) <= now)
        };
        self.fetches.iter().filter(late).map(|(relay, _)| relay.clone()).collect()
    }

    fn timeout(&self, relay: &RelayUrl, fetch: &Fetch) -> Timestamp {
        let longest = (fetch.heard_at.0 + PATIENCE_MS).min(fetch.asked_at.0 + LONGEST_MS);
        // What travels before it on the same connection is no silence.
        let silent_since = self.delivered.get(relay).copied().max(Some(fetch.asked_at));
        let is_ahead =
            |other: &RelayUrl| other != relay && self.delivered.get(other).copied() >= silent_since;
        // Where nobody is, no id need be looked up.
        let any_ahead = self.delivered.keys().any(&is_ahead);
        let has_other = |id: &EventId| {
            self.claims.get(id).is_some_and(|claim| claim.holders.iter().any(&is_ahead))
        };
        let soon = silent_since.filter(|_| any_ahead && fetch.left.iter().any(has_other));
        Timestamp(soon.map_or(longest, |at| longest.min(at.0 + PATIENCE_BESIDE_OTHERS_MS)))
    }
}

#[cfg(test)]
#[path = "claims_tests.rs"]
mod tests;
