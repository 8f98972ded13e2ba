//! A small world: people with engines and disks, relays, and a clock that only moves
//! when told. Everything happens in this thread, in one order, every time the same.

#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test's world: what cannot be shall end the test"
)]

mod frozen;
mod guest;
mod manners;
mod negentropy;
mod person;
mod relay;
mod talk;
mod wire;

pub use guest::{Guest, asks_bob, key_package_of, talks_to_bob};
pub use person::Person;
pub use relay::SimRelay;

use std::collections::{BTreeMap, VecDeque};
use zajil_api::{Command, CommandId, RelayUrl, Request, Update};
use zajil_core::engine::{Input, Output, Timestamp};
use zajil_core::store::MemoryStore;

/// Where the clock starts: today, because OpenMLS asks the system how late it is.
fn today() -> Timestamp {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Timestamp(now.as_millis() as u64)
}

pub struct World {
    pub now: Timestamp,
    pub people: BTreeMap<&'static str, Person>,
    pub relays: BTreeMap<RelayUrl, SimRelay>,
    /// Frames from relays on their way to people.
    pub inbox: VecDeque<(&'static str, Input)>,
    /// What is on its way for longer.
    later: BTreeMap<(Timestamp, usize), (&'static str, Input)>,
    /// Outputs carried out so far, by anyone.
    pub outputs: usize,
    /// Ranges read from disks while running.
    pub loads: usize,
    /// Who was told to connect where.
    pub connects: Vec<(&'static str, RelayUrl)>,
    /// After so many outputs of this person, their device dies and starts anew.
    pub crash: Option<(&'static str, usize)>,
    /// Milliseconds by which people's clocks are wrong.
    clocks: BTreeMap<&'static str, i64>,
    /// What came for people whose devices do nothing for now.
    frozen: BTreeMap<&'static str, Vec<Input>>,
}

impl World {
    /// People with no account yet, and relays that are up.
    pub fn new(names: &[&'static str], relays: &[&str]) -> Self {
        let urls: Vec<RelayUrl> = relays.iter().map(|url| RelayUrl::new(*url)).collect();
        let mut world = Self {
            now: today(),
            people: BTreeMap::new(),
            relays: urls.iter().map(|url| (url.clone(), SimRelay::default())).collect(),
            inbox: VecDeque::new(),
            later: BTreeMap::new(),
            outputs: 0,
            loads: 0,
            connects: Vec::new(),
            crash: None,
            clocks: BTreeMap::new(),
            frozen: BTreeMap::new(),
        };
        for (number, name) in names.iter().enumerate() {
            world.people.insert(name, Person::new(number as u8, urls.clone(), world.now));
        }
        world
    }

    /// Everyone has an account, named as they are.
    pub fn with_accounts(names: &[&'static str], relays: &[&str]) -> Self {
        let mut world = Self::new(names, relays);
        for name in names {
            world.command(name, Command::CreateAccount { name: (*name).to_owned() });
        }
        world
    }

    /// Sets somebody's clock wrong by so many milliseconds.
    pub fn set_clock(&mut self, who: &'static str, wrong_by: i64) {
        self.clocks.insert(who, wrong_by);
    }

    fn clock_of(&self, who: &str) -> Timestamp {
        let wrong_by = self.clocks.get(who).copied().unwrap_or(0);
        Timestamp(self.now.0.saturating_add_signed(wrong_by))
    }

    /// The same as [`command`](Self::command), with an id of one's own choice.
    pub fn command_as(&mut self, who: &'static str, id: u64, command: Command) -> Vec<Update> {
        let before = self.person(who).updates.len();
        let request = Request { id: CommandId(id), command };
        self.inbox.push_back((who, Input::Request(request)));
        self.run();
        self.person(who).updates[before..].to_vec()
    }

    /// Sends a command and lets everything happen that follows without time passing.
    pub fn command(&mut self, who: &'static str, command: Command) -> Vec<Update> {
        let before = self.person(who).updates.len();
        let input = self.people.get_mut(who).unwrap().request(command);
        self.inbox.push_back((who, input));
        self.run();
        let updates = &self.person(who).updates;
        updates.get(before..).map(<[Update]>::to_vec).unwrap_or_else(|| updates.clone())
    }

    /// Carries out outputs and delivers frames until nothing is left to do now.
    pub fn run(&mut self) {
        for _ in 0..1_000_000 {
            self.drain();
            let Some((who, input)) = self.inbox.pop_front() else { return };
            let Some(input) = self.unless_frozen(who, input) else { continue };
            let now = self.clock_of(who);
            if let Some(engine) = self.people.get_mut(who).and_then(|p| p.engine.as_mut()) {
                engine.handle_input(now, input);
            }
        }
        panic!("the world does not come to rest");
    }

    /// Lets time pass, waking everyone when they asked to be woken.
    pub fn pass(&mut self, milliseconds: u64) {
        let end = Timestamp(self.now.0 + milliseconds);
        self.run();
        loop {
            let engines =
                self.people.iter().filter_map(|(who, p)| Some((*who, p.engine.as_ref()?)));
            let next = engines
                .filter(|(who, _)| !self.frozen.contains_key(who))
                .filter_map(|(who, engine)| {
                    let wrong_by = self.clocks.get(who).copied().unwrap_or(0);
                    let at = engine.poll_timeout()?.0.saturating_add_signed(-wrong_by);
                    Some((Timestamp(at), who))
                })
                .min()
                .filter(|(at, _)| *at <= end);
            let arrives = self.later.keys().next().copied().filter(|(at, _)| *at <= end);
            if let Some(key) = arrives.filter(|(at, _)| next.is_none_or(|(next, _)| *at <= next)) {
                self.now = self.now.max(key.0);
                self.inbox.extend(self.later.remove(&key));
                self.run();
                continue;
            }
            let Some((at, who)) = next else { break };
            // A timer that does not go away would hold the clock for ever.
            self.now = self.now.max(Timestamp(at.0.max(self.now.0 + 1)));
            self.inbox.push_back((who, Input::TimedOut));
            self.run();
        }
        self.now = end;
    }

    fn drain(&mut self) {
        let names: Vec<&'static str> = self.people.keys().copied().collect();
        for who in names {
            while let Some(output) = self
                .people
                .get_mut(who)
                .and_then(|p| p.engine.as_mut())
                .and_then(|e| e.poll_output())
            {
                self.carry_out(who, output);
                self.outputs += 1;
                if let Some((_, left)) = self.crash.as_mut().filter(|(name, _)| *name == who) {
                    *left -= 1;
                    if *left == 0 {
                        self.crash = None;
                        self.restart(who);
                    }
                }
            }
        }
    }

    fn carry_out(&mut self, who: &'static str, output: Output) {
        let person = self.people.get_mut(who).unwrap();
        match output {
            Output::Save(changes) => person.save(&changes),
            Output::Load { token, range } => {
                let rows = person.load(&range);
                self.loads += 1;
                self.inbox.push_back((who, Input::Loaded { token, rows }));
            }
            Output::Update(update) => person.updates.push(update),
            Output::Connect(url) => {
                self.connects.push((who, url.clone()));
                let relay = self.relays.get_mut(&url).filter(|relay| relay.up);
                let input = match relay {
                    Some(relay) => {
                        let said = relay.connect(who);
                        self.inbox.push_back((who, Input::RelayOpened(url.clone())));
                        return self.deliver(&url, said);
                    }
                    None => Input::RelayClosed { relay: url, reason: "refused".to_owned() },
                };
                self.inbox.push_back((who, input));
            }
            Output::FetchInfo(relay) => {
                let document = self.relays.get(&relay).and_then(|relay| relay.manners.info.clone());
                self.inbox.push_back((who, Input::RelayInfo { relay, document }));
            }
            Output::Disconnect(url) => {
                if let Some(relay) = self.relays.get_mut(&url) {
                    relay.disconnect(who);
                }
            }
            Output::Send { relay: url, text } => {
                let Some(relay) = self.relays.get_mut(&url).filter(|relay| relay.up) else {
                    return;
                };
                if relay.manners.hangs_up_on(&text) {
                    relay.disconnect(who);
                    let reason = "too long".to_owned();
                    return self.inbox.push_back((who, Input::RelayClosed { relay: url, reason }));
                }
                let frames = relay.handle(who, &text);
                frames.iter().for_each(|(_, text)| relay.count_out(text));
                self.deliver(&url, frames);
            }
        }
    }

    /// Somebody's device dies between two instructions and starts again from disk.
    pub fn restart(&mut self, who: &'static str) {
        self.stop(who);
        let now = self.clock_of(who);
        self.people.get_mut(who).unwrap().start(now);
    }

    pub fn stop(&mut self, who: &'static str) {
        self.people.get_mut(who).unwrap().engine = None;
        self.inbox.retain(|(to, _)| *to != who);
        self.later.retain(|_, (to, _)| *to != who);
        for relay in self.relays.values_mut() {
            relay.disconnect(who);
        }
    }

    pub fn start(&mut self, who: &'static str) {
        let now = self.clock_of(who);
        self.people.get_mut(who).unwrap().start(now);
        self.run();
    }

    /// Somebody goes on from a copy of their disk, whatever became of the device since.
    pub fn put_back(&mut self, who: &'static str, disk: MemoryStore) {
        self.stop(who);
        self.people.get_mut(who).unwrap().disk = disk;
        self.start(who);
    }

    /// One more relay, which nobody knows of yet.
    pub fn set_up(&mut self, url: &str) {
        self.relays.insert(RelayUrl::new(url), SimRelay::default());
    }

    pub fn take_down(&mut self, url: &str) {
        let url = RelayUrl::new(url);
        let relay = self.relays.get_mut(&url).unwrap();
        relay.up = false;
        for who in relay.clear_connections() {
            let reason = "gone".to_owned();
            self.inbox.push_back((who, Input::RelayClosed { relay: url.clone(), reason }));
        }
        self.run();
    }

    pub fn bring_up(&mut self, url: &str) {
        self.relays.get_mut(&RelayUrl::new(url)).unwrap().up = true;
    }

    pub fn person(&self, who: &str) -> &Person {
        self.people.get(who).unwrap()
    }
}
