//! A token bucket: so many at once, then so many a second.

use std::time::Instant;

pub struct Bucket {
    tokens: f64,
    size: f64,
    per_second: f64,
    at: Instant,
}

impl Bucket {
    pub fn full(size: u32, per_second: u32, now: Instant) -> Self {
        Self { tokens: size.into(), size: size.into(), per_second: per_second.into(), at: now }
    }

    /// Whether there was a token to take.
    pub fn take(&mut self, now: Instant) -> bool {
        let gained = now.saturating_duration_since(self.at).as_secs_f64() * self.per_second;
        self.tokens = (self.tokens + gained).min(self.size);
        self.at = now;
        let there = self.tokens >= 1.0;
        if there {
            self.tokens -= 1.0;
        }
        there
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_burst_is_followed_by_the_steady_rate() {
        let start = Instant::now();
        let mut bucket = Bucket::full(3, 2, start);
        assert!((0..3).all(|_| bucket.take(start)));
        assert!(!bucket.take(start));
        let later = start + Duration::from_secs(1);
        assert!(bucket.take(later) && bucket.take(later) && !bucket.take(later));
    }

    #[test]
    fn a_long_pause_fills_it_to_the_brim_and_no_further() {
        let start = Instant::now();
        let mut bucket = Bucket::full(2, 100, start);
        let later = start + Duration::from_secs(3600);
        assert!(bucket.take(later) && bucket.take(later) && !bucket.take(later));
    }
}
