//! From a seed to a history: what people do, and what goes wrong meanwhile.

mod rare;

use crate::dice::Dice;
use crate::fault::Fault;
use crate::history::{Action, EVER, History, Timed};

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR as i64;
/// How long an outage is that people remember.
const OUTAGE: u64 = 6 * HOUR;

/// Of so many in a hundred meetings the rest of the history does not wait for.
const LATE: u64 = 25;
/// They begin after fewer actions than that.
const LATEST: u64 = 25;

/// How long a device may be busy at a time.
const TURNS: [u64; 4] = [5, 50, 500, 3 * SECOND];

/// The history of a seed.
pub fn draw(seed: u64) -> History {
    let mut dice = Dice::new(seed, 0);
    let people = 2 + dice.weighted(&[70, 20, 10]);
    let relays = 1 + dice.weighted(&[15, 20, 30, 15, 20]);
    let honest = dice.index(relays);
    let page = dice.pick(&[20, 60, 500]);
    let mut drawing = Drawing {
        dice,
        people,
        relays,
        honest,
        calm: false,
        now: 0,
        copied: 0,
        actions: Vec::new(),
    };
    drawing.calm = drawing.dice.chance(70);
    drawing.all();
    let compares = drawing.dice.below(1 << relays) as u8;
    let is_busy = drawing.dice.chance(60);
    let turn = if is_busy { drawing.dice.pick(&TURNS) } else { 0 };
    let mut actions = drawing.actions;
    actions.sort_by_key(|timed| timed.at);
    History { seed, people, relays, honest, page, compares, turn, actions }
}

struct Drawing {
    dice: Dice,
    people: usize,
    relays: usize,
    honest: usize,
    /// Whether people meet before anything goes wrong.
    calm: bool,
    now: u64,
    /// A bit for each person whose disk was copied.
    copied: u8,
    actions: Vec<Timed>,
}

impl Drawing {
    fn put(&mut self, action: Action) {
        self.actions.push(Timed { at: self.now, action });
    }

    fn all(&mut self) {
        if !self.calm {
            self.faults_for_good();
        }
        let mut late = Vec::new();
        for who in 1..self.people {
            let of = self.dice.index(who);
            let (who, of) = if self.dice.chance(50) { (who, of) } else { (of, who) };
            if self.dice.chance(LATE) {
                late.push((self.dice.below(LATEST), who, of));
                continue;
            }
            self.put(Action::Meet { who, of });
            self.now += self.dice.between(0, 3 * SECOND);
        }
        if self.calm {
            self.now += 20 * SECOND;
            self.faults_for_good();
        }
        let count = self.dice.between(40, 120);
        let outage = self.dice.chance(12).then(|| self.dice.below(count));
        let rare = self.rare(count);
        for number in 0..count {
            self.pass();
            for (_, who, of) in late.iter().filter(|(at, ..)| *at == number) {
                self.meet_late(*who, *of);
            }
            for (_, rare) in rare.iter().filter(|(at, _)| *at == number) {
                self.put_rare(*rare);
            }
            if outage == Some(number) {
                self.outage();
            }
            self.one();
        }
    }

    /// Some relays are bad from the beginning to the end, and honest ones strict.
    fn faults_for_good(&mut self) {
        if self.dice.chance(15) {
            self.fault(self.honest, Fault::DemandsProof, EVER);
        }
        for relay in 0..self.relays {
            if relay != self.honest && self.dice.chance(40) {
                let fault = self.dice.pick(&Fault::ALL);
                self.fault(relay, fault, EVER);
            }
        }
    }

    fn fault(&mut self, relay: usize, fault: Fault, span: u64) {
        let people = self.dice.between(1, (1 << self.people) - 1) as u8;
        self.put(Action::Fault { relay, fault, span, people });
    }

    /// All relays but some are gone for hours.
    fn outage(&mut self) {
        for relay in 0..self.relays {
            if self.dice.chance(80) {
                let fault = self.dice.pick(&[Fault::Dead, Fault::Hung, Fault::HungThenReset]);
                self.fault(relay, fault, OUTAGE);
            }
        }
        self.now += self.dice.between(0, OUTAGE + HOUR);
    }

    fn pass(&mut self) {
        self.now += match self.dice.weighted(&[25, 45, 25, 5]) {
            0 => self.dice.between(0, 50),
            1 => self.dice.between(50, 5 * SECOND),
            2 => self.dice.between(5 * SECOND, MINUTE),
            _ => self.dice.between(MINUTE, 20 * MINUTE),
        };
    }

    fn span(&mut self) -> u64 {
        match self.dice.weighted(&[30, 40, 30]) {
            0 => self.dice.between(100, 5 * SECOND),
            1 => self.dice.between(5 * SECOND, 2 * MINUTE),
            _ => self.dice.between(2 * MINUTE, HOUR),
        }
    }

    fn other(&mut self, who: usize) -> usize {
        (who + 1 + self.dice.index(self.people - 1)) % self.people
    }

    fn one(&mut self) {
        let who = self.dice.index(self.people);
        let other = self.other(who);
        match self.dice.weighted(&[540, 60, 20, 150, 100, 30, 30, 15, 15, 20, 15, 10, 12, 20]) {
            0 => self.put(Action::Send { who, to: other }),
            1 => self.put(Action::Read { who, of: other }),
            2 => self.put(Action::Type { who, to: other }),
            3 => self.trouble(),
            4 => {
                let outputs = self.dice.between(0, 25) as u32;
                let down = self.dice.pick(&[0, 100, 3 * SECOND, 10 * MINUTE]);
                self.put(Action::Crash { who, outputs, down });
                // Otherwise the device may have nothing to do.
                if self.dice.chance(60) {
                    self.put(Action::Send { who, to: other });
                }
            }
            5 => {
                let span = self.span();
                self.put(Action::Away { who, span });
            }
            6 => {
                let span = self.span();
                self.put(Action::Sleep { who, span });
            }
            7 => {
                let by = self.dice.between(0, 2 * DAY as u64) as i64 - DAY;
                self.put(Action::Clock { who, by });
            }
            8 => {
                let span = self.span();
                self.put(Action::Full { who, span });
            }
            10 => self.put(Action::Withdraw { who, to: other }),
            11 => self.put(Action::Retry { who, to: other }),
            12 => self.copy(who),
            13 => {
                let span = self.span();
                let knows = self.dice.chance(50);
                self.put(match knows {
                    true => Action::Offline { who, span },
                    false => Action::Adrift { who, span },
                });
            }
            _ => {
                for _ in 0..self.dice.between(5, 30) {
                    self.put(Action::Send { who, to: other });
                    self.now += self.dice.between(0, 300);
                }
            }
        }
    }

    /// A disk is copied, and some copies are gone on from.
    fn copy(&mut self, who: usize) {
        let restores = self.copied & (1 << who) != 0 && self.dice.chance(60);
        self.copied |= 1 << who;
        self.put(if restores { Action::Restore { who } } else { Action::Backup { who } });
        // What is written after some copies is dated before them.
        if !restores && self.dice.chance(30) {
            let back = self.dice.between(HOUR, DAY as u64) as i64;
            self.put(Action::Clock { who, by: -back });
        }
    }

    fn trouble(&mut self) {
        let relay = self.dice.index(self.relays);
        let fault = self.dice.pick(&Fault::ALL);
        if relay != self.honest || fault.is_honest() {
            let span = self.span();
            self.fault(relay, fault, span);
        }
    }
}
