//! How fast a relay wants to be asked.

use crate::time::{Timestamp, doubled};
use rand_core::RngCore;

/// After the first complaint nothing is sent for so long; each further one doubles it.
const FIRST_MS: u64 = 3_000;
const LONGEST_MS: u64 = 300_000;
/// Complaints within one burst are one complaint, about what was sent before the pause.
const BURST_MS: u64 = 1_000;
/// Peace of so many pauses' length makes up for one complaint.
const FORGIVEN_AFTER: u64 = 4;

/// One relay's rate limit, as far as it let us know. Reading and writing share it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pace {
    paused: Option<Pause>,
    level: u32,
}

#[derive(Clone, Copy, Debug)]
struct Pause {
    since: Timestamp,
    until: Timestamp,
}

impl Pace {
    /// The relay said "slow down"; until when to hold still.
    pub fn limited(&mut self, now: Timestamp, rng: &mut impl RngCore) -> Timestamp {
        if let Some(pause) = self.paused {
            if now < pause.until || now.0 < pause.since.0 + BURST_MS {
                return pause.until;
            }
            let length = pause.until.0.saturating_sub(pause.since.0).max(1);
            let peace = now.0.saturating_sub(pause.until.0) / length / FORGIVEN_AFTER;
            self.level = self.level.saturating_sub(u32::try_from(peace).unwrap_or(u32::MAX));
        }
        let wait = doubled(FIRST_MS, self.level, LONGEST_MS);
        // Spread a little, or all who were told together would speak up together.
        let until = Timestamp(now.0 + wait + rng.next_u64() % (wait / 4));
        self.level = (self.level + 1).min(16);
        self.paused = Some(Pause { since: now, until });
        until
    }
}

/// Whether a relay's words mean "slow down". The prefix is NIP-01's; in notices every
/// relay has words of its own.
pub fn is_rate_limit(words: &str) -> bool {
    const WORDS: [&str; 5] =
        ["rate-limit", "rate limit", "ratelimit", "too many requests", "slow down"];
    let words: String = words.chars().take(200).collect::<String>().to_ascii_lowercase();
    WORDS.iter().any(|known| words.contains(known))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    #[test]
    fn pauses_grow_with_every_complaint_and_shrink_with_peace() {
        let mut rng = ChaCha20Rng::from_seed([3; 32]);
        let mut pace = Pace::default();
        let mut now = Timestamp(1_000_000);
        let mut lengths = Vec::new();
        for _ in 0..12 {
            let until = pace.limited(now, &mut rng);
            assert_eq!(
                pace.limited(Timestamp(now.0 + 10), &mut rng),
                until,
                "one burst, one pause"
            );
            lengths.push(until.0 - now.0);
            now = until;
        }
        assert!((3_000..4_000).contains(&lengths[0]) && lengths[3] > 20_000);
        assert!(lengths[11] <= LONGEST_MS + LONGEST_MS / 4);
        let until = pace.limited(Timestamp(now.0 + 3 * 86_400_000), &mut rng);
        assert!(until.0 - now.0 - 3 * 86_400_000 < 4_000, "all is forgiven");
    }

    #[test]
    fn many_words_mean_slow_down() {
        for words in ["rate-limited: slow down", "ERROR: Rate limit exceeded", "too many requests"]
        {
            assert!(is_rate_limit(words), "{words}");
        }
        for words in ["", "error: could not connect to the database", "auth-required: who?"] {
            assert!(!is_rate_limit(words), "{words}");
        }
    }
}
