//! The host and a device that sleeps, or whose clock is set back.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "tests")]

use futures::FutureExt;
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use zajil_api::{Command, CommandId, RelayUrl, Request};
use zajil_core::engine::{Config, Engine, Timestamp, VaultKey};
use zajil_core::store::MemoryStore;
use zajil_worker::{Arrival, Carrier, Clock, Effect, Host, Inbox, LinkEvent, Mouth};

const HOUR: u64 = 3_600_000;

/// The time of day, which people set, and the time that passes.
#[derive(Clone, Default)]
struct TestClock(Rc<(Cell<u64>, Cell<u64>)>);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.0.get())
    }

    async fn sleep(&self, milliseconds: u32) {
        let until = self.0.1.get() + u64::from(milliseconds);
        poll_fn(|_| if self.0.1.get() >= until { Poll::Ready(()) } else { Poll::Pending }).await;
    }
}

/// Somebody's device, whose servers are all down.
struct Device {
    clock: TestClock,
    mouth: Mouth,
    effects: Rc<RefCell<Vec<Effect>>>,
    task: Pin<Box<dyn Future<Output = ()>>>,
}

impl Device {
    fn start() -> Self {
        let clock = TestClock::default();
        clock.0.0.set(1_800_000_000_000);
        let default_relays =
            ["wss://a.example", "wss://b.example"].map(RelayUrl::new).into_iter().collect();
        let config = Config { vault_key: VaultKey([7; 32]), seed: [9; 32], default_relays };
        let engine = Engine::open(config, clock.now(), &[]).unwrap();
        let (mouth, inbox) = Inbox::new();
        let effects = Rc::<RefCell<Vec<Effect>>>::default();
        let log = effects.clone();
        let perform = move |effect| log.borrow_mut().push(effect);
        let carrier = Carrier::new(MemoryStore::default(), clock.clone(), perform, inbox);
        let task = async move {
            Host::new(engine, carrier).run().await;
        };
        let mut device = Self { clock, mouth, effects, task: Box::pin(task) };
        let command = Command::CreateAccount { name: "Alice".to_owned() };
        device.mouth.drop_in(Arrival::Request(Request { id: CommandId(1), command })).unwrap();
        device.settle();
        device
    }

    /// Lets the host do all it can; every server that it tries refuses. How many it tried.
    fn settle(&mut self) -> usize {
        let mut tried = 0;
        loop {
            assert_eq!(self.task.as_mut().now_or_never(), None, "the host goes on");
            let mut refused = 0;
            for effect in self.effects.take() {
                if let Effect::Connect { relay, generation } = effect {
                    let event = LinkEvent::Closed { reason: "refused".to_owned() };
                    self.mouth.drop_in(Arrival::Link { relay, generation, event }).unwrap();
                    refused += 1;
                }
            }
            if refused == 0 {
                return tried;
            }
            tried += refused;
        }
    }

    fn pass(&mut self, milliseconds: u64) -> usize {
        self.clock.0.0.set(self.clock.0.0.get() + milliseconds);
        self.clock.0.1.set(self.clock.0.1.get() + milliseconds);
        self.settle()
    }

    /// Until every wait is as long as waits become.
    fn lose_patience(&mut self) {
        (0..600).for_each(|_| {
            self.pass(1_000);
        });
    }
}

#[test]
fn a_device_that_slept_tries_every_server_at_once() {
    for minutes in 1..8 {
        let mut device = Device::start();
        device.lose_patience();
        let tried = device.pass(minutes * 60_000) + device.pass(500);
        assert!(tried >= 2, "after {minutes} minutes");
        // Waits are short again: none of this was the servers' doing.
        let tried: usize = (0..4).map(|_| device.pass(1_000)).sum();
        assert!(tried >= 2, "after {minutes} minutes: {tried}");
    }
}

#[test]
fn a_clock_that_is_set_back_holds_up_nothing() {
    let mut device = Device::start();
    device.lose_patience();
    device.clock.0.0.set(device.clock.0.0.get() - 5 * HOUR);
    let tried: usize = (0..180).map(|_| device.pass(1_000)).sum();
    assert!(tried >= 4, "{tried} in three minutes");
}
