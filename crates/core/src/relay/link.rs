//! One connection's life.

use crate::engine::Timestamp;
use rand_core::RngCore;
use zajil_api::{LinkState, UnixTime};

/// A socket that has not opened by then never will.
const CONNECT_TIMEOUT_MS: u64 = 15_000;
/// The first wait after a failure is drawn from up to so much, and doubles.
const FIRST_WAIT_MS: u64 = 1_000;
const LONGEST_WAIT_MS: u64 = 60_000;
/// Nobody hammers, however the dice fall.
const SHORTEST_WAIT_MS: u64 = 250;

/// The connection to one relay: where it stands and when it is tried again.
#[derive(Clone, Debug)]
pub struct Link {
    state: State,
    failures: u32,
    pub opened_in_ms: Option<u32>,
    /// What the relay last said to a person.
    pub said: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Connecting { since: Timestamp },
    Open,
    Waiting { until: Timestamp },
}

/// What a link wants done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Connect,
    /// Give up on a socket that does not open; it is tried again later.
    Abandon,
}

impl Link {
    pub fn connecting(now: Timestamp) -> Self {
        let state = State::Connecting { since: now };
        Self { state, failures: 0, opened_in_ms: None, said: None }
    }

    pub fn is_open(&self) -> bool {
        self.state == State::Open
    }

    pub fn opened(&mut self, now: Timestamp) {
        if let State::Connecting { since } = self.state {
            let took = now.0.saturating_sub(since.0);
            self.opened_in_ms = Some(u32::try_from(took).unwrap_or(u32::MAX));
        }
        self.state = State::Open;
        self.failures = 0;
    }

    /// Full jitter: the wait is drawn evenly from nothing to twice the last limit, so
    /// that a crowd that lost a relay together does not come back together.
    pub fn closed(&mut self, now: Timestamp, rng: &mut impl RngCore) {
        let limit = FIRST_WAIT_MS
            .saturating_mul(1u64.checked_shl(self.failures).unwrap_or(u64::MAX))
            .min(LONGEST_WAIT_MS);
        let wait = SHORTEST_WAIT_MS + rng.next_u64() % limit;
        self.failures = self.failures.saturating_add(1).min(16);
        self.state = State::Waiting { until: Timestamp(now.0 + wait) };
    }

    pub fn next_timeout(&self) -> Option<Timestamp> {
        match self.state {
            State::Connecting { since } => Some(Timestamp(since.0 + CONNECT_TIMEOUT_MS)),
            State::Waiting { until } => Some(until),
            State::Open => None,
        }
    }

    pub fn timed_out(&mut self, now: Timestamp, rng: &mut impl RngCore) -> Option<Action> {
        if self.next_timeout().is_none_or(|at| at > now) {
            return None;
        }
        match self.state {
            State::Waiting { .. } => {
                self.state = State::Connecting { since: now };
                Some(Action::Connect)
            }
            State::Connecting { .. } => {
                self.closed(now, rng);
                Some(Action::Abandon)
            }
            State::Open => None,
        }
    }

    pub fn view(&self) -> LinkState {
        match self.state {
            State::Connecting { .. } => LinkState::Connecting,
            State::Open => LinkState::Connected,
            State::Waiting { until } => {
                LinkState::Offline { retry_at: Some(UnixTime(until.0.div_ceil(1000))) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    #[test]
    fn waits_grow_are_spread_and_end_when_the_relay_is_back() {
        let mut rng = ChaCha20Rng::from_seed([3; 32]);
        let mut longest = Vec::new();
        for failures in [1, 4, 10] {
            let waits: Vec<u64> = (0..200)
                .map(|_| {
                    let mut link = Link::connecting(Timestamp(0));
                    (0..failures).for_each(|_| link.closed(Timestamp(0), &mut rng));
                    link.next_timeout().unwrap().0
                })
                .collect();
            assert!(waits.iter().all(|wait| *wait >= SHORTEST_WAIT_MS));
            let (min, max) = (waits.iter().min().unwrap(), waits.iter().max().unwrap());
            assert!(max - min > max / 2, "not spread: {min} to {max}");
            longest.push(*max);
        }
        assert!(longest.is_sorted() && longest[2] <= LONGEST_WAIT_MS + SHORTEST_WAIT_MS);

        let mut link = Link::connecting(Timestamp(0));
        link.closed(Timestamp(0), &mut rng);
        let retry = link.next_timeout().unwrap();
        assert_eq!(link.timed_out(retry, &mut rng), Some(Action::Connect));
        link.opened(Timestamp(retry.0 + 40));
        assert_eq!((link.view(), link.opened_in_ms), (LinkState::Connected, Some(40)));
    }

    #[test]
    fn a_socket_that_never_opens_is_given_up() {
        let mut rng = ChaCha20Rng::from_seed([3; 32]);
        let mut link = Link::connecting(Timestamp(0));
        assert_eq!(link.timed_out(Timestamp(CONNECT_TIMEOUT_MS - 1), &mut rng), None);
        let action = link.timed_out(Timestamp(CONNECT_TIMEOUT_MS), &mut rng);
        assert_eq!(action, Some(Action::Abandon));
        assert!(matches!(link.view(), LinkState::Offline { .. }));
    }
}
