//! What the carrier promises: strict order, and nothing before it is durable.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use futures::FutureExt;
use futures::executor::block_on;
use futures::future::pending;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use zajil_api::{Command, CommandId, RelayUrl, Request, Storage, Update};
use zajil_core::engine::{Input, LoadToken, Output, Timestamp};
use zajil_core::store::{Changes, MemoryStore, Order, Range, Row, Store, StoreError, Table};
use zajil_worker::{Arrival, Carrier, Clock, Effect, End, Inbox, Mouth};

/// A store in memory whose first writes and reads fail.
#[derive(Clone, Default)]
struct Failing(Rc<FailingInner>);

#[derive(Default)]
struct FailingInner {
    memory: MemoryStore,
    faults: RefCell<Vec<StoreError>>,
    tries: Cell<u32>,
}

impl Failing {
    fn with(faults: &[StoreError]) -> Self {
        let store = Self::default();
        *store.0.faults.borrow_mut() = faults.iter().rev().cloned().collect();
        store
    }

    fn next_fault(&self) -> Result<(), StoreError> {
        self.0.tries.set(self.0.tries.get() + 1);
        self.0.faults.borrow_mut().pop().map_or(Ok(()), Err)
    }

    fn records(&self) -> Vec<Row> {
        let whole = Range {
            table: Table::Records,
            from: vec![],
            to: None,
            order: Order::Ascending,
            limit: None,
        };
        self.0.memory.load(&whole).now_or_never().unwrap().unwrap()
    }
}

impl Store for Failing {
    async fn commit(&self, changes: &Changes) -> Result<(), StoreError> {
        self.next_fault()?;
        self.0.memory.commit(changes).await
    }

    async fn load(&self, range: &Range) -> Result<Vec<Row>, StoreError> {
        self.next_fault()?;
        self.0.memory.load(range).await
    }
}

/// Time that passes only by sleeping, or not at all.
#[derive(Clone)]
enum TestClock {
    Sleeping(Rc<Cell<u64>>),
    Stopped,
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        match self {
            TestClock::Sleeping(now) => Timestamp(now.get()),
            TestClock::Stopped => Timestamp(0),
        }
    }

    async fn sleep(&self, milliseconds: u32) {
        match self {
            TestClock::Sleeping(now) => now.set(now.get() + u64::from(milliseconds)),
            TestClock::Stopped => pending().await,
        }
    }
}

fn one_row(key: &str) -> Changes {
    let mut changes = Changes::default();
    changes.put(Table::Records, key.into(), b"sealed".to_vec());
    changes
}

fn relay() -> RelayUrl {
    RelayUrl::new("wss://relay.example")
}

fn send(text: &str) -> Output {
    Output::Send { relay: relay(), text: text.to_owned() }
}

fn retry_storage() -> Arrival {
    Arrival::Request(Request { id: CommandId(1), command: Command::RetryStorage })
}

fn rename(name: &str) -> Arrival {
    let command = Command::Rename { name: name.to_owned() };
    Arrival::Request(Request { id: CommandId(2), command })
}

/// What was performed, each with the number of rows that were durable by then.
type Performed = Rc<RefCell<Vec<(usize, Effect)>>>;

fn carrier(
    store: &Failing,
    clock: TestClock,
) -> (Mouth, Carrier<Failing, TestClock, impl FnMut(Effect)>, Performed) {
    let (mouth, inbox) = Inbox::new();
    let performed = Performed::default();
    let (log, seen) = (performed.clone(), store.clone());
    let perform = move |effect| log.borrow_mut().push((seen.records().len(), effect));
    (mouth, Carrier::new(store.clone(), clock, perform, inbox), performed)
}

fn effects(performed: &Performed) -> Vec<Effect> {
    performed.borrow().iter().map(|(_, effect)| effect.clone()).collect()
}

fn storage(storage: Storage) -> Effect {
    Effect::Tell(Update::StorageChanged(storage))
}

#[test]
fn nothing_is_sent_or_shown_before_the_save_ahead_of_it_is_durable() {
    let store = Failing::with(&[StoreError::Aborted("once".into()), StoreError::Full]);
    let clock = TestClock::Sleeping(Rc::default());
    let (_mouth, mut carrier, performed) = carrier(&store, clock);
    block_on(async {
        for output in [
            Output::Save(one_row("a")),
            Output::Update(Update::ServerRemoved(relay())),
            Output::Save(one_row("b")),
            send("frame"),
        ] {
            carrier.carry_out(output).await.unwrap();
        }
    });
    let expected = [
        (0, storage(Storage::Failing)),
        (0, storage(Storage::Full)),
        (1, storage(Storage::Working)),
        (1, Effect::Tell(Update::ServerRemoved(relay()))),
        (2, Effect::Send { relay: relay(), text: "frame".to_owned() }),
    ];
    assert_eq!(*performed.borrow(), expected);
}

#[test]
fn a_failing_store_is_tried_again_ever_more_rarely_and_said_once() {
    let store = Failing::with(&vec![StoreError::Full; 12]);
    let now = Rc::new(Cell::new(0));
    let (_mouth, mut carrier, performed) = carrier(&store, TestClock::Sleeping(now.clone()));
    block_on(carrier.carry_out(Output::Save(one_row("a")))).unwrap();
    assert_eq!(store.0.tries.get(), 13);
    // 250 ms, doubled up to half a minute.
    assert_eq!(now.get(), 250 * (1 + 2 + 4 + 8 + 16 + 32 + 64) + 5 * 30_000);
    assert_eq!(effects(&performed), [storage(Storage::Full), storage(Storage::Working)]);
}

#[test]
fn a_request_to_try_again_does_not_wait_for_the_timer() {
    let store = Failing::with(&[StoreError::Full, StoreError::Full]);
    let (mouth, mut carrier, performed) = carrier(&store, TestClock::Stopped);
    let mut saving = Box::pin(carrier.carry_out(Output::Save(one_row("a"))));
    assert_eq!(saving.as_mut().now_or_never(), None);
    mouth.drop_in(retry_storage()).unwrap();
    assert_eq!(saving.as_mut().now_or_never(), None, "the second fault is still to come");
    mouth.drop_in(retry_storage()).unwrap();
    assert_eq!(saving.now_or_never(), Some(Ok(())));
    assert_eq!(effects(&performed), [storage(Storage::Full), storage(Storage::Working)]);
    assert_eq!(store.records().len(), 1);
}

#[test]
fn what_arrives_while_a_save_waits_is_kept_in_order() {
    let store = Failing::with(&[StoreError::Full]);
    let (mouth, inbox) = Inbox::new();
    let mut carrier = Carrier::new(store, TestClock::Stopped, |_| {}, inbox);
    {
        let mut saving = Box::pin(carrier.carry_out(Output::Save(one_row("a"))));
        mouth.drop_in(rename("first")).unwrap();
        mouth.drop_in(rename("second")).unwrap();
        assert_eq!(saving.as_mut().now_or_never(), None);
        mouth.drop_in(retry_storage()).unwrap();
        assert_eq!(saving.now_or_never(), Some(Ok(())));
    }
    mouth.drop_in(rename("third")).unwrap();
    let names: Vec<String> = std::iter::from_fn(|| carrier.inbox().next_waiting())
        .map(|input| match input {
            Input::Request(Request { command: Command::Rename { name }, .. }) => name,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(names, ["first", "second", "third"]);
}

#[test]
fn rows_that_were_asked_for_come_before_everything_that_waits() {
    let store = Failing::with(&[]);
    let (mouth, mut carrier, _) = carrier(&store, TestClock::Stopped);
    mouth.drop_in(rename("waits")).unwrap();
    block_on(async {
        carrier.carry_out(Output::Save(one_row("a"))).await.unwrap();
        let range = Range {
            table: Table::Records,
            from: vec![],
            to: None,
            order: Order::Ascending,
            limit: None,
        };
        carrier.carry_out(Output::Load { token: LoadToken(7), range }).await.unwrap();
    });
    let Some(Input::Loaded { token, rows }) = carrier.inbox().next_waiting() else {
        panic!("the rows come first");
    };
    assert_eq!(token, LoadToken(7));
    assert_eq!(rows, [(b"a".to_vec(), b"sealed".to_vec())]);
    assert!(matches!(carrier.inbox().next_waiting(), Some(Input::Request(_))));
}

#[test]
fn after_another_took_the_lead_nothing_is_sent_shown_or_tried_again() {
    for (fault, expected) in [
        (StoreError::Fenced, End::Fenced),
        (StoreError::Newer, End::Newer),
        (StoreError::Cleared, End::Cleared),
    ] {
        let store = Failing::with(&[StoreError::Full, fault]);
        let clock = TestClock::Sleeping(Rc::default());
        let (_mouth, mut carrier, performed) = carrier(&store, clock);
        let outcome = block_on(carrier.carry_out(Output::Save(one_row("a"))));
        assert_eq!(outcome, Err(expected));
        assert_eq!(store.0.tries.get(), 2);
        assert_eq!(store.records(), []);
        assert_eq!(effects(&performed), [storage(Storage::Full)]);
    }
}
