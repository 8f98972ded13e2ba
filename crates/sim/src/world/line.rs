//! Lines between people and relays: each in order, none before its time, each cut at times.

use super::{Step, World};
use crate::fault::Fault;
use crate::relay::Saying;
use std::collections::BTreeMap;
use zajil_core::engine::Input;

/// A line that was out of reach for longer does not come back.
const LONGEST_CUT: u64 = 120_000;

#[derive(Default)]
pub struct Lines {
    all: BTreeMap<u64, Line>,
    last: u64,
}

struct Line {
    who: usize,
    relay: usize,
    /// When the latest frame arrives, each way.
    up: u64,
    down: u64,
    /// Nothing comes through any more, and neither end is told.
    dead: bool,
}

impl World {
    /// Somebody's device opens a socket.
    pub(super) fn dial(&mut self, who: usize, relay: usize) {
        self.hang_up(who, relay);
        self.lines.last += 1;
        let line = self.lines.last;
        let now = self.now;
        self.lines.all.insert(line, Line { who, relay, up: now, down: now, dead: false });
        self.people[who].lines[relay] = Some(line);
        let at = now + 2 * self.travel(who, relay);
        if self.relays[relay].has(Fault::Dead) || self.people[who].adrift.is_some() {
            self.plan(at, Step::Closed { line });
        } else if self.relays[relay].concerns(Fault::Cut, who).is_none() {
            self.plan(at, Step::Opened { line });
        }
    }

    /// Somebody's device closes a socket and hears no more of it.
    pub(super) fn hang_up(&mut self, who: usize, relay: usize) {
        if let Some(line) = self.people[who].lines[relay].take() {
            self.lines.all.remove(&line);
            self.relays[relay].leave(line);
        }
    }

    pub(super) fn hang_up_all(&mut self, who: usize) {
        (0..self.relays.len()).for_each(|relay| self.hang_up(who, relay));
    }

    /// A relay drops a line: its other end hears of it.
    pub(super) fn drop_line(&mut self, line: u64) {
        let Some(Line { who, relay, down, .. }) = self.lines.all.get(&line) else { return };
        let (who, relay, down) = (*who, *relay, *down);
        self.relays[relay].leave(line);
        let at = (self.now + self.travel(who, relay)).max(down);
        self.plan(at, Step::Closed { line });
    }

    /// Milliseconds one way.
    fn travel(&mut self, who: usize, relay: usize) -> u64 {
        let base = 5 + ((who as u64 * 37 + relay as u64 * 71) % 150);
        let slow =
            if self.relays[relay].has(Fault::Slow) { self.dice.between(500, 12_000) } else { 0 };
        base + self.dice.below(20) + slow
    }

    /// A frame from somebody's device.
    pub(super) fn send(&mut self, who: usize, relay: usize, text: String) {
        let Some(line) = self.people[who].lines[relay] else { return };
        let at = self.now + self.travel(who, relay);
        if let Some(there) = self.lines.all.get_mut(&line) {
            there.up = there.up.max(at);
            let at = there.up;
            self.plan(at, Step::ToRelay { line, text });
        }
    }

    /// Frames from a relay.
    pub(super) fn answer(&mut self, relay: usize, sayings: Vec<Saying>) {
        for Saying { to: line, text, late } in sayings {
            let Some(who) = self.lines.all.get(&line).map(|line| line.who) else { continue };
            let at = self.now + self.travel(who, relay);
            let Some(there) = self.lines.all.get_mut(&line) else { continue };
            let at = match late {
                0 => {
                    there.down = there.down.max(at);
                    there.down
                }
                late => at + late,
            };
            self.plan(at, Step::ToPerson { line, text });
        }
    }

    /// Until when nothing passes, where the line outlives that.
    fn held_up(&self, who: usize, relay: usize) -> Option<u64> {
        let there = &self.relays[relay];
        let hung = [Fault::Hung, Fault::HungThenReset].map(|fault| there.until(fault));
        [there.concerns(Fault::Cut, who)].into_iter().chain(hung).flatten().max()
    }

    pub(super) fn reach_relay(&mut self, line: u64, text: String) {
        let Some(Line { who, relay, dead: false, .. }) = self.lines.all.get(&line) else { return };
        let (who, relay) = (*who, *relay);
        if let Some(until) = self.held_up(who, relay) {
            if until < u64::MAX {
                if let Some(there) = self.lines.all.get_mut(&line) {
                    there.up = there.up.max(until + 1);
                }
                self.plan(until + 1, Step::ToRelay { line, text });
            }
            return;
        }
        self.frames += 1;
        self.asked += 1;
        let known = self.parsed(&text);
        if let Some(kept) = &known {
            self.ledger.sent(who, kept, &mut self.verdict);
        }
        let now = self.now / 1000;
        let said = self.relays[relay].hear(line, &text, known.clone(), now, &mut self.dice);
        if let Some(kept) = known
            && self.relays[relay].shelf.holds(&kept.id)
        {
            self.ledger.held(relay, &kept.event.content, &mut self.verdict);
        }
        self.answer(relay, said);
    }

    pub(super) fn reach_person(&mut self, line: u64, text: String) {
        let Some(Line { who, relay, dead: false, .. }) = self.lines.all.get(&line) else { return };
        let (who, relay) = (*who, *relay);
        if let Some(until) = self.held_up(who, relay) {
            if until < u64::MAX {
                if let Some(there) = self.lines.all.get_mut(&line) {
                    there.down = there.down.max(until + 1);
                }
                self.plan(until + 1, Step::ToPerson { line, text });
            }
            return;
        }
        self.frames += 1;
        self.log(|| format!("r{relay} > P{who} {}", crate::short(&text)));
        self.arrive(who, Input::RelayFrame { relay: self.urls[relay].clone(), text });
    }

    pub(super) fn open_line(&mut self, line: u64) {
        let Some(Line { who, relay, .. }) = self.lines.all.get(&line) else { return };
        let (who, relay) = (*who, *relay);
        if self.relays[relay].has(Fault::Dead) {
            return self.close_line(line);
        }
        self.relays[relay].enter(line, who);
        self.log(|| format!("P{who} and r{relay} are connected"));
        self.input(who, Input::RelayOpened(self.urls[relay].clone()));
    }

    pub(super) fn close_line(&mut self, line: u64) {
        let Some(Line { who, relay, .. }) = self.lines.all.remove(&line) else { return };
        self.relays[relay].leave(line);
        if self.people[who].lines[relay] == Some(line) {
            self.people[who].lines[relay] = None;
            self.log(|| format!("P{who} and r{relay} are parted"));
            let reason = "gone".to_owned();
            self.input(who, Input::RelayClosed { relay: self.urls[relay].clone(), reason });
        }
    }

    /// Whoever is connected to a relay now goes on without it.
    pub(super) fn deaden_lines(&mut self, relay: usize) {
        for line in self.lines.all.values_mut().filter(|line| line.relay == relay) {
            line.dead = true;
        }
    }

    /// The same for everything that somebody is connected to.
    pub(super) fn deaden_lines_of(&mut self, who: usize) {
        for line in self.lines.all.values_mut().filter(|line| line.who == who) {
            line.dead = true;
        }
    }

    /// Every relay loses its disk, and everybody who is connected.
    pub(super) fn wipe(&mut self) {
        self.ledger.wiped();
        self.upset_all();
        for relay in 0..self.relays.len() {
            self.relays[relay].shelf.clear();
            for line in self.relays[relay].lines() {
                self.drop_line(line);
            }
        }
    }

    /// A fault began or ended: what happens to those who are connected.
    pub(super) fn break_lines(&mut self, relay: usize, fault: Fault, began: u64) {
        let long = self.now - began > LONGEST_CUT;
        for line in self.relays[relay].lines() {
            let who = self.lines.all.get(&line).map(|line| line.who);
            let cut = |who| self.relays[relay].concerns(Fault::Cut, who).is_some();
            let drops = match fault {
                Fault::Dead | Fault::HungThenReset => true,
                Fault::Cut => long && who.is_some_and(cut),
                _ => false,
            };
            if drops {
                self.drop_line(line);
            }
        }
    }
}
