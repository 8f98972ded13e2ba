//! How a store that fails is waited for by whoever opens it, before there is an engine.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use futures::FutureExt;
use std::cell::{Cell, RefCell};
use std::future::pending;
use std::rc::Rc;
use zajil_api::{Command, CommandId, Request, Storage, Update};
use zajil_core::engine::{Input, Timestamp};
use zajil_core::store::{MemoryStore, StoreError};
use zajil_worker::{Arrival, Carrier, Clock, Effect, End, Inbox, Mouth, Patience};

/// Nothing is tried again before somebody asks for it.
struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        Timestamp(0)
    }

    async fn sleep(&self, _: u32) {
        pending().await
    }
}

type Told = Rc<RefCell<Vec<Effect>>>;

fn patience() -> (Mouth, Patience<Stopped, impl FnMut(Effect)>, Told) {
    let (mouth, inbox) = Inbox::new();
    let told = Told::default();
    let log = told.clone();
    let perform = move |effect| log.borrow_mut().push(effect);
    (mouth, Patience::new(Stopped, perform, inbox), told)
}

fn ask(mouth: &Mouth, command: Command) {
    mouth.drop_in(Arrival::Request(Request { id: CommandId(1), command })).unwrap();
}

fn storage(storage: Storage) -> Effect {
    Effect::Tell(Update::StorageChanged(storage))
}

#[test]
fn what_passes_is_tried_again_and_told_and_what_arrives_meanwhile_is_kept_for_the_engine() {
    let (mouth, mut patience, told) = patience();
    let mut faults = vec![
        StoreError::Full,
        StoreError::Unavailable("read".to_owned()),
        StoreError::Aborted("written".to_owned()),
    ];
    {
        let attempt = async || faults.pop().map_or(Ok("opened"), Err);
        let mut opening = Box::pin(patience.insist(attempt));
        for _ in 0..3 {
            assert_eq!(opening.as_mut().now_or_never(), None);
            ask(&mouth, Command::Rename { name: "Alicia".to_owned() });
            ask(&mouth, Command::RetryStorage);
        }
        assert_eq!(opening.now_or_never(), Some(Ok("opened")));
    }
    let expected = [Storage::Failing, Storage::Full, Storage::Working].map(storage);
    assert_eq!(*told.borrow(), expected);

    let mut carrier = Carrier::going_on(MemoryStore::default(), patience);
    let kept = std::iter::from_fn(|| carrier.inbox().next_waiting());
    assert_eq!(kept.filter(|input| matches!(input, Input::Request(_))).count(), 3);
}

#[test]
fn what_cannot_pass_by_itself_is_not_waited_for() {
    for (fault, end) in [
        (StoreError::Fenced, End::Fenced),
        (StoreError::Newer, End::Newer),
        (StoreError::Cleared, End::Cleared),
    ] {
        let (_mouth, mut patience, told) = patience();
        let tries = Cell::new(0);
        let attempt = async || {
            tries.set(tries.get() + 1);
            Err::<(), _>(fault.clone())
        };
        assert_eq!(patience.insist(attempt).now_or_never(), Some(Err(end)));
        assert_eq!((tries.get(), told.borrow().len()), (1, 0));
    }
}
