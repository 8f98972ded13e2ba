//! What is taken back in the moment in which something else happens to it, or was on its way
//! before.

use crate::delivery::{delivery, last};
use crate::world::{Guest, World, key_package_of};
use zajil_api::{Command, CommandId, Failure, MessageState, Request, Update};
use zajil_core::engine::Input;

const ONE: &str = "wss://one.example";

#[test]
fn what_is_taken_back_in_the_moment_in_which_it_is_asked_for_is_not_sent() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    let chat = world.meet("Bob", "Alice");
    world.pass(5_000);
    world.relay(ONE).refuses = Some("blocked: not today");
    world.send("Bob", "Alice", "never mind");
    world.pass(1_000);
    let place = last(&mut world, "Bob", "Alice");
    world.relay(ONE).refuses = None;
    world.send("Bob", "Alice", "second");
    world.freeze("Bob");
    world.command("Bob", Command::WithdrawMessage { chat, place });
    // Alice misses the first and asks. Bob's device reads that before the message is gone.
    world.pass(40_000);
    world.thaw("Bob");
    world.pass(60_000);
    assert_eq!(world.texts("Bob", "Alice"), ["second"]);
    assert_eq!(world.texts("Alice", "Bob"), ["second"]);
    assert_eq!(world.chat_of("Alice", "Bob").gaps, []);
}

#[test]
fn what_comes_while_another_message_is_taken_back_is_previewed() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    let chat = world.meet("Bob", "Alice");
    world.pass(5_000);
    world.send("Bob", "Alice", "stays");
    world.pass(5_000);
    world.relay(ONE).refuses = Some("blocked: not today");
    world.send("Bob", "Alice", "goes");
    world.pass(1_000);
    let place = last(&mut world, "Bob", "Alice");
    world.relay(ONE).refuses = None;
    // What Alice writes comes after the last message is gone, and before it is known which one
    // is the last now.
    let (of_bob, of_alice) = (chat, world.chat_of("Alice", "Bob").id);
    let withdraw = Command::WithdrawMessage { chat: of_bob, place };
    let send = Command::SendMessage { chat: of_alice, text: "comes".to_owned() };
    for (who, command) in [("Bob", withdraw), ("Alice", send)] {
        let request = Request { id: CommandId(1 << 40), command };
        world.inbox.push_back((who, Input::Request(request)));
    }
    world.run();
    assert_eq!(world.texts("Bob", "Alice"), ["stays", "comes"]);
    let previewed = world.chat_of("Bob", "Alice").last.map(|last| last.text);
    assert_eq!(previewed.as_deref(), Some("comes"));
}

#[test]
fn what_was_not_answered_and_then_refused_cannot_be_taken_back_where_it_is_written_again() {
    let mut world = World::with_accounts(&["Bob"], &[ONE]);
    let invite = |world: &mut World, group: u8| {
        let (bob, key_package) = key_package_of(world, "Bob", ONE);
        let relays = vec![ONE.to_owned()];
        Guest::invites(world, 1, &key_package, bob, [group; 32], relays, None).1
    };
    let first = invite(&mut world, 1);
    world.inject(ONE, first);
    let chat = world.chat_of("Bob", "").id;
    world.command("Bob", Command::AcceptRequest { chat: chat.clone() });
    world.pass(5_000);
    // The server hands it on, keeps nothing, and the connection dies before it says a word.
    world.relay(ONE).silent = true;
    world.send("Bob", "", "out");
    world.take_down(ONE);
    world.relay(ONE).events.pop();
    world.relay(ONE).silent = false;
    world.relay(ONE).refuses = Some("blocked: too many events");
    world.bring_up(ONE);
    world.pass(120_000);
    // Another group comes, and nothing can be written there yet.
    world.restart("Bob");
    world.pass(10_000);
    let second = invite(&mut world, 2);
    world.inject(ONE, second);
    world.pass(10_000);
    world.restart("Bob");
    world.pass(10_000);
    let place = last(&mut world, "Bob", "");
    assert_eq!(world.states("Bob", ""), [MessageState::Sending]);
    assert!(!delivery(&mut world, "Bob", "", place).can_withdraw);
    let updates = world.command("Bob", Command::WithdrawMessage { chat, place });
    assert!(
        matches!(updates.last(), Some(Update::Refused { failure: Failure::MessageOut, .. })),
        "{updates:?}"
    );
}

/// What Bob's device shows of the chat after it died so many outputs after he took back his last
/// message.
fn previewed_after_a_death(outputs: usize) -> (Vec<String>, Option<String>) {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    let chat = world.meet("Bob", "Alice");
    world.send("Bob", "Alice", "stays");
    world.pass(5_000);
    world.take_down(ONE);
    world.send("Bob", "Alice", "goes");
    let place = last(&mut world, "Bob", "Alice");
    world.crash = Some(("Bob", outputs));
    world.command("Bob", Command::WithdrawMessage { chat, place });
    world.crash = None;
    world.restart("Bob");
    world.pass(1_000);
    let previewed = world.chat_of("Bob", "Alice").last.map(|last| last.text);
    (world.texts("Bob", "Alice"), previewed)
}

#[test]
fn what_was_taken_back_is_not_previewed_by_a_device_that_died_over_it() {
    for outputs in 1..12 {
        let (texts, previewed) = previewed_after_a_death(outputs);
        let shows = previewed.is_some_and(|text| text == "goes");
        assert_eq!(shows, texts.len() == 2, "died after {outputs} outputs");
    }
}
