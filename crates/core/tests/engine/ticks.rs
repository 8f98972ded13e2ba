//! "Delivered" and "read" say what happened, in whichever order they arrive.

use crate::world::World;
use zajil_api::{Command, MessageState, Place, Receipts};
use zajil_core::nostr::{Event, Kind};

const ONE: &str = "wss://one.example";
const MINUTE: u64 = 60_000;
const DAY: i64 = 86_400_000;

use MessageState::{Delivered, Read};

fn looks(world: &mut World, who: &'static str, with: &str) {
    let chat = world.chat_of(who, with).id;
    world.command(who, Command::MarkRead { chat, up_to: Place::END });
    world.pass(2_000);
}

/// Takes what was written in chats since `before` off the relay.
fn take_off(world: &mut World, before: usize) -> Vec<Event> {
    let relay = world.relay(ONE);
    let (taken, other): (Vec<Event>, Vec<Event>) =
        relay.events.drain(before..).partition(|event| event.kind == Kind::GROUP_MESSAGE);
    relay.events.extend(other);
    taken
}

/// Alice wrote two messages and left; Bob has the second only. The first is on its way.
fn with_one_late() -> (World, Event) {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    world.stop("Bob");
    let before = world.relay(ONE).events.len();
    world.send("Alice", "Bob", "one");
    world.pass(2_000);
    let late = take_off(&mut world, before).remove(0);
    world.send("Alice", "Bob", "two");
    world.pass(2_000);
    world.stop("Alice");
    world.start("Bob");
    world.pass(3_000);
    assert_eq!(world.texts("Bob", "Alice"), ["two"]);
    (world, late)
}

#[test]
fn what_comes_after_the_person_looked_away_is_not_called_read() {
    let (mut world, late) = with_one_late();
    looks(&mut world, "Bob", "Alice");
    world.pass(10 * MINUTE);
    world.inject(ONE, late);
    world.pass(5_000);
    assert_eq!(world.chat_of("Bob", "Alice").unread, 1);
    world.start("Alice");
    world.pass(2 * MINUTE);
    assert_eq!(world.states("Alice", "Bob"), [Delivered, Read]);
    looks(&mut world, "Bob", "Alice");
    assert_eq!(world.states("Alice", "Bob"), [Read, Read]);
}

#[test]
fn what_comes_before_the_word_that_the_rest_was_read_is_not_called_read() {
    let (mut world, late) = with_one_late();
    world.take_down(ONE);
    world.restart("Bob");
    world.run();
    // He looks offline, and is not looking any more when the late one comes.
    looks(&mut world, "Bob", "Alice");
    world.bring_up(ONE);
    world.relay(ONE).events.push(late);
    world.pass(2 * MINUTE);
    assert_eq!(world.texts("Bob", "Alice"), ["one", "two"]);
    world.start("Alice");
    world.pass(2 * MINUTE);
    assert_eq!(world.states("Alice", "Bob")[0], Delivered);
    looks(&mut world, "Bob", "Alice");
    assert_eq!(world.states("Alice", "Bob"), [Read, Read]);
}

#[test]
fn two_that_come_below_what_was_read_are_both_not_called_read() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    world.send("Alice", "Bob", "one");
    world.pass(5_000);
    // A clock that is put right dates what follows before what was read.
    world.set_clock("Alice", -DAY);
    world.send("Alice", "Bob", "two");
    world.pass(5_000);
    let chat = world.chat_of("Bob", "Alice").id;
    world.command("Bob", Command::MarkRead { chat, up_to: Place::END });
    world.send("Alice", "Bob", "three");
    world.send("Alice", "Bob", "four");
    world.pass(5_000);
    assert_eq!(world.texts("Alice", "Bob"), ["two", "three", "four", "one"]);
    assert_eq!(world.states("Alice", "Bob")[..3], [Read, Delivered, Delivered]);
    looks(&mut world, "Bob", "Alice");
    assert_eq!(world.states("Alice", "Bob"), [Read; 4]);
}

#[test]
fn a_clock_that_is_put_right_has_nothing_called_read_that_comes_later() {
    for (restarts, writes) in [(false, false), (true, false), (true, true)] {
        let (mut world, late) = with_one_late();
        looks(&mut world, "Bob", "Alice");
        world.set_clock("Bob", -DAY);
        if writes {
            world.send("Bob", "Alice", "three");
            world.pass(5_000);
        }
        if restarts {
            world.restart("Bob");
        }
        world.pass(MINUTE);
        world.inject(ONE, late);
        world.pass(5_000);
        world.start("Alice");
        world.pass(2 * MINUTE);
        assert_eq!(world.states("Alice", "Bob"), [Delivered, Read], "{restarts} {writes}");
    }
}

#[test]
fn read_that_was_long_on_its_way_says_nothing_of_what_came_later() {
    let (mut world, late) = with_one_late();
    let before = world.relay(ONE).events.len();
    looks(&mut world, "Bob", "Alice");
    let read = take_off(&mut world, before).remove(0);
    world.pass(10 * MINUTE);
    world.inject(ONE, late);
    world.pass(5_000);
    world.start("Alice");
    world.pass(MINUTE);
    assert_eq!(world.states("Alice", "Bob"), [Delivered, Delivered]);
    // The dates are remembered.
    world.restart("Alice");
    world.pass(MINUTE);
    world.inject(ONE, read);
    world.pass(1_000);
    assert_eq!(world.states("Alice", "Bob"), [Delivered, Read]);
}

/// Bob has read two messages of Alice's, who was away since: his receipts, in their order.
fn receipts() -> (World, Vec<Event>) {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    world.send("Alice", "Bob", "one");
    world.send("Alice", "Bob", "two");
    world.stop("Alice");
    let before = world.relay(ONE).events.len();
    world.pass(3_000);
    looks(&mut world, "Bob", "Alice");
    let receipts = take_off(&mut world, before);
    assert_eq!(receipts.len(), 2);
    (world, receipts)
}

#[test]
fn read_may_arrive_before_delivered() {
    for restarts in [false, true] {
        let (mut world, receipts) = receipts();
        world.start("Alice");
        world.pass(3_000);
        for receipt in receipts.into_iter().rev() {
            world.inject(ONE, receipt);
            world.pass(1_000);
            if restarts {
                world.restart("Alice");
                world.pass(5_000);
            }
        }
        assert_eq!(world.states("Alice", "Bob"), [Read, Read], "{restarts}");
    }
}

#[test]
fn a_date_from_the_future_does_not_have_later_messages_called_read() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    world.set_clock("Alice", DAY);
    world.send("Alice", "Bob", "one");
    world.pass(5_000);
    world.set_clock("Alice", 0);
    world.pass(5_000);
    looks(&mut world, "Bob", "Alice");
    let state = |world: &mut World, text: &str| {
        let all = world.messages("Alice", "Bob").into_iter();
        all.filter(|message| message.text == text).map(|message| message.direction).next_back()
    };
    let is = |state| Some(zajil_api::Direction::Outgoing(state));
    assert_eq!(state(&mut world, "one"), is(Read));
    for text in ["two", "three"] {
        world.send("Alice", "Bob", text);
        world.pass(5_000);
        assert_eq!(state(&mut world, text), is(Delivered), "{text}");
        looks(&mut world, "Bob", "Alice");
        assert_eq!(state(&mut world, text), is(Read), "{text}");
    }
}

/// Both receipts are lost. The message is written again with the next one.
fn after_lost_receipts(shared: Receipts) -> Vec<MessageState> {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    world.command("Bob", Command::SetReceipts { receipts: shared });
    world.send("Alice", "Bob", "one");
    world.stop("Alice");
    let before = world.relay(ONE).events.len();
    world.pass(3_000);
    looks(&mut world, "Bob", "Alice");
    world.pass(5_000);
    take_off(&mut world, before);
    world.start("Alice");
    world.pass(2 * MINUTE);
    world.send("Alice", "Bob", "two");
    world.pass(MINUTE);
    world.states("Alice", "Bob")
}

#[test]
fn what_was_read_is_said_again_with_what_is_confirmed_again() {
    assert_eq!(after_lost_receipts(Receipts::Shared), [Read, Delivered]);
}

#[test]
fn nobody_who_withholds_receipts_says_again_what_they_read() {
    assert_eq!(after_lost_receipts(Receipts::Withheld), [Delivered, Delivered]);
}
