//! What is sent again after long: a server is asked for what it was sent, and blamed for
//! nothing else.

use crate::world::World;
use zajil_api::MessageState;
use zajil_core::nostr::Kind;

const ONE: &str = "wss://one.example";
const TWO: &str = "wss://two.example";
const HOUR: u64 = 3_600_000;

/// Alice is away for days; one server has what Bob wrote, the other is asked in vain.
fn one_holds_and_one_hangs() -> World {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE, TWO]);
    // What both have is not handed out on the way.
    world.relay(ONE).comparing.speaks = true;
    world.meet("Bob", "Alice");
    world.pass(10_000);
    world.stop("Alice");
    world.relay(TWO).manners.hangs = true;
    world.send("Bob", "Alice", "hello");
    world.pass(60_000);
    world
}

fn chat_events(world: &mut World, url: &str) -> usize {
    world.relay(url).events.iter().filter(|event| event.kind == Kind::GROUP_MESSAGE).count()
}

/// Bob's connection to a server breaks and comes back.
fn reconnect(world: &mut World, url: &str) {
    world.take_down(url);
    world.bring_up(url);
    world.pass(120_000);
}

#[test]
fn a_server_is_asked_for_the_event_it_was_sent_though_another_was_made_since() {
    let mut world = one_holds_and_one_hangs();
    let events = chat_events(&mut world, ONE);
    for _ in 0..5 {
        world.pass(13 * HOUR);
        reconnect(&mut world, ONE);
    }
    assert_eq!(chat_events(&mut world, ONE), events, "nothing goes there a second time");
    let one = world.server("Bob", ONE);
    assert_eq!((one.advice, one.score), (None, Some(100)), "and it is not blamed");
    world.relay(TWO).manners.hangs = false;
    world.pass(HOUR);
    assert_eq!(world.states("Bob", "Alice"), [MessageState::Sent { on: 2, of: 2 }]);
    world.start("Alice");
    world.pass(60_000);
    assert_eq!(world.texts("Alice", "Bob"), ["hello"]);
}

#[test]
fn a_restart_blames_no_server_for_an_event_that_was_made_anew() {
    let mut world = one_holds_and_one_hangs();
    let events = chat_events(&mut world, ONE);
    world.pass(60 * HOUR);
    for _ in 0..3 {
        world.restart("Bob");
        world.pass(60_000);
    }
    // Each start brings a new key and a sign of life besides.
    let more = chat_events(&mut world, ONE) - events - 3 * 2;
    assert!(more <= 1, "it goes there once more at most");
    let one = world.server("Bob", ONE);
    assert_eq!((one.advice, one.score), (None, Some(100)));
}
