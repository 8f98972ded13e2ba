//! A device whose disk fails again and again, and the host on it.

use futures::FutureExt;
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use zajil_api::{Command, CommandId, RelayUrl, Request, Update};
use zajil_core::engine::{Config, Engine, Timestamp, VaultKey};
use zajil_core::store::{Changes, MemoryStore, Order, Range, Row, Store, StoreError, Table};
use zajil_worker::{Arrival, Carrier, Clock, Effect, End, Host, Inbox, LinkEvent, Mouth};

/// A disk of which every so many-th write and reading fails, once or several times.
#[derive(Clone, Default)]
pub struct Disk(Rc<DiskInner>);

#[derive(Default)]
struct DiskInner {
    memory: MemoryStore,
    every: Cell<u32>,
    times: Cell<u32>,
    tries: Cell<u32>,
    left: Cell<u32>,
    faults: Cell<u32>,
}

impl Disk {
    fn fault(&self) -> Result<(), StoreError> {
        let disk = &self.0;
        if disk.left.get() > 0 {
            disk.left.set(disk.left.get() - 1);
        } else {
            disk.tries.set(disk.tries.get() + 1);
            if disk.every.get() == 0 || !disk.tries.get().is_multiple_of(disk.every.get()) {
                return Ok(());
            }
            disk.left.set(disk.times.get() - 1);
        }
        disk.faults.set(disk.faults.get() + 1);
        Err(match disk.faults.get() % 2 {
            0 => StoreError::Full,
            _ => StoreError::Aborted("for no reason".to_owned()),
        })
    }

    fn rows(&self, table: Table) -> Vec<(Table, Row)> {
        let whole = Range { table, from: vec![], to: None, order: Order::Ascending, limit: None };
        let rows = self.0.memory.load(&whole).now_or_never().unwrap().unwrap();
        rows.into_iter().map(|row| (table, row)).collect()
    }
}

impl Store for Disk {
    async fn commit(&self, changes: &Changes) -> Result<(), StoreError> {
        self.fault()?;
        self.0.memory.commit(changes).await
    }

    async fn load(&self, range: &Range) -> Result<Vec<Row>, StoreError> {
        self.fault()?;
        self.0.memory.load(range).await
    }
}

/// Time that passes when the test says so.
#[derive(Clone, Default)]
pub struct TestClock(pub Rc<Cell<u64>>);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.get())
    }

    async fn sleep(&self, milliseconds: u32) {
        let until = self.0.get() + u64::from(milliseconds);
        poll_fn(|_| if self.0.get() >= until { Poll::Ready(()) } else { Poll::Pending }).await;
    }
}

/// Somebody's device, running.
pub struct Device {
    disk: Disk,
    clock: TestClock,
    seed: u8,
    task: Pin<Box<dyn Future<Output = End>>>,
    mouth: Mouth,
    effects: Rc<RefCell<Vec<Effect>>>,
    asked: u64,
    pub told: Vec<Update>,
}

impl Device {
    pub fn new(seed: u8, clock: TestClock) -> Self {
        Self::start(Disk::default(), clock, seed)
    }

    /// From now on every so many-th access fails so many times in a row.
    pub fn fail(&self, every: u32, times: u32) {
        self.disk.0.every.set(every);
        self.disk.0.times.set(times);
    }

    pub fn faults(&self) -> u32 {
        self.disk.0.faults.get()
    }

    /// What is left after the power went.
    pub fn restart(self) -> Self {
        let Self { disk, clock, seed, task, .. } = self;
        drop(task);
        Self::start(disk, clock, seed.wrapping_add(100))
    }

    fn start(disk: Disk, clock: TestClock, seed: u8) -> Self {
        let rows = [disk.rows(Table::Records), disk.rows(Table::Seen)].concat();
        let default_relays = vec![super::relay()];
        let config = Config { vault_key: VaultKey([7; 32]), seed: [seed; 32], default_relays };
        let engine = Engine::open(config, clock.now(), &rows).unwrap();
        let (mouth, inbox) = Inbox::new();
        let effects = Rc::<RefCell<Vec<Effect>>>::default();
        let log = effects.clone();
        let perform = move |effect| log.borrow_mut().push(effect);
        let carrier = Carrier::new(disk.clone(), clock.clone(), perform, inbox);
        let task = Box::pin(Host::new(engine, carrier).run());
        Self { disk, clock, seed, task, mouth, effects, asked: 0, told: Vec::new() }
    }

    pub fn ask(&mut self, command: Command) -> CommandId {
        self.asked += 1;
        let id = CommandId((u64::from(self.seed) << 20) + self.asked);
        self.mouth.drop_in(Arrival::Request(Request { id, command })).unwrap();
        id
    }

    pub fn hear(&self, generation: zajil_worker::Generation, relay: &RelayUrl, event: LinkEvent) {
        let relay = relay.clone();
        self.mouth.drop_in(Arrival::Link { relay, generation, event }).unwrap();
    }

    /// Lets the host do all it can without time passing; what is to be done outside.
    pub fn settle(&mut self) -> Vec<Effect> {
        assert_eq!(self.task.as_mut().now_or_never(), None, "the host goes on");
        let mut outside = Vec::new();
        for effect in self.effects.take() {
            match effect {
                Effect::Tell(update) => self.told.push(update),
                other => outside.push(other),
            }
        }
        outside
    }
}
