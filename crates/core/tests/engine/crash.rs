//! A device dies between any two outputs and nothing is lost, doubled or stuck.

use crate::world::World;
use zajil_api::{Command, CommandId, MessageState, Request, Update};
use zajil_core::engine::{Input, Output};

const ONE: &str = "wss://one.example";
const TWO: &str = "wss://two.example";

/// As a person does it: when the text is still in the composer, it is sent again.
fn send_surely(world: &mut World, who: &'static str, to: &'static str, text: &str) {
    for _ in 0..3 {
        let chat = world.chat_of(who, to).id;
        let send = Command::SendMessage { chat, text: text.to_owned() };
        let updates = world.command(who, send);
        let kept = updates.iter().any(|update| {
            matches!(update, Update::MessageAdded { answers: Some(_), message, .. } if message.text == text)
        });
        if kept || world.texts(who, to).iter().any(|other| other == text) {
            return;
        }
    }
    panic!("{who} could not send");
}

/// Bob opens Alice's link and both talk; `crash` dies after so many outputs of theirs.
/// Returns whether there were that many.
fn conversation(crash: (&'static str, usize)) -> bool {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE, TWO]);
    world.pass(1_000);
    let link = world.invite_of("Alice");
    world.crash = Some(crash);
    for _ in 0..3 {
        world.command("Bob", Command::StartChat { link: link.clone() });
        world.pass(10_000);
        if !world.person("Bob").chats().is_empty() {
            break;
        }
    }
    world.pass(60_000);
    for number in 0..3 {
        send_surely(&mut world, "Bob", "Alice", &format!("b{number}"));
        world.pass(2_000);
        send_surely(&mut world, "Alice", "Bob", &format!("a{number}"));
        world.pass(2_000);
    }
    world.pass(120_000);
    let expected = ["b0", "a0", "b1", "a1", "b2", "a2"];
    assert_eq!(world.texts("Alice", "Bob"), expected, "Alice's side, {crash:?}");
    assert_eq!(world.texts("Bob", "Alice"), expected, "Bob's side, {crash:?}");
    for (who, to) in [("Alice", "Bob"), ("Bob", "Alice")] {
        assert_eq!(world.states(who, to), [MessageState::Delivered; 3], "{who}, {crash:?}");
    }
    world.crash.is_none()
}

#[test]
fn the_founder_may_die_after_any_output() {
    let mut at = 1;
    while conversation(("Bob", at)) {
        at += 1;
    }
    assert!(at > 60, "only {at} outputs were tried");
}

#[test]
fn the_joiner_may_die_after_any_output() {
    let mut at = 1;
    while conversation(("Alice", at)) {
        at += 1;
    }
    assert!(at > 60, "only {at} outputs were tried");
}

#[test]
fn what_a_dead_device_had_encrypted_is_never_encrypted_anew_under_the_same_key() {
    // A message goes out, the device dies at once; after the restart the next message
    // must be readable: a reused generation would be refused by the receiver.
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    for number in 0..20 {
        world.send("Bob", "Alice", &number.to_string());
        world.restart("Bob");
        world.pass(1_000);
    }
    world.pass(30_000);
    let expected: Vec<String> = (0..20).map(|number| number.to_string()).collect();
    assert_eq!(world.texts("Alice", "Bob"), expected);
}

#[test]
fn what_was_asked_for_at_once_and_never_answered_is_done_once_when_it_is_asked_for_again() {
    const MANY: u64 = 100;
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    let chat = world.chat_of("Bob", "Alice").id;
    let requests = || {
        let send = |number: u64| {
            let command = Command::SendMessage { chat: chat.clone(), text: number.to_string() };
            Input::Request(Request { id: CommandId(1_000 + number), command })
        };
        (0..MANY).map(send).collect::<Vec<Input>>()
    };
    let now = world.now;
    let bob = world.people.get_mut("Bob").unwrap();
    let engine = bob.engine.as_mut().unwrap();
    requests().into_iter().for_each(|request| engine.handle_input(now, request));
    let Some(Output::Save(changes)) = engine.poll_output() else { panic!("saved first") };
    bob.save(&changes);
    world.restart("Bob");
    world.run();
    requests().into_iter().for_each(|request| world.inbox.push_back(("Bob", request)));
    world.run();
    world.pass(30_000);
    let expected: Vec<String> = (0..MANY).map(|number| number.to_string()).collect();
    assert_eq!(world.texts("Alice", "Bob"), expected);
}
