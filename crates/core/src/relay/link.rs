//! One connection's life.

use super::backoff::{Backoff, Network, PROMPT_MS};
use super::pulse::{Beat, Pulse};
use super::{Pace, Proof, Reached, Subscriptions};
use crate::time::{Timestamp, doubled};
use rand_core::RngCore;
use zajil_api::{LinkState, UnixTime};

/// A socket that has not opened by then never will.
const CONNECT_TIMEOUT_MS: u64 = 15_000;
/// One that was begun before the device slept is not waited for so long. Chromium holds new
/// ones back for up to five seconds where most have failed: those are left to come.
const STALE_CONNECT_MS: u64 = 6_000;
/// A connection that held for so long was a success: the next wait is short again.
const STEADY_MS: u64 = 20_000;
/// After so many errors in a row nothing is written for so long, doubled each time.
const ERRORS_IN_A_ROW: u32 = 24;
const ERRORS_PAUSE_MS: u64 = 20_000;
const LONGEST_ERRORS_PAUSE_MS: u64 = 600_000;

/// The connection to one relay: where it stands and when it is tried again.
#[derive(Clone, Debug)]
pub struct Link {
    state: State,
    backoff: Backoff,
    pulse: Pulse,
    /// When what waits may be sent: the end of a pause, of either kind.
    resume_at: Option<Timestamp>,
    /// The relay asked to be left in peace until then.
    peace_until: Timestamp,
    /// Questions wait until then for the relay's word on who we are.
    unproven_until: Timestamp,
    pace: Pace,
    pub proof: Proof,
    pub subscriptions: Subscriptions,
    pub opened_in_ms: Option<u32>,
    /// Events it had no luck with since it last took one.
    errors: u32,
    /// What the relay last said to a person.
    pub said: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Connecting { since: Timestamp },
    Open { since: Timestamp },
    Waiting { until: Timestamp },
    Cut { until: Timestamp },
}

/// What a link wants done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Connect,
    /// Give up on a socket that does not open, or that nobody is at the other end of; it
    /// is tried again later.
    Abandon,
    /// Ask for nothing, under this number.
    Probe(u32),
    /// A pause is over: what waited may be sent.
    Resume,
}

impl Link {
    pub fn connecting(now: Timestamp) -> Self {
        Self {
            state: State::Connecting { since: now },
            backoff: Backoff::default(),
            pulse: Pulse::new(now),
            resume_at: None,
            peace_until: Timestamp::default(),
            unproven_until: Timestamp::default(),
            pace: Pace::default(),
            proof: Proof::default(),
            subscriptions: Subscriptions::default(),
            opened_in_ms: None,
            errors: 0,
            said: None,
        }
    }

    /// It took an event.
    pub fn took(&mut self) {
        self.errors = 0;
    }

    /// It had no luck with an event; until when to write nothing to it, where that is all it says.
    pub fn erred(&mut self, now: Timestamp) -> Option<Timestamp> {
        self.errors = self.errors.saturating_add(1);
        let rows = self.errors / ERRORS_IN_A_ROW;
        let wait = doubled(ERRORS_PAUSE_MS, rows.saturating_sub(1), LONGEST_ERRORS_PAUSE_MS);
        self.errors.is_multiple_of(ERRORS_IN_A_ROW).then(|| Timestamp(now.0 + wait))
    }

    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Open { .. })
    }

    /// Whether it is being tried or used, so that there is a socket.
    pub fn has_socket(&self) -> bool {
        matches!(self.state, State::Connecting { .. } | State::Open { .. })
    }

    pub fn is_cut(&self) -> bool {
        matches!(self.state, State::Cut { .. })
    }

    /// `None` while nothing is known: at the very first try, or cut off by ourselves.
    pub fn reached(&self) -> Option<Reached> {
        match self.state {
            State::Open { .. } => Some(Reached::Yes),
            State::Cut { .. } => None,
            _ => (self.backoff.failures() > 0).then_some(Reached::No),
        }
    }

    pub fn opened(&mut self, now: Timestamp) {
        if let State::Connecting { since } = self.state {
            let took = now.0.saturating_sub(since.0);
            self.opened_in_ms = Some(u32::try_from(took).unwrap_or(u32::MAX));
        }
        self.state = State::Open { since: now };
        self.pulse.reopened(now);
        self.proof = Proof::default();
        self.subscriptions = Subscriptions::default();
        self.unproven_until = now;
        self.resume_at = Some(self.peace_until).filter(|until| *until > now);
    }

    pub fn closed(&mut self, now: Timestamp, network: Network, rng: &mut impl RngCore) {
        if matches!(self.state, State::Open { since } if since.0 + STEADY_MS <= now.0) {
            self.backoff.reset();
        }
        let wait = self.backoff.wait_ms(network, rng);
        self.state = State::Waiting { until: Timestamp(now.0 + wait) };
    }

    /// Something was sent that wants an answer.
    pub fn asked(&mut self, now: Timestamp) {
        self.pulse.asked(now);
    }

    /// Anything came in.
    pub fn heard(&mut self, now: Timestamp) {
        self.pulse.heard(now);
    }

    /// A probe's own answer; the milliseconds it took.
    pub fn probe_answered(&mut self, number: u32, now: Timestamp) -> Option<u32> {
        self.pulse.answered(number, now)
    }

    /// The relay wants to be asked less; until when nothing is sent to it.
    pub fn slow_down(&mut self, now: Timestamp, rng: &mut impl RngCore) -> Timestamp {
        self.peace_until = self.pace.limited(now, rng);
        self.resume_at = self.resume_at.max(Some(self.peace_until));
        self.peace_until
    }

    /// Until when nothing is sent that the relay keeps or answers.
    pub fn peace_until(&self, now: Timestamp) -> Option<Timestamp> {
        Some(self.peace_until).filter(|until| *until > now)
    }

    /// Questions wait for the relay's word on who we are, but not for longer than this.
    pub fn await_proof(&mut self, until: Timestamp) {
        self.unproven_until = until;
        self.resume_at = self.resume_at.max(Some(until));
    }

    /// The relay said its word.
    pub fn proven(&mut self, now: Timestamp) {
        self.unproven_until = now;
    }

    /// Until when no question is asked.
    pub fn questions_wait_until(&self, now: Timestamp) -> Option<Timestamp> {
        Some(self.peace_until.max(self.unproven_until)).filter(|until| *until > now)
    }

    /// Somebody looks at the screen, which says how this link is.
    pub fn looked_at(&mut self, now: Timestamp) {
        self.pulse.looked_at(now);
    }

    /// There is reason to doubt that an open socket still is one.
    pub fn suspect(&mut self) {
        if self.is_open() {
            self.pulse.suspect();
        }
    }

    /// There is reason to believe that the relay can be reached now.
    pub fn hurry(&mut self, now: Timestamp, rng: &mut impl RngCore) -> Option<Action> {
        let soon = State::Waiting { until: Timestamp(now.0 + rng.next_u64() % PROMPT_MS) };
        match self.state {
            State::Waiting { until } => {
                self.backoff.reset();
                if until.0 > now.0 + PROMPT_MS {
                    self.state = soon;
                }
                None
            }
            State::Connecting { since } if since.0 + STALE_CONNECT_MS <= now.0 => {
                self.backoff.reset();
                self.state = soon;
                Some(Action::Abandon)
            }
            State::Connecting { .. } | State::Cut { .. } => None,
            State::Open { .. } => {
                self.pulse.suspect();
                None
            }
        }
    }

    pub fn cut(&mut self, until: Timestamp) {
        self.state = State::Cut { until };
    }

    /// Ends a cut.
    pub fn mend(&mut self, now: Timestamp) {
        if self.is_cut() {
            self.backoff.reset();
            self.state = State::Waiting { until: now };
        }
    }

    pub fn next_timeout(&self) -> Option<Timestamp> {
        match self.state {
            State::Connecting { since } => Some(Timestamp(since.0 + CONNECT_TIMEOUT_MS)),
            State::Waiting { until } | State::Cut { until } => Some(until),
            State::Open { .. } => {
                Some(self.resume_at.map_or(self.beat_at(), |at| at.min(self.beat_at())))
            }
        }
    }

    /// Mere silence is not asked about while the relay wants to be left in peace.
    fn beat_at(&self) -> Timestamp {
        let at = self.pulse.next_timeout();
        let urgent = self.pulse.is_waiting() || self.pulse.is_suspect();
        if urgent { at } else { at.max(self.peace_until) }
    }

    pub fn timed_out(
        &mut self,
        now: Timestamp,
        network: Network,
        rng: &mut impl RngCore,
    ) -> Option<Action> {
        if self.next_timeout().is_none_or(|at| at > now) {
            return None;
        }
        match self.state {
            State::Waiting { .. } | State::Cut { .. } => {
                self.state = State::Connecting { since: now };
                Some(Action::Connect)
            }
            State::Connecting { .. } => {
                self.closed(now, network, rng);
                Some(Action::Abandon)
            }
            State::Open { .. } if self.resume_at.is_some_and(|at| at <= now) => {
                self.resume_at = None;
                Some(Action::Resume)
            }
            State::Open { .. } => match self.pulse.timed_out(now)? {
                Beat::Probe(number) => Some(Action::Probe(number)),
                Beat::Dead => {
                    self.closed(now, network, rng);
                    Some(Action::Abandon)
                }
            },
        }
    }

    /// `unix` tells the time of day of a moment.
    pub fn view(&self, unix: impl Fn(Timestamp) -> UnixTime) -> LinkState {
        match self.state {
            State::Connecting { .. } => LinkState::Connecting,
            State::Open { .. } => LinkState::Connected,
            State::Waiting { until } => LinkState::Offline { retry_at: Some(unix(until)) },
            State::Cut { until } => LinkState::Cut { until: unix(until) },
        }
    }
}

#[cfg(test)]
#[path = "link_tests.rs"]
mod tests;
