//! The outage of 2021, on purpose: six hours in which four of five relays are bad in every
//! way there is, and two people who write to each other all the while. What they write has to
//! arrive while it lasts: it does not end before that was looked into.

use crate::dice::Dice;
use crate::fault::Fault;
use crate::history::{Action, EVER, History, Timed};

const HOURS: u64 = 3_600_000;
const RELAYS: usize = 5;
/// People meet before it begins.
const CALM: u64 = 20_000;
/// Each opens the app anew about once in an hour: whoever catches up depends on the honest relay.
const AGAIN: u64 = 1_000;
/// What is acknowledged to one of them is with the other so many milliseconds later.
pub const PROMPT: u64 = HOURS / 12;

/// `messages` both ways together, evenly over six hours; one relay is honest all the while,
/// and what ails the others changes several times an hour, until the last of it stays for good.
pub fn outage(seed: u64, messages: u64) -> History {
    let mut dice = Dice::new(seed, 0);
    // Whoever turns only to the first of them turns to a bad one.
    let honest = 1 + dice.index(RELAYS - 1);
    let mut actions = vec![Timed { at: 0, action: Action::Meet { who: 0, of: 1 } }];
    for relay in (0..RELAYS).filter(|relay| *relay != honest) {
        let mut at = CALM;
        while at < CALM + 6 * HOURS {
            let span = dice.between(HOURS / 12, HOURS);
            let fault = dice.pick(&Fault::ALL);
            let people = dice.between(1, 3) as u8;
            let is_last = at + span >= CALM + 6 * HOURS;
            let lasts = if is_last { EVER } else { span };
            let action = Action::Fault { relay, fault, span: lasts, people };
            actions.push(Timed { at, action });
            at += span;
        }
    }
    for number in 0..messages {
        let at = CALM + number * 6 * HOURS / messages.max(1);
        let who = dice.index(2);
        actions.push(Timed { at, action: Action::Send { who, to: 1 - who } });
    }
    for who in 0..2 {
        let mut at = CALM;
        while at < CALM + 6 * HOURS {
            at += dice.between(HOURS / 3, HOURS);
            actions.push(Timed { at, action: Action::Away { who, span: AGAIN } });
        }
    }
    actions.sort_by_key(|timed| timed.at);
    let compares = dice.below(1 << RELAYS) as u8;
    History { seed, people: 2, relays: RELAYS, honest, page: 500, compares, turn: 0, actions }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_relay_but_the_honest_one_is_bad_to_the_end_and_beyond() {
        for seed in 0..20 {
            let history = outage(seed, 10);
            for relay in (0..RELAYS).filter(|relay| *relay != history.honest) {
                let mut well_from = CALM;
                for Timed { at, action } in &history.actions {
                    if let Action::Fault { relay: of, span, .. } = action
                        && *of == relay
                    {
                        assert!(*at <= well_from, "r{relay} is well at {well_from}");
                        well_from = at.saturating_add(*span);
                    }
                }
                assert_eq!(well_from, EVER);
            }
            let of_honest = |timed: &&Timed| matches!(timed.action, Action::Fault { relay, .. } if relay == history.honest);
            assert_eq!(history.actions.iter().find(of_honest), None);
        }
    }
}
