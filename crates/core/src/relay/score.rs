//! How far a relay may be relied on, from what it did.
//!
//! What it did lately counts more than what it did long ago, and nothing is held against
//! it before there was enough of it. Whoever is only sometimes there is a nuisance;
//! whoever says "kept" and keeps nothing is a danger: that weighs most.

use zajil_api::Advice;

/// After so many seconds of watching, earlier watching counts half.
const WATCHED_HALF: f64 = 3.0 * 86_400.0;
/// After so many promises or answers, earlier ones count half.
const COUNTED_HALF: f64 = 100.0;
/// Watched for less than this, in seconds, nothing is said.
const WATCHED_ENOUGH: f64 = 60.0;
const WATCHED_WELL: f64 = 3_600.0;
const COUNTED_ENOUGH: f64 = 4.0;
/// A relay as good as this deserves no advice.
const REACHABLE_WELL: f64 = 0.7;
const KEPT_WELL: f64 = 0.95;
const TAKEN_WELL: f64 = 0.5;
/// Milliseconds: up to the first nothing is lost, from the second on the most.
const FAST_MS: f64 = 500.0;
const SLOW_MS: f64 = 5_000.0;
const LOST_TO_SLOWNESS: f64 = 0.3;
/// A new measure of the answer time moves the smoothed one by this part.
const SMOOTHING: f64 = 0.125;

/// What one relay did so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Standing {
    /// Seconds it could be reached.
    reachable: Share,
    /// Events it said it has, and had.
    kept: Share,
    /// Events it took.
    taken: Share,
    answers_in_ms: Option<f64>,
}

/// Good ones among all, forgetting slowly.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Share {
    good: f64,
    all: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    Yes,
    No,
}

impl Share {
    fn add(&mut self, good: bool, weight: f64, half: f64) {
        // Half to the power of what passed. `powf` would bring a table of four kilobytes.
        let kept = (-std::f64::consts::LN_2 * weight / half).exp();
        let good = if good { weight } else { 0.0 };
        *self = Self { good: self.good * kept + good, all: self.all * kept + weight };
    }

    /// `None` until there was enough of it.
    fn of(&self, enough: f64) -> Option<f64> {
        (self.all >= enough).then(|| self.good / self.all)
    }

    fn to_stored(self) -> [u32; 2] {
        // Saturates; thousandths of what was counted.
        [self.good, self.all].map(|value| (value * 1000.0) as u32)
    }

    fn from_stored([good, all]: [u32; 2]) -> Self {
        Self { good: f64::from(good.min(all)) / 1000.0, all: f64::from(all) / 1000.0 }
    }
}

/// A standing as it is stored: pairs of thousandths (good, all), and milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    pub reachable: [u32; 2],
    pub kept: [u32; 2],
    pub taken: [u32; 2],
    pub answers_in_ms: Option<u32>,
}

impl Standing {
    /// It was watched for so long.
    pub fn watched(&mut self, reached: Reached, milliseconds: u64) {
        let seconds = milliseconds as f64 / 1000.0;
        self.reachable.add(reached == Reached::Yes, seconds, WATCHED_HALF);
    }

    /// An event that it had said it keeps was read back.
    pub fn kept(&mut self) {
        self.kept.add(true, 1.0, COUNTED_HALF);
    }

    /// An event that it had said it keeps is not there.
    pub fn broke(&mut self) {
        self.kept.add(false, 1.0, COUNTED_HALF);
    }

    pub fn took(&mut self) {
        self.taken.add(true, 1.0, COUNTED_HALF);
    }

    pub fn refused(&mut self) {
        self.taken.add(false, 1.0, COUNTED_HALF);
    }

    pub fn answered(&mut self, milliseconds: u32) {
        let measured = f64::from(milliseconds);
        let last = self.answers_in_ms.unwrap_or(measured);
        self.answers_in_ms = Some(last + (measured - last) * SMOOTHING);
    }

    pub fn answers_in_ms(&self) -> Option<u32> {
        self.answers_in_ms.map(|it| it.round() as u32)
    }

    /// 0 to 100; `None` until it was watched for long enough to say: whoever keeps all that they
    /// are given may still be seldom there.
    pub fn score(&self) -> Option<u8> {
        let reachable = self.reachable.of(WATCHED_ENOUGH)?;
        let kept = self.kept.of(COUNTED_ENOUGH);
        let taken = self.taken.of(COUNTED_ENOUGH).unwrap_or(1.0);
        let slow = self.answers_in_ms.map_or(0.0, |it| {
            ((it - FAST_MS) / (SLOW_MS - FAST_MS)).clamp(0.0, 1.0) * LOST_TO_SLOWNESS
        });
        let share = reachable * kept.unwrap_or(1.0).powi(4) * (0.4 + 0.6 * taken) * (1.0 - slow);
        Some((share * 100.0).round().clamp(0.0, 100.0) as u8)
    }

    /// The worst that can be said of it.
    pub fn advice(&self) -> Option<Advice> {
        let below = |share: Option<f64>, well: f64| share.is_some_and(|share| share < well);
        if below(self.kept.of(COUNTED_ENOUGH), KEPT_WELL) {
            Some(Advice::Forgets)
        } else if below(self.reachable.of(WATCHED_WELL), REACHABLE_WELL) {
            Some(Advice::OftenAway)
        } else if below(self.taken.of(COUNTED_ENOUGH), TAKEN_WELL) {
            Some(Advice::Refuses)
        } else if self.answers_in_ms.is_some_and(|it| it >= SLOW_MS) {
            Some(Advice::Slow)
        } else {
            None
        }
    }

    pub fn to_stored(&self) -> Stored {
        Stored {
            reachable: self.reachable.to_stored(),
            kept: self.kept.to_stored(),
            taken: self.taken.to_stored(),
            answers_in_ms: self.answers_in_ms(),
        }
    }

    pub fn from_stored(stored: &Stored) -> Self {
        Self {
            reachable: Share::from_stored(stored.reachable),
            kept: Share::from_stored(stored.kept),
            taken: Share::from_stored(stored.taken),
            answers_in_ms: stored.answers_in_ms.map(f64::from),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HOUR: u64 = 3_600_000;

    fn good() -> Standing {
        let mut standing = Standing::default();
        standing.watched(Reached::Yes, 24 * HOUR);
        (0..50).for_each(|_| {
            standing.kept();
            standing.took();
        });
        standing.answered(80);
        standing
    }

    #[test]
    fn a_relay_that_was_always_there_and_kept_everything_has_the_most() {
        assert_eq!((good().score(), good().advice()), (Some(100), None));
    }

    #[test]
    fn nothing_is_said_before_it_did_enough() {
        let mut standing = Standing::default();
        standing.watched(Reached::No, 59_000);
        standing.broke();
        assert_eq!((standing.score(), standing.advice()), (None, None));
        let mut standing = Standing::default();
        (0..50).for_each(|_| standing.kept());
        standing.watched(Reached::Yes, 30_000);
        assert_eq!(standing.score(), None, "it may be gone the next minute");
    }

    #[test]
    fn whoever_goes_again_and_again_is_not_called_reliable_for_what_they_keep() {
        let mut standing = Standing::default();
        for _ in 0..3 {
            standing.watched(Reached::Yes, 30_000);
            (0..5).for_each(|_| standing.kept());
            standing.watched(Reached::No, 10_000);
        }
        assert_eq!(standing.score(), Some(75));
    }

    #[test]
    fn each_fault_has_its_advice_and_the_worst_is_named() {
        let mut slow = good();
        (0..60).for_each(|_| slow.answered(9_000));
        assert_eq!(slow.advice(), Some(Advice::Slow));
        let mut refuses = slow;
        (0..80).for_each(|_| refuses.refused());
        assert_eq!(refuses.advice(), Some(Advice::Refuses));
        let mut away = refuses;
        away.watched(Reached::No, 24 * HOUR);
        assert_eq!(away.advice(), Some(Advice::OftenAway));
        let mut forgets = away;
        (0..10).for_each(|_| forgets.broke());
        assert_eq!(forgets.advice(), Some(Advice::Forgets));
        let scores: Vec<_> = [good(), slow, refuses, away, forgets].map(|s| s.score()).into();
        assert!(scores.is_sorted_by(|a, b| a > b), "{scores:?}");
    }

    #[test]
    fn forgetting_weighs_more_than_being_away() {
        let (mut away, mut forgets) = (good(), good());
        away.watched(Reached::No, 6 * HOUR);
        (0..13).for_each(|_| forgets.broke());
        assert!(forgets.score() < away.score());
    }

    #[test]
    fn a_relay_that_became_good_is_forgiven() {
        let mut standing = Standing::default();
        standing.watched(Reached::No, 48 * HOUR);
        (0..20).for_each(|_| standing.broke());
        assert!(standing.score() < Some(5));
        standing.watched(Reached::Yes, 30 * 24 * HOUR);
        (0..1_000).for_each(|_| standing.kept());
        assert!(standing.score() > Some(95));
    }

    #[test]
    fn what_is_stored_says_the_same() {
        let mut standing = good();
        standing.broke();
        let read = Standing::from_stored(&standing.to_stored());
        assert_eq!(read.to_stored(), standing.to_stored());
        assert_eq!((read.score(), read.advice()), (standing.score(), standing.advice()));
    }

    proptest! {
        #[test]
        fn whatever_was_stored_a_score_is_at_most_a_hundred(
            reachable: [u32; 2], kept: [u32; 2], taken: [u32; 2], answers_in_ms: Option<u32>
        ) {
            let stored = Stored { reachable, kept, taken, answers_in_ms };
            let standing = Standing::from_stored(&stored);
            prop_assert!(standing.score().is_none_or(|score| score <= 100));
        }
    }
}
