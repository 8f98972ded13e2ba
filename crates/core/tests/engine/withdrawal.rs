//! Taking back what no server can have.

use crate::delivery::{delivery, last};
use crate::world::{Guest, World, key_package_of};
use zajil_api::{Command, Failure, MessageState, RelayUrl, Stage, Update};
use zajil_core::engine::Input;
use zajil_core::nostr::Kind;

const ONE: &str = "wss://one.example";

#[test]
fn what_no_server_has_can_be_taken_back_and_leaves_no_gap() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    let chat = world.meet("Bob", "Alice");
    world.send("Bob", "Alice", "first");
    world.pass(5_000);
    world.take_down(ONE);
    for text in ["second", "oops", "third"] {
        world.send("Bob", "Alice", text);
    }
    let oops = world.messages("Bob", "Alice").into_iter().find(|m| m.text == "oops").unwrap();
    let story = delivery(&mut world, "Bob", "Alice", oops.place);
    assert!(story.can_withdraw);
    let withdraw = Command::WithdrawMessage { chat: chat.clone(), place: oops.place };
    let updates = world.command("Bob", withdraw.clone());
    assert!(updates.iter().any(|u| matches!(u, Update::MessageRemoved { answers: Some(_), .. })));
    assert_eq!(world.texts("Bob", "Alice"), ["first", "second", "third"]);
    world.bring_up(ONE);
    world.pass(120_000);
    assert_eq!(world.texts("Alice", "Bob"), ["first", "second", "third"]);
    assert_eq!(world.chat_of("Alice", "Bob").gaps, []);
    let updates = world.command("Bob", withdraw);
    let gone = Update::Refused {
        answers: match updates.last().and_then(Update::answers) {
            Some(id) => id,
            None => panic!("no answer"),
        },
        failure: Failure::MessageUnknown,
    };
    assert_eq!(updates.last(), Some(&gone));
}

#[test]
fn what_is_taken_back_while_offline_after_a_restart_leaves_no_gap() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    let chat = world.meet("Bob", "Alice");
    world.send("Bob", "Alice", "first");
    world.pass(5_000);
    world.take_down(ONE);
    world.restart("Bob");
    world.run();
    for text in ["second", "oops", "third"] {
        world.send("Bob", "Alice", text);
    }
    let oops = world.messages("Bob", "Alice").into_iter().find(|m| m.text == "oops").unwrap();
    let withdraw = Command::WithdrawMessage { chat, place: oops.place };
    let updates = world.command("Bob", withdraw.clone());
    assert!(updates.iter().any(|u| matches!(u, Update::MessageRemoved { answers: Some(_), .. })));
    let updates = world.command("Bob", withdraw);
    assert!(
        matches!(updates.last(), Some(Update::Refused { failure: Failure::MessageUnknown, .. })),
        "{updates:?}"
    );
    world.restart("Bob");
    world.bring_up(ONE);
    world.pass(120_000);
    assert_eq!(world.texts("Alice", "Bob"), ["first", "second", "third"]);
    assert_eq!(world.chat_of("Alice", "Bob").gaps, []);
    assert_eq!(world.texts("Bob", "Alice"), ["first", "second", "third"]);
}

#[test]
fn a_command_that_comes_again_after_its_message_was_taken_back_is_answered() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    let chat = world.meet("Bob", "Alice");
    world.take_down(ONE);
    let send = Command::SendMessage { chat: chat.clone(), text: "oops".to_owned() };
    world.command_as("Bob", 77, send.clone());
    let place = last(&mut world, "Bob", "Alice");
    world.command("Bob", Command::WithdrawMessage { chat, place });
    let updates = world.command_as("Bob", 77, send);
    assert!(
        matches!(updates.last(), Some(Update::Refused { failure: Failure::MessageUnknown, .. })),
        "{updates:?}"
    );
    assert_eq!(world.texts("Bob", "Alice"), Vec::<String>::new());
}

#[test]
fn the_last_message_taken_back_is_not_previewed_any_more() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    let chat = world.meet("Bob", "Alice");
    world.send("Bob", "Alice", "stays");
    world.pass(5_000);
    world.take_down(ONE);
    world.send("Bob", "Alice", "goes");
    let place = last(&mut world, "Bob", "Alice");
    world.command("Bob", Command::WithdrawMessage { chat, place });
    let row = world.chat_of("Bob", "Alice");
    assert_eq!(row.last.map(|last| last.text).as_deref(), Some("stays"));
}

#[test]
fn what_may_have_left_cannot_be_taken_back() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    let chat = world.meet("Bob", "Alice");
    world.pass(5_000);
    // The server takes it and the answer is lost.
    world.relay(ONE).silent = true;
    world.send("Bob", "Alice", "out");
    world.pass(1_000);
    let place = last(&mut world, "Bob", "Alice");
    assert!(!delivery(&mut world, "Bob", "Alice", place).can_withdraw);
    let updates = world.command("Bob", Command::WithdrawMessage { chat, place });
    assert!(
        matches!(updates.last(), Some(Update::Refused { failure: Failure::MessageOut, .. })),
        "{updates:?}"
    );
    assert_eq!(world.texts("Alice", "Bob"), ["out"]);
    assert_eq!(world.texts("Bob", "Alice"), ["out"]);
}

#[test]
fn what_left_and_is_written_again_cannot_be_taken_back() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    let chat = world.meet("Bob", "Alice");
    world.pass(5_000);
    // The server takes it and the answer is lost.
    world.relay(ONE).silent = true;
    world.send("Bob", "Alice", "out");
    world.pass(1_000);
    let backup = world.person("Bob").disk.clone();
    world.restart("Bob");
    world.pass(10_000);
    // Put back, Bob cannot follow his own group, and waits for another to be founded.
    world.stop("Bob");
    world.people.get_mut("Bob").unwrap().disk = backup;
    world.stop("Alice");
    world.relay(ONE).events.retain(|event| event.kind != Kind::KEY_PACKAGE);
    world.start("Bob");
    world.pass(10_000);
    assert_eq!(world.stage("Bob", "Alice"), Stage::Connecting);
    let place = last(&mut world, "Bob", "Alice");
    assert!(!delivery(&mut world, "Bob", "Alice", place).can_withdraw);
    let updates = world.command("Bob", Command::WithdrawMessage { chat, place });
    assert!(
        matches!(updates.last(), Some(Update::Refused { failure: Failure::MessageOut, .. })),
        "{updates:?}"
    );
}

#[test]
fn what_was_taken_back_leaves_no_gap_though_nobody_could_read_the_word_of_it() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    let chat = world.meet("Bob", "Alice");
    world.pass(5_000);
    world.relay(ONE).refuses = Some("blocked: not today");
    world.send("Bob", "Alice", "never mind");
    world.pass(1_000);
    let place = last(&mut world, "Bob", "Alice");
    world.command("Bob", Command::WithdrawMessage { chat, place });
    world.pass(1_000);
    // The word that it was taken back is lost with the server's disk.
    world.relay(ONE).refuses = None;
    world.take_down(ONE);
    world.stop("Alice");
    world.bring_up(ONE);
    world.pass(5_000);
    world.relay(ONE).events.retain(|event| event.kind != Kind::GROUP_MESSAGE);
    world.start("Alice");
    world.send("Bob", "Alice", "hello");
    world.pass(300_000);
    assert_eq!(world.texts("Alice", "Bob"), ["hello"]);
    assert_eq!(world.chat_of("Alice", "Bob").gaps, []);
}

#[test]
fn what_was_asked_for_and_sent_again_cannot_be_taken_back() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    world.relay(ONE).refuses = Some("blocked: not today");
    world.send("Bob", "Alice", "first");
    world.pass(1_000);
    let place = last(&mut world, "Bob", "Alice");
    world.relay(ONE).refuses = None;
    world.send("Bob", "Alice", "second");
    // Alice misses the first, and asks before it is offered again by itself.
    world.pass(40_000);
    assert_eq!(world.texts("Alice", "Bob"), ["first", "second"]);
    assert!(!delivery(&mut world, "Bob", "Alice", place).can_withdraw);
}

#[test]
fn what_is_offered_again_after_a_refusal_cannot_be_taken_back() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    let chat = world.meet("Bob", "Alice");
    world.pass(5_000);
    world.relay(ONE).refuses = Some("blocked: too many events");
    world.send("Bob", "Alice", "out");
    world.pass(1_000);
    assert_eq!(world.states("Bob", "Alice"), [MessageState::NotSent]);
    // The server takes it at the next try, and says nothing.
    world.stop("Alice");
    world.relay(ONE).refuses = None;
    world.relay(ONE).silent = true;
    world.pass(70_000);
    world.take_down(ONE);
    let place = last(&mut world, "Bob", "Alice");
    assert_eq!(world.states("Bob", "Alice"), [MessageState::Sending]);
    assert!(!delivery(&mut world, "Bob", "Alice", place).can_withdraw);
    let updates = world.command("Bob", Command::WithdrawMessage { chat, place });
    let is_refused =
        matches!(updates.last(), Some(Update::Refused { failure: Failure::MessageOut, .. }));
    assert!(is_refused, "{updates:?}");
    world.bring_up(ONE);
    world.start("Alice");
    world.pass(5_000);
    assert_eq!(world.texts("Alice", "Bob"), ["out"]);
}

#[test]
fn what_was_not_answered_and_is_refused_later_may_be_out() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    let chat = world.meet("Bob", "Alice");
    world.pass(5_000);
    // The server hands it on, keeps nothing, and the connection dies before it says a word.
    world.relay(ONE).silent = true;
    world.send("Bob", "Alice", "out");
    assert_eq!(world.texts("Alice", "Bob"), ["out"]);
    world.take_down(ONE);
    world.relay(ONE).events.pop();
    world.relay(ONE).silent = false;
    world.relay(ONE).refuses = Some("blocked: too many events");
    world.bring_up(ONE);
    let place = last(&mut world, "Bob", "Alice");
    for _ in 0..3 {
        world.pass(120_000);
        assert_eq!(world.states("Bob", "Alice"), [MessageState::Sending]);
        assert!(!delivery(&mut world, "Bob", "Alice", place).can_withdraw);
        let withdraw = Command::WithdrawMessage { chat: chat.clone(), place };
        let updates = world.command("Bob", withdraw);
        assert!(
            matches!(updates.last(), Some(Update::Refused { failure: Failure::MessageOut, .. })),
            "{updates:?}"
        );
        world.restart("Bob");
    }
}

#[test]
fn what_left_cannot_be_taken_back_in_the_moment_in_which_it_is_written_again() {
    for is_answered in [true, false] {
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
        world.relay(ONE).silent = !is_answered;
        for _ in 0..24 {
            world.send("Bob", "", "out");
        }
        world.pass(5_000);
        let place = last(&mut world, "Bob", "");
        // Another group comes, where so many take their time, and the wish to take the last of
        // them back is read before what that leads to.
        let second = invite(&mut world, 2);
        for (to, text) in world.relay(ONE).inject(second) {
            world.inbox.push_back((to, Input::RelayFrame { relay: RelayUrl::new(ONE), text }));
        }
        let updates = world.command("Bob", Command::WithdrawMessage { chat, place });
        let is_refused = |update: &Update| {
            matches!(update, Update::Refused { failure: Failure::MessageOut, .. })
        };
        assert!(updates.iter().any(is_refused), "{is_answered}: {updates:?}");
    }
}
