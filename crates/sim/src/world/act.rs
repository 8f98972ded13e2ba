//! Actions: what people do and what is done to them.

use super::network::Loss;
use super::{Step, World};
use crate::fault::Fault;
use crate::history::{Action, EVER};
use zajil_api::Command;
use zajil_core::engine::Input;

/// A person tries again to open a link that led nowhere.
const MEET_AGAIN: u64 = 5_000;
/// Sockets of a device that sleeps so long are gone.
const SLEEP_CUTS: u64 = 60_000;
/// How often a relay that raves does.
const RAVE_EVERY: u64 = 30_000;
/// A host sleeps no longer at a time, and tells the engine the time when it wakes.
const LONGEST_NAP: u64 = 60_000;
/// In one history.
const MOST_RAVINGS: u32 = 120;

impl World {
    pub(super) fn act(&mut self, at: usize) {
        let Some(timed) = self.history.actions.get(at).copied() else { return };
        if timed.action.who().is_some_and(|who| self.people[who].gone) {
            return;
        }
        self.log(|| format!("-- {}", timed.action));
        match timed.action {
            Action::Meet { who, of } => self.meet(at, who, of),
            Action::Send { who, to } => self.write(who, to),
            Action::Read { who, of } => self.read(who, of),
            Action::Type { who, to } => {
                if let Some(chat) = self.ledger.chat(who, to) {
                    self.command(who, Command::Typing { chat });
                }
            }
            Action::Withdraw { who, to } => {
                if let Some((chat, place)) = self.ledger.latest(who, to) {
                    let command = Command::WithdrawMessage { chat: chat.clone(), place };
                    let (id, input) = self.people[who].request(command);
                    self.ledger.withdraws(who, id, (chat, place));
                    self.input(who, input);
                }
            }
            Action::Retry { who, to } => {
                if let Some((chat, place)) = self.ledger.latest(who, to) {
                    self.command(who, Command::RetryMessage { chat, place });
                }
            }
            Action::Crash { who, outputs, down } => {
                self.people[who].crash = Some((outputs, down));
            }
            Action::Away { who, span } => self.die(who, span),
            Action::Sleep { who, span } => self.sleep(who, span),
            Action::Offline { who, span } => self.lose_network(who, span, Loss::Told),
            Action::Adrift { who, span } => self.lose_network(who, span, Loss::Untold),
            Action::Clock { who, by } => self.set_clock(who, by),
            Action::Full { who, span } => {
                let until = self.people[who].full_until.unwrap_or(0).max(self.now + span);
                self.people[who].full_until = Some(until);
                self.upset(who, until);
                self.plan(until, Step::Room { who });
            }
            Action::Backup { who } => {
                self.people[who].back_up();
                self.ledger.backs_up(who);
            }
            Action::Restore { who } => {
                if self.people[who].restore() {
                    self.ledger.restores(who, self.now);
                    self.die(who, 0);
                    self.meet_again(who, at);
                }
            }
            Action::Clone { who, of } => {
                let copy = self.people[of].copy();
                self.people[who].go_on_from(copy);
                self.die(who, 0);
            }
            Action::Leave { who } => self.leave(who),
            Action::Wipe => self.wipe(),
            Action::Fault { relay, fault, span, people } => {
                self.begin_fault(relay, fault, span, people);
            }
        }
    }

    fn meet(&mut self, at: usize, who: usize, of: usize) {
        // The link was opened before; whoever left cannot be met any more.
        if self.ledger.has_met(who, of) && self.ledger.is_in_touch(who, of) {
            return;
        }
        if self.people[of].gone {
            return;
        }
        let awake = self.people[who].engine.is_some() && !self.people[who].is_busy();
        if let Some(link) = self.ledger.invite(of).filter(|_| awake) {
            self.ledger.meeting(who, of);
            self.command(who, Command::StartChat { link });
        }
        if !self.ledger.is_in_touch(who, of) {
            self.plan(self.now + MEET_AGAIN, Step::Action(at));
        }
    }

    /// A device that went on from a copy knows nothing of links that were opened since, and
    /// whoever wants to meet opens them again.
    fn meet_again(&mut self, who: usize, before: usize) {
        for at in 0..before {
            let action = self.history.actions[at].action;
            if matches!(action, Action::Meet { who: by, .. } if by == who) {
                self.plan(self.now + MEET_AGAIN, Step::Action(at));
            }
        }
    }

    /// What an honest relay has by now of theirs is all that there will ever be.
    fn leave(&mut self, who: usize) {
        let honest = &self.relays[self.history.honest].shelf;
        self.ledger.leaves_behind(who, honest);
        self.die(who, 0);
        self.people[who].gone = true;
        self.upset(who, EVER);
    }

    fn write(&mut self, who: usize, to: usize) {
        let Some(chat) = self.ledger.chat(who, to) else { return };
        let text = self.ledger.next_text(who, to);
        let (id, input) =
            self.people[who].request(Command::SendMessage { chat, text: text.clone() });
        self.ledger.writes((who, to), id, text, self.now);
        self.input(who, input);
    }

    fn sleep(&mut self, who: usize, span: u64) {
        let until = self.people[who].asleep_until.unwrap_or(0).max(self.now + span);
        self.people[who].asleep_until = Some(until);
        self.people[who].due = None;
        self.upset(who, until);
        if span > SLEEP_CUTS {
            for relay in 0..self.relays.len() {
                if self.people[who].lines[relay].is_some() {
                    self.hang_up(who, relay);
                    let relay = self.urls[relay].clone();
                    let reason = "slept".to_owned();
                    self.input(who, Input::RelayClosed { relay, reason });
                }
            }
        }
        self.plan(until, Step::Wake { who });
    }

    pub(super) fn wake(&mut self, who: usize) {
        if self.people[who].asleep_until.is_some_and(|until| until <= self.now) {
            self.people[who].asleep_until = None;
            self.log(|| format!("P{who} wakes"));
            self.input(who, Input::Woke);
        }
    }

    pub(super) fn make_room(&mut self, who: usize) {
        if self.people[who].full_until.is_some_and(|until| until <= self.now) {
            self.people[who].full_until = None;
            if let Some(changes) = self.people[who].stuck.take() {
                self.people[who].save(&changes);
            }
            self.work(who);
            // Its clock may have been set back meanwhile, and it naps no longer than that.
            self.plan(self.now + LONGEST_NAP, Step::Tick { who });
        }
    }

    fn set_clock(&mut self, who: usize, by: i64) {
        if by < self.people[who].skew {
            self.ledger.clock_set_back(who);
        }
        self.people[who].skew = by;
        self.upset(who, self.now);
        self.people[who].look_at_timer(self.now);
        let within = self.now + self.dice.below(LONGEST_NAP);
        self.plan(within, Step::Tick { who });
    }

    pub(super) fn begin_fault(&mut self, relay: usize, fault: Fault, span: u64, people: u8) {
        let until = if span == EVER { EVER } else { self.now + span };
        self.relays[relay].suffer(fault, self.now, until, people);
        self.upset_relay(relay, fault, until);
        if fault == Fault::Dead {
            self.break_lines(relay, fault, self.now);
        }
        if fault == Fault::HalfOpen {
            self.deaden_lines(relay);
        }
        if until < EVER {
            self.plan(until, Step::Recover { relay, fault });
        }
        self.plan(self.now + RAVE_EVERY / 3, Step::Rave { relay });
    }

    pub(super) fn recover(&mut self, relay: usize, fault: Fault) {
        let began = self.relays[relay].began(fault);
        if self.relays[relay].until(fault).is_none_or(|until| until > self.now) {
            return;
        }
        if fault != Fault::Dead {
            self.break_lines(relay, fault, began);
        }
        self.relays[relay].recover(fault);
        self.log(|| format!("r{relay} recovers from {}", fault.name()));
    }

    pub(super) fn rave(&mut self, relay: usize) {
        if self.relays[relay].faults().is_empty() || self.relays[relay].has(Fault::Dead) {
            return;
        }
        let said = self.relays[relay].rave(self.now / 1000, &mut self.dice);
        if self.ravings < MOST_RAVINGS {
            self.ravings += 1;
            self.plan(self.now + RAVE_EVERY, Step::Rave { relay });
        }
        self.answer(relay, said);
    }

    /// No relay makes anything up any more.
    pub fn quieten(&mut self) {
        self.ravings = MOST_RAVINGS;
    }

    /// Everybody is there again who has not left. Faults with an end are over by then.
    pub fn heal(&mut self) {
        for who in 0..self.people.len() {
            self.people[who].full_until = self.people[who].full_until.map(|_| self.now);
            self.make_room(who);
            self.people[who].asleep_until = self.people[who].asleep_until.map(|_| self.now);
            self.wake(who);
            self.people[who].adrift = self.people[who].adrift.map(|drift| drift.until(self.now));
            self.regain_network(who);
            self.people[who].crash = None;
            self.calm_down(who);
            self.boot(who);
        }
    }
}
