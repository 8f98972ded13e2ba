//! How long a relay is left alone before it is tried again.

use crate::time::doubled;
use rand_core::RngCore;

/// The first wait after a failure is drawn from up to so much, and doubles.
const FIRST_MS: u64 = 1_000;
pub(super) const LONGEST_MS: u64 = 60_000;
/// Nobody hammers, however the dice fall.
pub(super) const SHORTEST_MS: u64 = 250;
/// Whoever was told that the world is reachable again comes within so long.
pub(super) const PROMPT_MS: u64 = 500;

/// Exponential back-off with full jitter: each wait is drawn evenly from nothing to the
/// limit, so that a crowd that lost a relay together does not come back together.
#[derive(Clone, Copy, Debug, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The wait after one more failure. While the device says that it has no network,
    /// every wait is one of the longest: it may be wrong, so there is a try now and then.
    pub fn wait_ms(&mut self, network: Network, rng: &mut impl RngCore) -> u64 {
        let limit = match network {
            Network::Online => doubled(FIRST_MS, self.failures, LONGEST_MS),
            Network::Offline => LONGEST_MS,
        };
        self.failures = self.failures.saturating_add(1).min(16);
        SHORTEST_MS + rng.next_u64() % limit
    }

    pub fn failures(&self) -> u32 {
        self.failures
    }

    pub fn reset(&mut self) {
        self.failures = 0;
    }
}

/// What the device says of its network: a hint, often wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Network {
    #[default]
    Online,
    Offline,
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    #[test]
    fn waits_grow_and_are_spread() {
        let mut rng = ChaCha20Rng::from_seed([3; 32]);
        let mut longest = Vec::new();
        for failures in [0, 3, 9] {
            let waits: Vec<u64> =
                (0..200).map(|_| Backoff { failures }.wait_ms(Network::Online, &mut rng)).collect();
            assert!(waits.iter().all(|wait| *wait >= SHORTEST_MS));
            let (min, max) = (waits.iter().min().unwrap(), waits.iter().max().unwrap());
            assert!(max - min > max / 2, "not spread: {min} to {max}");
            longest.push(*max);
        }
        assert!(longest.is_sorted() && longest[2] <= LONGEST_MS + SHORTEST_MS);
    }

    #[test]
    fn without_a_network_nobody_hammers() {
        let mut rng = ChaCha20Rng::from_seed([3; 32]);
        let waits = (0..200).map(|_| Backoff::default().wait_ms(Network::Offline, &mut rng));
        assert!(waits.sum::<u64>() / 200 > 20_000);
    }
}
