//! What most histories do without: late meetings, somebody who leaves, relays that lose
//! everything or take nothing, and more than MLS lets anybody overtake.

use super::{Drawing, MINUTE, SECOND};
use crate::fault::Fault;
use crate::history::{Action, Timed};

/// In so many of a thousand histories somebody leaves for good…
const LEAVES: u64 = 120;
/// …all relays lose their disks…
const WIPES: u64 = 120;
/// …or much is written at once to somebody who is away.
const BURSTS: u64 = 20;
/// In so many all relays refuse for a while what is written.
const REFUSALS: u64 = 250;
/// Beyond what MLS lets overtake in one epoch.
const LEAST_BURST: u64 = 1_200;
const MOST_BURST: u64 = 2_000;

#[derive(Clone, Copy)]
pub(super) enum Rare {
    Leave,
    Wipe,
    Burst,
    Refusal,
}

impl Drawing {
    /// What happens before which of `count` actions.
    pub(super) fn rare(&mut self, count: u64) -> Vec<(u64, Rare)> {
        let all = [
            (LEAVES, Rare::Leave),
            (WIPES, Rare::Wipe),
            (BURSTS, Rare::Burst),
            (REFUSALS, Rare::Refusal),
        ];
        let drawn = all.into_iter().filter(|(weight, _)| self.dice.below(1_000) < *weight);
        let drawn: Vec<Rare> = drawn.map(|(_, rare)| rare).collect();
        drawn.into_iter().map(|rare| (self.dice.below(count), rare)).collect()
    }

    pub(super) fn put_rare(&mut self, rare: Rare) {
        let who = self.dice.index(self.people);
        let other = self.other(who);
        let last = match rare {
            Rare::Burst => return self.burst(who, other),
            Rare::Refusal => return self.refusal(who, other),
            Rare::Leave => Action::Leave { who },
            Rare::Wipe => Action::Wipe,
        };
        // Whoever is away finds later what was left for them.
        if self.dice.chance(50) {
            let span = self.span();
            self.put(Action::Away { who: other, span });
        }
        self.write(who, other, 8);
        self.now += self.dice.between(0, 10 * SECOND);
        self.put(last);
    }

    /// Whoever comes back has much to catch up with, and one of the relays fails them then.
    fn burst(&mut self, who: usize, to: usize) {
        let begins = self.now;
        for _ in 0..self.dice.between(LEAST_BURST, MOST_BURST) {
            self.put(Action::Send { who, to });
            self.now += self.dice.between(0, 200);
        }
        // Then nobody sends again what was read too early.
        if self.dice.chance(50) {
            self.now += self.dice.between(0, MINUTE);
            self.put(Action::Leave { who });
        }
        let ends = self.now;
        self.now += self.dice.between(SECOND, 10 * MINUTE);
        let away = Action::Away { who: to, span: self.now - begins };
        self.actions.push(Timed { at: begins, action: away });
        self.now += self.dice.between(0, 2 * SECOND);
        let relay = self.dice.index(self.relays);
        let fault = self.dice.pick(&[Fault::Hung, Fault::HalfOpen, Fault::Dead, Fault::Slow]);
        let span = self.span();
        self.fault(relay, fault, span);
        self.now = ends;
    }

    /// Nobody takes what somebody writes, who may take it back about when it is offered again.
    fn refusal(&mut self, who: usize, to: usize) {
        let span = self.dice.between(10 * SECOND, 3 * MINUTE);
        for relay in 0..self.relays {
            self.fault(relay, Fault::Refuses, span);
        }
        self.now += self.dice.between(0, SECOND);
        self.write(who, to, 3);
        self.now += self.dice.between(0, 2 * MINUTE);
        for _ in 0..self.dice.between(0, 40) {
            self.put(Action::Withdraw { who, to });
            self.now += self.dice.between(50, 4 * SECOND);
        }
    }

    /// A few messages, each soon after the other.
    fn write(&mut self, who: usize, to: usize, most: u64) {
        for _ in 0..self.dice.between(1, most) {
            self.put(Action::Send { who, to });
            self.now += self.dice.between(0, 2 * SECOND);
        }
    }

    /// People meet while faults are under way, and the one who is met may be away, or go on from
    /// a copy that was made before.
    pub(super) fn meet_late(&mut self, who: usize, of: usize) {
        match self.dice.weighted(&[30, 40, 15, 15]) {
            0 => self.put(Action::Meet { who, of }),
            1 => {
                let span = self.span();
                self.put(Action::Away { who: of, span });
                self.pass();
                self.put(Action::Meet { who, of });
                self.pass();
                self.write(who, of, 5);
                // Their chat is nowhere but with whoever founded it.
                if self.dice.chance(25) {
                    self.put(Action::Wipe);
                }
            }
            2 => {
                self.copied |= 1 << of;
                self.put(Action::Backup { who: of });
                self.pass();
                self.put(Action::Meet { who, of });
                self.pass();
                self.write(who, of, 5);
                self.put(Action::Restore { who: of });
            }
            _ => {
                self.copied |= 1 << of;
                self.put(Action::Backup { who: of });
                self.pass();
                self.write(of, who, 5);
                self.put(Action::Restore { who: of });
                self.pass();
                self.put(Action::Meet { who, of });
            }
        }
    }
}
