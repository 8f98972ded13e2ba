//! What a host does for an engine: inputs in, outputs carried out in order, nothing before
//! it is on the disk.

use super::{Step, World};
use crate::ledger::Tabs;
use crate::relay::Kept;
use std::rc::Rc;
use zajil_api::{Command, CommandId, Request};
use zajil_core::engine::{Input, Output};

/// What a host takes in at once at most.
const BURST: usize = 256;
/// When a leading tab goes, another leads within so long.
const HAND_OVER: u64 = 2_000;

impl World {
    /// A device starts from its disk.
    pub(super) fn boot(&mut self, who: usize) {
        if self.people[who].engine.is_some() || self.people[who].gone {
            return;
        }
        if let Err(why) = self.people[who].start(self.now, &self.urls, &mut self.dice) {
            return self.verdict.note(crate::verdict::Rule::Opens, format!("P{who}: {why}"));
        }
        self.log(|| format!("P{who} starts"));
        let tabs = self.people[who].tabs;
        self.tell_network(who);
        let unanswered = self.ledger.started(who, tabs);
        self.command(who, Command::Attach);
        for (id, to, text) in unanswered {
            let Some(chat) = self.ledger.chat(who, to) else { continue };
            let command = Command::SendMessage { chat, text };
            self.input(who, Input::Request(Request { id, command }));
        }
    }

    /// A device dies: what was in memory is gone, what was written stays.
    pub(super) fn die(&mut self, who: usize, down: u64) {
        self.log(|| format!("P{who} dies"));
        self.people[who].stop();
        self.upset(who, self.now + down);
        self.people[who].tabs = if down > HAND_OVER { Tabs::Gone } else { Tabs::Stay };
        self.hang_up_all(who);
        self.plan(self.now + down, Step::Start { who });
    }

    pub fn command(&mut self, who: usize, command: Command) -> CommandId {
        let (id, input) = self.people[who].request(command);
        self.input(who, input);
        id
    }

    /// Hands something to a device, now or when it can take it.
    pub(super) fn input(&mut self, who: usize, input: Input) {
        let person = &mut self.people[who];
        if person.engine.is_none() {
            return;
        }
        if person.is_busy() {
            if !matches!(input, Input::TimedOut) {
                person.backlog.push_back(input);
            }
            person.due = None;
            return;
        }
        person.backlog.push_back(input);
        self.work(who);
    }

    /// The same of what a relay says; a device that works in turns lets it wait for the next.
    pub(super) fn arrive(&mut self, who: usize, input: Input) {
        let turn = self.history.turn;
        let person = &mut self.people[who];
        if turn == 0 || person.engine.is_none() {
            return self.input(who, input);
        }
        person.backlog.push_back(input);
        let next = self.now + turn - self.now % turn;
        self.plan(next, Step::Turn { who });
    }

    /// Goes through what waits on a device: one by one, or in turns as many as there are.
    pub(super) fn work(&mut self, who: usize) {
        self.drain(who);
        let most = if self.history.turn == 0 { 1 } else { BURST };
        while !self.people[who].is_busy() && !self.people[who].backlog.is_empty() {
            let person = &mut self.people[who];
            let now = person.clock(self.now);
            let Some(engine) = person.engine.as_mut() else { return };
            let few = person.backlog.len().min(most);
            for input in person.backlog.drain(..few) {
                engine.handle_input(now, input);
            }
            self.drain(who);
        }
        self.people[who].look_at_timer(self.now);
    }

    fn drain(&mut self, who: usize) {
        while !self.people[who].is_busy() && self.verdict.is_clean() {
            if let Some((0, down)) = self.people[who].crash {
                return self.die(who, down);
            }
            let engine = self.people[who].engine.as_mut();
            let Some(output) = engine.and_then(|engine| engine.poll_output()) else { return };
            if let Some((left, _)) = &mut self.people[who].crash {
                *left -= 1;
            }
            self.carry_out(who, output);
        }
    }

    fn carry_out(&mut self, who: usize, output: Output) {
        self.ledger.sealed(who);
        match output {
            Output::Save(changes) if self.people[who].full_until.is_some() => {
                self.people[who].stuck = Some(changes);
            }
            Output::Save(changes) => self.people[who].save(&changes),
            Output::Load { token, range } => {
                let rows = self.people[who].load(&range);
                self.people[who].backlog.push_front(Input::Loaded { token, rows });
            }
            Output::Connect(url) => {
                if let Some(relay) = self.numbers.get(&url).copied() {
                    self.dial(who, relay);
                }
            }
            Output::Disconnect(url) => {
                if let Some(relay) = self.numbers.get(&url).copied() {
                    self.hang_up(who, relay);
                }
            }
            Output::FetchInfo(url) => {
                let document = self.numbers.get(&url).and_then(|at| self.relays[*at].describe());
                self.people[who].backlog.push_back(Input::RelayInfo { relay: url, document });
            }
            Output::Send { relay, text } => {
                if let Some(relay) = self.numbers.get(&relay).copied() {
                    self.log(|| format!("P{who} > r{relay} {}", crate::short(&text)));
                    if let Some(kept) = self.parsed(&text) {
                        self.ledger.leaves(who, &kept.event.content, &mut self.verdict);
                    }
                    self.send(who, relay, text);
                }
            }
            Output::Update(update) => {
                self.log(|| format!("P{who} sees {}", crate::short(&format!("{update:?}"))));
                self.ledger.told(who, &update, &mut self.verdict);
            }
        }
    }

    /// The event in a client's EVENT frame.
    pub(super) fn parsed(&mut self, text: &str) -> Option<Rc<Kept>> {
        let json = text.strip_prefix("[\"EVENT\",")?.strip_suffix(']')?;
        if let Some(kept) = self.known.get(json) {
            return Some(Rc::clone(kept));
        }
        let kept = Kept::of(json)?;
        self.known.insert(json.to_owned(), Rc::clone(&kept));
        Some(kept)
    }
}
