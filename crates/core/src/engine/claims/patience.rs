//! How long a server may take over what it was asked for.

use super::{Claims, Fetch};
use crate::engine::Timestamp;
use crate::nostr::EventId;
use zajil_api::RelayUrl;

/// A server that delivers nothing for so long leaves the rest to others…
pub(super) const PATIENCE_MS: u64 = 10_000;
/// …or for so long, where another that has it too delivered meanwhile: it is not the network…
pub(super) const PATIENCE_BESIDE_OTHERS_MS: u64 = 4_000;
/// …and so does one that is not done after so long, whatever it delivers.
pub(super) const LONGEST_MS: u64 = 60_000;

impl Claims {
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
