//! Events that connections break over: some servers, and what stands before them, hang up on
//! what is too long for them. Whatever stands behind such an event must get past it.

use crate::engine::Timestamp;
use crate::sorted::SortedMap;
use crate::time::doubled;
use zajil_api::RelayUrl;

/// Connections that may break over an event one after the other, before it has to wait…
const PATIENCE: u32 = 3;
/// …for so long, and longer each time…
const WAIT_MS: u64 = 5_000;
const LONGEST_WAIT_MS: u64 = 60_000;
/// …and each of those that were on their way together for so much longer: one of them may be
/// what it breaks over.
const APART_MS: u64 = 2_000;

#[derive(Debug)]
struct Loss {
    times: u32,
    until: Timestamp,
}

/// By server, what was on its way when its connections broke, and not answered since.
#[derive(Debug, Default)]
pub(super) struct Losses(SortedMap<RelayUrl, SortedMap<u64, Loss>>);

impl Losses {
    /// A connection broke with these on their way. What is not to be sent over the next one
    /// before when.
    pub fn note(
        &mut self,
        relay: &RelayUrl,
        asked: &[u64],
        now: Timestamp,
    ) -> Vec<(u64, Timestamp)> {
        let losses = self.0.entry(relay.clone()).or_default();
        let mut later = 0;
        for id in asked {
            let first = || Loss { times: 0, until: now };
            let loss = losses.entry(*id).or_insert_with(first);
            loss.times = loss.times.saturating_add(1);
            if loss.times >= PATIENCE {
                let wait = doubled(WAIT_MS, loss.times - PATIENCE, LONGEST_WAIT_MS);
                loss.until = Timestamp(now.0 + wait + later);
                later += APART_MS;
            }
        }
        let waits = losses.iter().filter(|(_, loss)| loss.until > now);
        waits.map(|(id, loss)| (*id, loss.until)).collect()
    }

    /// It was answered, or is gone.
    pub fn forget(&mut self, relay: &RelayUrl, id: u64) {
        if let Some(losses) = self.0.get_mut(relay) {
            losses.remove(&id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_connections_break_over_waits_ever_longer_and_apart_from_the_rest() {
        let (mut losses, relay) = (Losses::default(), RelayUrl::new("wss://r"));
        let mut now = Timestamp(1_000_000);
        for _ in 1..PATIENCE {
            assert_eq!(losses.note(&relay, &[1, 2], now), []);
        }
        let [first, second] = [5_000, 7_000].map(|wait| Timestamp(now.0 + wait));
        assert_eq!(losses.note(&relay, &[1, 2], now), [(1, first), (2, second)]);
        now = first;
        let again = Timestamp(now.0 + 10_000);
        assert_eq!(losses.note(&relay, &[1], now), [(1, again), (2, second)], "it waits on");
        losses.forget(&relay, 1);
        assert_eq!(losses.note(&relay, &[1], second), []);
        for _ in 0..100 {
            losses.note(&relay, &[1], second);
        }
        let longest = Timestamp(second.0 + LONGEST_WAIT_MS);
        assert_eq!(losses.note(&relay, &[1], second), [(1, longest)]);
    }
}
