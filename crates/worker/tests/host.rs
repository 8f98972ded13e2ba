//! The host with the real engine: a tab's requests in, effects out, through a store.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use futures::FutureExt;
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use zajil_api::{Command, CommandId, LinkState, RelayUrl, Request, Snapshot, Update};
use zajil_core::engine::{Config, Engine, Timestamp, VaultKey};
use zajil_core::store::{Changes, MemoryStore, Order, Range, Row, Store, StoreError, Table};
use zajil_worker::{
    Arrival, Carrier, Clock, Effect, End, Generation, Host, Inbox, LinkEvent, Mouth,
};

/// A store in memory that counts its writes, until another takes the lead over it.
#[derive(Clone, Default)]
struct Counting(Rc<(MemoryStore, Cell<usize>, Cell<bool>)>);

impl Store for Counting {
    async fn commit(&self, changes: &Changes) -> Result<(), StoreError> {
        if self.0.2.get() {
            return Err(StoreError::Fenced);
        }
        self.0.1.set(self.0.1.get() + 1);
        self.0.0.commit(changes).await
    }

    async fn load(&self, range: &Range) -> Result<Vec<Row>, StoreError> {
        self.0.0.load(range).await
    }
}

/// Time that passes when the test says so.
#[derive(Clone)]
struct TestClock(Rc<Cell<u64>>);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.get())
    }

    async fn sleep(&self, milliseconds: u32) {
        let until = self.0.get() + u64::from(milliseconds);
        poll_fn(|_| if self.0.get() >= until { Poll::Ready(()) } else { Poll::Pending }).await;
    }
}

/// A device: a store and a clock that outlive the host that runs on them.
struct Device {
    store: Counting,
    clock: TestClock,
}

struct Running {
    task: Pin<Box<dyn Future<Output = End>>>,
    mouth: Mouth,
    effects: Rc<RefCell<Vec<Effect>>>,
    clock: TestClock,
    requests: u64,
}

impl Device {
    fn new() -> Self {
        let clock = TestClock(Rc::new(Cell::new(1_800_000_000_000)));
        Self { store: Counting::default(), clock }
    }

    fn start(&self) -> Running {
        let mut rows = Vec::new();
        for table in [Table::Records, Table::Seen] {
            let whole =
                Range { table, from: vec![], to: None, order: Order::Ascending, limit: None };
            let found = self.store.load(&whole).now_or_never().unwrap().unwrap();
            rows.extend(found.into_iter().map(|row| (table, row)));
        }
        let config =
            Config { vault_key: VaultKey([7; 32]), seed: [9; 32], default_relays: vec![relay()] };
        let engine = Engine::open(config, self.clock.now(), &rows).unwrap();
        let (mouth, inbox) = Inbox::new();
        let effects = Rc::<RefCell<Vec<Effect>>>::default();
        let log = effects.clone();
        let perform = move |effect| log.borrow_mut().push(effect);
        let carrier = Carrier::new(self.store.clone(), self.clock.clone(), perform, inbox);
        let task = Box::pin(Host::new(engine, carrier).run());
        Running { task, mouth, effects, clock: self.clock.clone(), requests: 0 }
    }
}

impl Running {
    fn ask(&mut self, command: Command) {
        self.requests += 1;
        let id = CommandId(self.requests);
        self.mouth.drop_in(Arrival::Request(Request { id, command })).unwrap();
    }

    /// Lets the host do all it can without time passing; what came of it.
    fn settle(&mut self) -> Vec<Effect> {
        assert_eq!(self.task.as_mut().now_or_never(), None, "the host never ends");
        self.effects.take()
    }

    fn pass(&mut self, milliseconds: u64) -> Vec<Effect> {
        self.clock.0.set(self.clock.0.get() + milliseconds);
        self.settle()
    }

    fn attach(&mut self) -> Snapshot {
        self.ask(Command::Attach);
        let attached = self.settle().into_iter().find_map(|effect| match effect {
            Effect::Tell(Update::Attached { snapshot, .. }) => Some(snapshot),
            _ => None,
        });
        attached.unwrap()
    }
}

fn relay() -> RelayUrl {
    RelayUrl::new("wss://relay.example")
}

fn alice() -> Command {
    Command::CreateAccount { name: "Alice".to_owned() }
}

fn connects(effects: &[Effect]) -> Vec<Generation> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Connect { generation, .. } => Some(*generation),
            _ => None,
        })
        .collect()
}

#[test]
fn a_tab_that_attaches_before_the_engine_runs_is_answered() {
    let mut host = Device::new().start();
    assert_eq!(host.attach().account, None);
}

#[test]
fn an_account_made_before_a_restart_is_there_after_it() {
    let device = Device::new();
    let mut host = device.start();
    host.ask(alice());
    host.settle();
    let before = host.attach().account.unwrap();
    drop(host);
    assert_eq!(device.start().attach().account.unwrap(), before);
}

#[test]
fn a_burst_of_requests_is_saved_as_one() {
    let device = Device::new();
    let mut host = device.start();
    host.ask(alice());
    host.settle();
    let before = device.store.0.1.get();
    for number in 0..20 {
        host.ask(Command::AddServer { url: format!("wss://relay-{number}.example") });
    }
    let effects = host.settle();
    assert_eq!(connects(&effects).len(), 20);
    assert_eq!(device.store.0.1.get() - before, 1);
}

#[test]
fn a_lost_server_is_tried_again_when_its_time_has_come() {
    let mut host = Device::new().start();
    host.ask(alice());
    let first = connects(&host.settle());
    assert_eq!(first.len(), 1);

    let event = LinkEvent::Closed { reason: "gone".to_owned() };
    let closed = Arrival::Link { relay: relay(), generation: first[0], event };
    host.mouth.drop_in(closed).unwrap();
    let effects = host.settle();
    assert_eq!(connects(&effects), []);
    assert!(effects.iter().any(|effect| matches!(
        effect,
        Effect::Tell(Update::ServerChanged(server)) if matches!(server.link, LinkState::Offline { .. })
    )));

    let again: Vec<Generation> = (0..60).flat_map(|_| connects(&host.pass(1_000))).collect();
    assert!(!again.is_empty());
    assert_ne!(again[0], first[0]);
}

#[test]
fn a_request_is_done_when_all_that_came_of_it_was_told() {
    let mut host = Device::new().start();
    host.ask(alice());
    host.ask(Command::Rename { name: "Alicia".to_owned() });
    let effects = host.settle();
    let done: Vec<&Effect> =
        effects.iter().filter(|effect| matches!(effect, Effect::Done(_))).collect();
    assert_eq!(done, [&Effect::Done(vec![CommandId(1), CommandId(2)])]);
    let named = |name: &str| {
        effects.iter().rposition(|effect| {
            matches!(effect, Effect::Tell(Update::AccountChanged(account)) if account.name == name)
        })
    };
    let done = effects.iter().position(|effect| matches!(effect, Effect::Done(_)));
    assert!(named("Alicia").is_some() && named("Alicia") < done);
}

#[test]
fn a_host_whose_lead_was_taken_ends_and_says_nothing_of_what_was_not_kept() {
    let device = Device::new();
    let mut host = device.start();
    host.ask(alice());
    host.settle();
    device.store.0.2.set(true);
    host.ask(Command::Rename { name: "Alicia".to_owned() });
    assert_eq!(host.task.as_mut().now_or_never(), Some(End::Fenced));
    assert_eq!(host.effects.take(), []);
    device.store.0.2.set(false);
    assert_eq!(device.start().attach().account.unwrap().name, "Alice");
}
