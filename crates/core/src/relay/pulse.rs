//! Whether an open socket still has somebody at its other end.
//!
//! A network that went away closes nothing: the socket stays open and swallows what is
//! sent. Browsers offer no ping. So a server that has been silent is asked for something
//! that does not exist, and any word from it counts as life.

use crate::mutant::{self, Mutant};
use crate::time::Timestamp;

/// A question that nothing at all followed for so long makes the socket suspect…
const QUESTION_MS: u64 = 5_000;
/// …and so does silence of this length…
const QUIET_MS: u64 = 25_000;
/// …or of this one, while somebody looks: they believe what the screen says of servers. Two
/// hundred bytes in six seconds, and none of it in a pocket.
const WATCHED_QUIET_MS: u64 = 6_000;
/// Somebody who looked is taken to be there for so long. A tab that is seen says so more
/// often; one that is gone or hidden need say nothing.
const LOOKS_MS: u64 = 6 * 60_000;
/// Whoever is alive answers a probe within so long.
const ANSWER_MS: u64 = 5_000;
/// A deadline looked at so much too late was slept or stalled through: it proves nothing.
const LATE_MS: u64 = 3_000;
/// How long a server that lets probes go unanswered, and yet takes new connections, is
/// left in peace: it may be one that answers no such question.
const MUTE_MS: [u64; 2] = [120_000, 600_000];

/// The signs of life on one connection.
#[derive(Clone, Debug)]
pub struct Pulse {
    heard_at: Timestamp,
    /// The first question since then.
    asked_at: Option<Timestamp>,
    probe: Option<Timestamp>,
    /// The last probe's number, and when it left, until its own answer came.
    number: u32,
    sent_at: Option<Timestamp>,
    suspect: bool,
    /// Somebody looks until then.
    watched_until: Timestamp,
    /// Connections in a row that ended with an unanswered probe.
    mute: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beat {
    /// Ask for nothing, under this number.
    Probe(u32),
    /// Nobody is there.
    Dead,
}

impl Pulse {
    pub fn new(now: Timestamp) -> Self {
        Self {
            heard_at: now,
            asked_at: None,
            probe: None,
            number: 0,
            sent_at: None,
            suspect: false,
            watched_until: Timestamp::default(),
            mute: 0,
        }
    }

    /// A new connection to the same server.
    pub fn reopened(&mut self, now: Timestamp) {
        let Self { number, mute, watched_until, .. } = *self;
        *self = Self { number, mute, watched_until, ..Self::new(now) };
    }

    /// Somebody looks at the screen.
    pub fn looked_at(&mut self, now: Timestamp) {
        self.watched_until = Timestamp(now.0 + LOOKS_MS);
    }

    /// Anything came in.
    pub fn heard(&mut self, now: Timestamp) {
        self.heard_at = now;
        self.asked_at = None;
        self.probe = None;
        self.suspect = false;
    }

    /// Something was sent that wants an answer.
    pub fn asked(&mut self, now: Timestamp) {
        self.asked_at.get_or_insert(now);
    }

    /// There is a reason to doubt: probe at once.
    pub fn suspect(&mut self) {
        self.suspect = self.probe.is_none();
    }

    /// The answer to a probe; milliseconds since it was sent.
    pub fn answered(&mut self, number: u32, now: Timestamp) -> Option<u32> {
        let sent_at = self.sent_at.take_if(|_| number == self.number)?;
        self.mute = 0;
        Some(u32::try_from(now.0.saturating_sub(sent_at.0)).unwrap_or(u32::MAX))
    }

    /// Whether a probe is on its way that nothing followed so far.
    pub fn is_waiting(&self) -> bool {
        self.probe.is_some()
    }

    pub fn is_suspect(&self) -> bool {
        self.suspect
    }

    pub fn next_timeout(&self) -> Timestamp {
        if let Some(sent_at) = self.probe {
            return Timestamp(sent_at.0 + ANSWER_MS);
        }
        if self.suspect {
            return self.heard_at;
        }
        // Once may have been the network: that says nothing about the server.
        let mute = self.mute.checked_sub(2).map(|mute| mute.min(MUTE_MS.len() - 1));
        let (question, quiet) = match mute.and_then(|mute| MUTE_MS.get(mute)) {
            Some(patience) => (*patience, *patience),
            None if self.heard_at.0 + WATCHED_QUIET_MS <= self.watched_until.0 => {
                (QUESTION_MS, WATCHED_QUIET_MS)
            }
            None => (QUESTION_MS, QUIET_MS),
        };
        let asked = self.asked_at.map(|at| Timestamp(at.0 + question));
        asked.into_iter().fold(Timestamp(self.heard_at.0 + quiet), Timestamp::min)
    }

    pub fn timed_out(&mut self, now: Timestamp) -> Option<Beat> {
        let due = self.next_timeout();
        if due > now {
            return None;
        }
        if mutant::active(Mutant::NoProbe) {
            self.heard_at = now;
            (self.suspect, self.asked_at) = (false, None);
            return None;
        }
        if self.probe.is_some() && now.0 - due.0 < LATE_MS {
            self.mute += 1;
            self.probe = None;
            return Some(Beat::Dead);
        }
        self.suspect = false;
        self.number = self.number.wrapping_add(1);
        self.probe = Some(now);
        self.sent_at = Some(now);
        Some(Beat::Probe(self.number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp(seconds * 1000)
    }

    #[test]
    fn an_unanswered_question_is_followed_by_a_probe_and_then_by_the_end() {
        let mut pulse = Pulse::new(at(0));
        pulse.asked(at(1));
        pulse.asked(at(4));
        assert_eq!(pulse.next_timeout(), at(6));
        assert_eq!(pulse.timed_out(at(5)), None);
        assert_eq!(pulse.timed_out(at(6)), Some(Beat::Probe(1)));
        assert_eq!(pulse.timed_out(at(10)), None);
        assert_eq!(pulse.timed_out(at(11)), Some(Beat::Dead));
    }

    #[test]
    fn any_word_at_all_is_life() {
        let mut pulse = Pulse::new(at(0));
        assert_eq!(pulse.timed_out(at(25)), Some(Beat::Probe(1)));
        pulse.heard(at(27));
        assert_eq!(pulse.next_timeout(), at(52));
        assert_eq!(pulse.answered(1, at(28)), Some(3_000));
        assert_eq!(pulse.answered(1, at(29)), None, "one answer to one probe");
    }

    #[test]
    fn while_somebody_looks_silence_is_noticed_within_ten_seconds_or_so() {
        let mut pulse = Pulse::new(at(0));
        pulse.looked_at(at(0));
        assert_eq!(pulse.timed_out(at(6)), Some(Beat::Probe(1)));
        assert_eq!(pulse.timed_out(at(11)), Some(Beat::Dead));
        pulse.reopened(at(20));
        assert_eq!(pulse.next_timeout(), at(26), "and the next time as soon");
        pulse.heard(at(6 * 60));
        assert_eq!(pulse.next_timeout(), at(6 * 60 + 25), "nobody has looked for long");
    }

    #[test]
    fn a_doubt_is_settled_at_once() {
        let mut pulse = Pulse::new(at(0));
        pulse.suspect();
        assert_eq!(pulse.timed_out(at(1)), Some(Beat::Probe(1)));
        pulse.suspect();
        assert_eq!(pulse.timed_out(at(2)), None, "the probe on its way will tell");
    }

    #[test]
    fn a_deadline_slept_through_is_no_verdict() {
        let mut pulse = Pulse::new(at(0));
        assert_eq!(pulse.timed_out(at(25)), Some(Beat::Probe(1)));
        assert_eq!(pulse.timed_out(at(3_600)), Some(Beat::Probe(2)));
        assert_eq!(pulse.timed_out(at(3_605)), Some(Beat::Dead));
    }

    #[test]
    fn a_server_that_answers_no_probes_is_not_cut_off_every_half_minute() {
        let mut pulse = Pulse::new(at(0));
        assert_eq!(pulse.timed_out(at(25)), Some(Beat::Probe(1)));
        assert_eq!(pulse.timed_out(at(30)), Some(Beat::Dead));
        pulse.reopened(at(31));
        assert_eq!(pulse.next_timeout(), at(56), "once is chance");
        assert_eq!(pulse.timed_out(at(56)), Some(Beat::Probe(2)));
        assert_eq!(pulse.timed_out(at(61)), Some(Beat::Dead));
        pulse.reopened(at(62));
        assert_eq!(pulse.next_timeout(), at(182));
        assert_eq!(pulse.timed_out(at(182)), Some(Beat::Probe(3)));
        pulse.heard(at(183));
        assert!(pulse.answered(3, at(183)).is_some());
        assert_eq!(pulse.next_timeout(), at(208), "it does answer them");
    }
}
