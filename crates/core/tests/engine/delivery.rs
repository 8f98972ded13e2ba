//! Where a message lies, and who has it.

use crate::world::World;
use zajil_api::{Command, CopyState, Delivery, MessageState, Place, Update};

const ONE: &str = "wss://one.example";
const TWO: &str = "wss://two.example";
const HOUR: u64 = 3_600_000;

pub fn delivery(world: &mut World, who: &'static str, to: &str, place: Place) -> Delivery {
    let chat = world.chat_of(who, to).id;
    let updates = world.command(who, Command::LoadDelivery { chat, place });
    let found = updates.into_iter().find_map(|update| match update {
        Update::DeliveryLoaded { delivery, .. } => Some(delivery),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{who} was told nothing"))
}

fn copies(delivery: &Delivery) -> Vec<(&str, CopyState)> {
    delivery.copies.iter().map(|copy| (copy.server.as_str(), copy.state)).collect()
}

pub fn last(world: &mut World, who: &'static str, with: &str) -> Place {
    world.messages(who, with).last().map(|message| message.place).unwrap()
}

#[test]
fn a_server_that_says_ok_and_forgets_does_not_count() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE, TWO]);
    world.meet("Bob", "Alice");
    world.stop("Alice");
    world.relay(ONE).forgets = true;
    world.send("Bob", "Alice", "hello");
    world.pass(1_000);
    assert_eq!(world.states("Bob", "Alice"), [MessageState::Sent { on: 1, of: 2 }]);
    let place = last(&mut world, "Bob", "Alice");
    let story = delivery(&mut world, "Bob", "Alice", place);
    assert_eq!(copies(&story)[1], (TWO, CopyState::Held));
    assert_ne!(copies(&story)[0].1, CopyState::Held);
    assert!(!story.can_withdraw);
}

#[test]
fn what_a_server_forgot_is_sent_to_it_again() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.stop("Alice");
    world.relay(ONE).forgets = true;
    world.send("Bob", "Alice", "hello");
    world.pass(2_000);
    assert_eq!(world.states("Bob", "Alice"), [MessageState::Sending]);
    world.relay(ONE).forgets = false;
    world.pass(HOUR);
    assert_eq!(world.states("Bob", "Alice"), [MessageState::Sent { on: 1, of: 1 }]);
    world.start("Alice");
    world.pass(5_000);
    assert_eq!(world.texts("Alice", "Bob"), ["hello"]);
}

#[test]
fn a_server_that_loses_what_it_held_gets_it_again_until_the_other_has_it() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.stop("Alice");
    world.send("Bob", "Alice", "hello");
    world.pass(2_000);
    assert_eq!(world.states("Bob", "Alice"), [MessageState::Sent { on: 1, of: 1 }]);
    world.restart("Bob");
    world.pass(2_000);
    assert_eq!(world.server("Bob", ONE).held, 1, "it is known over a restart");
    // Its disk was replaced, and it takes nothing for a while.
    world.take_down(ONE);
    world.relay(ONE).events.clear();
    world.relay(ONE).forgets = true;
    world.bring_up(ONE);
    world.pass(60_000);
    assert_eq!(world.server("Bob", ONE).held, 0);
    world.relay(ONE).forgets = false;
    world.pass(120_000);
    assert_eq!(world.server("Bob", ONE).held, 1);
    world.start("Alice");
    world.pass(10_000);
    assert_eq!(world.texts("Alice", "Bob"), ["hello"]);
    world.pass(10_000);
    assert_eq!(world.states("Bob", "Alice"), [MessageState::Delivered]);
}

#[test]
fn the_story_of_a_message_outlives_its_way_and_a_restart() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE, TWO]);
    world.meet("Bob", "Alice");
    world.send("Bob", "Alice", "hello");
    world.pass(5_000);
    let place = last(&mut world, "Bob", "Alice");
    world.restart("Bob");
    world.pass(5_000);
    let story = delivery(&mut world, "Bob", "Alice", place);
    assert_eq!(story.state, MessageState::Delivered);
    assert_eq!(copies(&story), [(ONE, CopyState::Held), (TWO, CopyState::Held)]);
    assert!(!story.can_withdraw);
}

#[test]
fn a_command_that_comes_twice_sends_one_message() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    let chat = world.meet("Bob", "Alice");
    let send = Command::SendMessage { chat, text: "once".to_owned() };
    let first = world.command_as("Bob", 77 << 20, send.clone());
    world.restart("Bob");
    let again = world.command_as("Bob", 77 << 20, send);
    for updates in [first, again] {
        let answered = updates.iter().any(|update| {
            matches!(update, Update::MessageAdded { answers: Some(id), message, .. }
                if id.0 == 77 << 20 && message.text == "once")
        });
        assert!(answered);
    }
    world.pass(5_000);
    assert_eq!(world.texts("Bob", "Alice"), ["once"]);
    assert_eq!(world.texts("Alice", "Bob"), ["once"]);
}

#[test]
fn a_server_that_cannot_be_asked_leaves_a_promise_and_not_a_blocked_outbox() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE, TWO]);
    world.meet("Bob", "Alice");
    world.relay(ONE).closes = Some("error: no reading today");
    world.send("Bob", "Alice", "hello");
    world.pass(HOUR);
    assert_eq!(world.states("Bob", "Alice"), [MessageState::Delivered]);
    let place = last(&mut world, "Bob", "Alice");
    let story = delivery(&mut world, "Bob", "Alice", place);
    assert_eq!(copies(&story), [(ONE, CopyState::Promised), (TWO, CopyState::Held)]);
    let frames = world.relay(ONE).frames;
    world.pass(HOUR);
    assert!(world.relay(ONE).frames < frames + 400, "it is not asked for ever");
}

#[test]
fn a_receipt_that_was_lost_comes_after_the_next_one() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    world.send("Bob", "Alice", "one");
    // The receipt was stored nowhere, and Bob was not there.
    world.stop("Bob");
    world.pass(5_000);
    let is_message =
        |event: &zajil_core::nostr::Event| event.kind == zajil_core::nostr::Kind::GROUP_MESSAGE;
    let kept: Vec<_> = world.relay(ONE).events.clone();
    let receipts = kept.iter().filter(|event| is_message(event)).count();
    assert!(receipts > 0);
    world.relay(ONE).events.pop();
    world.stop("Alice");
    world.start("Bob");
    world.pass(120_000);
    assert!(matches!(world.states("Bob", "Alice")[..], [MessageState::Sent { .. }]));
    world.start("Alice");
    world.pass(120_000);
    world.send("Bob", "Alice", "two");
    world.pass(120_000);
    assert_eq!(world.states("Bob", "Alice"), [MessageState::Delivered; 2]);
    assert_eq!(world.texts("Alice", "Bob"), ["one", "two"]);
}

#[test]
fn a_server_that_holds_a_message_and_wants_no_other_copy_still_holds_it() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    world.stop("Alice");
    world.send("Bob", "Alice", "hello");
    world.pass(2_000);
    assert_eq!(world.states("Bob", "Alice"), [MessageState::Sent { on: 1, of: 1 }]);
    let place = last(&mut world, "Bob", "Alice");
    let id = world.relay(ONE).events.last().unwrap().id.to_hex();
    world.say(ONE, "Bob", &format!("[\"OK\",\"{id}\",false,\"blocked: too many events\"]"));
    let story = delivery(&mut world, "Bob", "Alice", place);
    assert_eq!(copies(&story), [(ONE, CopyState::Held)]);
    assert!(!story.can_withdraw);
}

#[test]
fn a_server_that_hands_out_less_at_once_than_it_is_asked_for_has_not_lost_the_rest() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.pass(60_000);
    world.stop("Alice");
    world.relay(ONE).page = 20;
    for number in 0..45 {
        world.send("Bob", "Alice", &number.to_string());
        world.pass(2_000);
    }
    assert_eq!(world.states("Bob", "Alice"), [MessageState::Sent { on: 1, of: 1 }; 45]);
    let (offered, score) = (world.relay(ONE).manners.offered, world.server("Bob", ONE).score);
    for restarts in [false, true] {
        match restarts {
            true => world.restart("Bob"),
            false => {
                world.take_down(ONE);
                world.bring_up(ONE);
            }
        }
        world.pass(120_000);
        // What a device says after a start is not a message.
        let again = world.relay(ONE).manners.offered - offered;
        assert!(again <= 2 * usize::from(restarts), "{restarts}: {again} events");
        assert_eq!(world.server("Bob", ONE).held, 45, "{restarts}");
        assert!(world.server("Bob", ONE).score >= score, "{restarts}");
    }
}
