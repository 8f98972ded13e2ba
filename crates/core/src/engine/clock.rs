//! The host's clock, made fit for timers.
//!
//! People and time servers set clocks back. A timer must not wait for an hour to come
//! round again, and what is written down must bear the true time of day: so the two are
//! told apart.

use super::Timestamp;
use crate::mutant::{self, Mutant};
use zajil_api::UnixTime;

/// What time it is, in two ways.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    /// The time of day, as the host says now.
    wall: Timestamp,
    /// How far the clock was set back so far, in milliseconds.
    back: u64,
}

impl Clock {
    pub fn new(wall: Timestamp) -> Self {
        Self { wall, back: 0 }
    }

    /// Takes the host's word; the time for timers, which never goes back.
    pub fn tell(&mut self, wall: Timestamp) -> Timestamp {
        if mutant::active(Mutant::ClockStandsStill) {
            self.wall = self.wall.max(wall);
            return self.wall;
        }
        self.back = self.back.saturating_add(self.wall.0.saturating_sub(wall.0));
        self.wall = wall;
        Timestamp(wall.0.saturating_add(self.back))
    }

    /// What the host's clock will show at a timer's time.
    pub fn wall_at(&self, at: Timestamp) -> Timestamp {
        Timestamp(at.0.saturating_sub(self.back))
    }

    /// The time of day.
    pub fn unix_now(&self) -> UnixTime {
        UnixTime(self.wall.0 / 1000)
    }

    /// The time of day at a timer's time, rounded up: nothing is promised too early.
    pub fn unix_at(&self, at: Timestamp) -> UnixTime {
        UnixTime(self.wall_at(at).0.div_ceil(1000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600_000;

    #[test]
    fn a_clock_set_back_stops_no_timer_and_tells_the_time_of_day() {
        let mut clock = Clock::new(Timestamp(10 * HOUR));
        let timer = Timestamp(clock.tell(Timestamp(10 * HOUR + 1)).0 + 5_000);
        let now = clock.tell(Timestamp(7 * HOUR));
        assert_eq!(now, Timestamp(10 * HOUR + 1), "nothing passed that we know of");
        assert_eq!(clock.unix_now(), UnixTime(7 * 3600));
        assert_eq!(clock.wall_at(timer), Timestamp(7 * HOUR + 5_000));
        assert_eq!(clock.tell(Timestamp(7 * HOUR + 5_000)), timer);
    }

    #[test]
    fn a_clock_put_right_again_tells_the_true_time() {
        let mut clock = Clock::new(Timestamp(10 * HOUR));
        let ahead = clock.tell(Timestamp(500 * HOUR));
        let back = clock.tell(Timestamp(10 * HOUR));
        assert_eq!((back, clock.unix_now()), (ahead, UnixTime(10 * 3600)));
        let later = clock.tell(Timestamp(11 * HOUR));
        assert_eq!((later.0 - back.0, clock.unix_now()), (HOUR, UnixTime(11 * 3600)));
    }
}
