//! What the inbox promises: order, no voices from sockets that were given up, a limit.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use futures::executor::block_on;
use zajil_api::{Command, CommandId, RelayUrl, Request};
use zajil_core::engine::{Input, Output, Timestamp};
use zajil_core::store::MemoryStore;
use zajil_worker::{
    Arrival, Carrier, Clock, Effect, Generation, Inbox, LinkEvent, Mouth, Overfull,
};

struct NoTime;

impl Clock for NoTime {
    fn now(&self) -> Timestamp {
        Timestamp(0)
    }

    async fn sleep(&self, _: u32) {}
}

fn relay() -> RelayUrl {
    RelayUrl::new("wss://relay.example")
}

fn frame(generation: Generation, text: &str) -> Arrival {
    frame_of(relay(), generation, text)
}

fn frame_of(relay: RelayUrl, generation: Generation, text: &str) -> Arrival {
    let event = LinkEvent::Frame { text: text.to_owned() };
    Arrival::Link { relay, generation, event }
}

/// Connects once per call; the effect tells which generation counts from then on.
struct Engineless<F: FnMut(Effect)> {
    carrier: Carrier<MemoryStore, NoTime, F>,
    effects: std::rc::Rc<std::cell::RefCell<Vec<Effect>>>,
}

fn engineless() -> (Mouth, Engineless<impl FnMut(Effect)>) {
    let (mouth, inbox) = Inbox::new();
    let effects = std::rc::Rc::<std::cell::RefCell<Vec<Effect>>>::default();
    let log = effects.clone();
    let perform = move |effect| log.borrow_mut().push(effect);
    let carrier = Carrier::new(MemoryStore::default(), NoTime, perform, inbox);
    (mouth, Engineless { carrier, effects })
}

impl<F: FnMut(Effect)> Engineless<F> {
    fn connect(&mut self) -> Generation {
        block_on(self.carrier.carry_out(Output::Connect(relay()))).unwrap();
        match self.effects.borrow().last() {
            Some(Effect::Connect { generation, .. }) => *generation,
            other => panic!("{other:?}"),
        }
    }

    fn heard(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.carrier.inbox().next_waiting())
            .map(|input| match input {
                Input::RelayFrame { text, .. } => text,
                Input::RelayClosed { reason, .. } => reason,
                other => format!("{other:?}"),
            })
            .collect()
    }
}

#[test]
fn a_socket_that_was_given_up_is_not_heard() {
    let (mouth, mut host) = engineless();
    let old = host.connect();
    mouth.drop_in(frame(old, "before")).unwrap();
    assert_eq!(host.heard(), ["before"]);

    mouth.drop_in(frame(old, "too late")).unwrap();
    block_on(host.carrier.carry_out(Output::Disconnect(relay()))).unwrap();
    assert_eq!(host.heard(), Vec::<String>::new());

    let new = host.connect();
    mouth.drop_in(frame(old, "from the old socket")).unwrap();
    let reason = "the old socket closed".to_owned();
    let event = LinkEvent::Closed { reason };
    mouth.drop_in(Arrival::Link { relay: relay(), generation: old, event }).unwrap();
    mouth.drop_in(frame(new, "from the new socket")).unwrap();
    assert_eq!(host.heard(), ["from the new socket"]);
}

#[test]
fn frames_are_refused_when_too_much_waits_and_requests_never_are() {
    let (mouth, mut host) = engineless();
    let generation = host.connect();
    let megabyte = "x".repeat(1 << 20);
    for _ in 0..31 {
        mouth.drop_in(frame(generation, &megabyte)).unwrap();
    }
    assert_eq!(mouth.drop_in(frame(generation, &megabyte)), Err(Overfull));
    let request = Request { id: CommandId(1), command: Command::Attach };
    assert_eq!(mouth.drop_in(Arrival::Request(request)), Ok(()));

    assert_eq!(host.heard().len(), 32);
    assert_eq!(mouth.drop_in(frame(generation, &megabyte)), Ok(()));
}

#[test]
fn a_server_that_floods_with_the_shortest_frames_costs_no_other_its_place() {
    let (mouth, mut host) = engineless();
    let generation = host.connect();
    let flood = (0..1_000_000).find(|_| mouth.drop_in(frame(generation, "[]")).is_err());
    assert!(flood.is_some_and(|frames| frames < 200_000), "{flood:?}");
    let megabyte = "x".repeat(1 << 20);
    for _ in 0..15 {
        let other = frame_of(RelayUrl::new("wss://other.example"), generation, &megabyte);
        assert_eq!(mouth.drop_in(other), Ok(()));
    }
    assert_eq!(mouth.drop_in(frame(generation, "[]")), Err(Overfull));
}
