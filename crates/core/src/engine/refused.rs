//! When servers that refused something are offered it again.

use super::Timestamp;
use crate::sorted::SortedMap;
use zajil_api::RelayUrl;

/// The first wait after a refusal, and the longest.
const FIRST_MS: u64 = 60_000;
const LONGEST_MS: u64 = 600_000;

/// Clocks are put right and bills are paid: each server is asked again, ever more patiently.
#[derive(Debug, Default)]
pub(super) struct Refused(SortedMap<RelayUrl, Wait>);

#[derive(Debug)]
struct Wait {
    until: Timestamp,
    wait_ms: u64,
}

impl Refused {
    pub fn note(&mut self, relay: &RelayUrl, now: Timestamp) {
        let first = Wait { until: Timestamp(now.0 + FIRST_MS), wait_ms: FIRST_MS };
        self.0.entry(relay.clone()).or_insert(first);
    }

    /// Whatever it refused is open again: the next refusal is a new one.
    pub fn forget(&mut self, relay: &RelayUrl) {
        self.0.remove(relay);
    }

    /// Servers that are to be asked again now.
    pub fn due(&mut self, now: Timestamp) -> Vec<RelayUrl> {
        let mut due = Vec::new();
        for (relay, wait) in self.0.iter_mut().filter(|(_, wait)| wait.until <= now) {
            wait.wait_ms = wait.wait_ms.saturating_mul(2).min(LONGEST_MS);
            wait.until = Timestamp(now.0 + wait.wait_ms);
            due.push(relay.clone());
        }
        due
    }

    pub fn next_timeout(&self) -> Option<Timestamp> {
        self.0.values().map(|wait| wait.until).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_refuses_is_asked_ever_more_patiently_until_it_comes_anew() {
        let (mut refused, relay) = (Refused::default(), RelayUrl::new("wss://r"));
        let mut now = Timestamp(0);
        let mut waits = Vec::new();
        for _ in 0..6 {
            refused.note(&relay, now);
            let until = refused.next_timeout().unwrap();
            assert!(refused.due(Timestamp(until.0 - 1)).is_empty());
            waits.push(until.0 - now.0);
            now = until;
            assert_eq!(refused.due(now), std::slice::from_ref(&relay));
        }
        assert_eq!(waits, [60_000, 120_000, 240_000, 480_000, 600_000, 600_000]);
        refused.forget(&relay);
        assert_eq!(refused.next_timeout(), None);
    }
}
