//! The world of one history: people with devices, relays, lines between them, and a clock
//! that jumps from one thing to the next. All in one thread and in one order, every time
//! the same.

mod act;
mod calm;
mod carry;
mod line;
mod network;
mod person;
mod screen;

pub use person::Person;

use crate::dice::Dice;
use crate::history::History;
use crate::ledger::Ledger;
use crate::relay::{Kept, Relay};
use crate::run::Mode;
use crate::verdict::{Rule, Verdict};
use calm::Calm;
use line::Lines;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use zajil_api::RelayUrl;
use zajil_core::engine::Input;

/// More than this happens in no history that comes to an end.
const MOST_STEPS: u64 = 3_000_000;

/// Something that will happen.
enum Step {
    Action(usize),
    ToRelay { line: u64, text: String },
    ToPerson { line: u64, text: String },
    Opened { line: u64 },
    Closed { line: u64 },
    Start { who: usize },
    Wake { who: usize },
    Tick { who: usize },
    Turn { who: usize },
    Room { who: usize },
    Network { who: usize },
    Recover { relay: usize, fault: crate::fault::Fault },
    Rave { relay: usize },
}

pub struct World {
    /// Milliseconds since 1970, in truth; devices may think otherwise.
    pub now: u64,
    pub start: u64,
    pub people: Vec<Person>,
    pub relays: Vec<Relay>,
    pub ledger: Ledger,
    pub verdict: Verdict,
    /// Frames that reached a relay or a person.
    pub frames: u64,
    /// Those of them that people said.
    pub asked: u64,
    history: History,
    dice: Dice,
    lines: Lines,
    steps: BTreeMap<(u64, u64), Step>,
    order: u64,
    urls: Vec<RelayUrl>,
    numbers: HashMap<RelayUrl, usize>,
    /// Events that were on the wire, each parsed once.
    known: HashMap<String, Rc<Kept>>,
    ravings: u32,
    calm: Calm,
    trace: bool,
}

impl World {
    pub fn new(history: &History, mode: &Mode) -> Self {
        let start = mode.start;
        let urls: Vec<RelayUrl> =
            (0..history.relays).map(|at| RelayUrl::new(History::relay_url(at))).collect();
        let numbers = urls.iter().cloned().enumerate().map(|(at, url)| (url, at)).collect();
        let mut world = Self {
            now: start,
            start,
            people: (0..history.people).map(|who| Person::new(who, history.relays)).collect(),
            relays: (0..history.relays)
                .map(|at| Relay::new(history.page, history.compares >> at & 1 == 1))
                .collect(),
            ledger: Ledger::new(history.people, history.relays),
            verdict: Verdict { waived: mode.waived.clone(), ..Verdict::default() },
            frames: 0,
            asked: 0,
            history: history.clone(),
            dice: Dice::new(history.seed, 1),
            lines: Lines::default(),
            steps: BTreeMap::new(),
            order: 0,
            urls,
            numbers,
            known: HashMap::new(),
            ravings: 0,
            calm: Calm::new(history.people, start),
            trace: mode.trace,
        };
        for who in 0..history.people {
            world.boot(who);
            let name = format!("P{who}");
            world.command(who, zajil_api::Command::CreateAccount { name });
        }
        for (at, timed) in history.actions.iter().enumerate() {
            world.plan(start + timed.at, Step::Action(at));
        }
        world
    }

    fn log(&self, words: impl FnOnce() -> String) {
        if self.trace {
            let ms = self.now - self.start;
            eprintln!("{}.{:03} {}", ms / 1000, ms % 1000, words());
        }
    }

    fn plan(&mut self, at: u64, step: Step) {
        self.order += 1;
        self.steps.insert((at.max(self.now), self.order), step);
    }

    /// Runs until `end`, or until something is wrong.
    pub fn run_until(&mut self, end: u64) {
        let mut left = MOST_STEPS;
        while self.verdict.is_clean() {
            let step = self.steps.first_key_value().map(|(key, _)| key.0);
            let timer = self.people.iter().enumerate().filter_map(|(who, p)| Some((p.due?, who)));
            let timer = timer.min();
            left -= 1;
            if left == 0 {
                self.verdict.note(Rule::Rest, format!("{MOST_STEPS} steps and no end"));
            }
            match (step, timer) {
                (step, Some((at, who))) if at <= end && step.is_none_or(|step| at < step) => {
                    self.now = self.now.max(at);
                    self.tick(who);
                }
                (Some(at), _) if at <= end => {
                    self.now = self.now.max(at);
                    if let Some((_, step)) = self.steps.pop_first() {
                        self.carry_out_step(step);
                    }
                }
                _ => break,
            }
        }
        if self.verdict.is_clean() {
            self.now = self.now.max(end);
        }
    }

    fn carry_out_step(&mut self, step: Step) {
        match step {
            Step::Action(at) => self.act(at),
            Step::ToRelay { line, text } => self.reach_relay(line, text),
            Step::ToPerson { line, text } => self.reach_person(line, text),
            Step::Opened { line } => self.open_line(line),
            Step::Closed { line } => self.close_line(line),
            Step::Start { who } => self.boot(who),
            Step::Tick { who } => self.tick(who),
            Step::Turn { who } => self.work(who),
            Step::Wake { who } => self.wake(who),
            Step::Room { who } => self.make_room(who),
            Step::Network { who } => self.regain_network(who),
            Step::Recover { relay, fault } => self.recover(relay, fault),
            Step::Rave { relay } => self.rave(relay),
        }
    }

    /// Hands a device its timer.
    fn tick(&mut self, who: usize) {
        self.input(who, Input::TimedOut);
    }
}
