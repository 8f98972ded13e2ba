//! Where a message lies, sending it again, taking it back.

use crate::world::World;
use zajil_api::{
    Command, CopyState, Delivery, Failure, MessageState, Place, RelayUrl, Stage, Update,
};
use zajil_core::nostr::Kind;

const ONE: &str = "wss://one.example";
const TWO: &str = "wss://two.example";
const HOUR: u64 = 3_600_000;

fn delivery(world: &mut World, who: &'static str, to: &str, place: Place) -> Delivery {
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

fn last(world: &mut World, who: &'static str, with: &str) -> Place {
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
    // Its disk was replaced.
    world.take_down(ONE);
    world.relay(ONE).events.clear();
    world.bring_up(ONE);
    world.pass(120_000);
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
fn a_person_can_have_a_refused_message_tried_at_once() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    let chat = world.meet("Bob", "Alice");
    world.relay(ONE).refuses = Some("blocked: not today");
    world.send("Bob", "Alice", "hello");
    world.pass(1_000);
    assert_eq!(world.states("Bob", "Alice"), [MessageState::NotSent]);
    world.relay(ONE).refuses = None;
    let place = last(&mut world, "Bob", "Alice");
    world.command("Bob", Command::RetryMessage { chat, place });
    world.pass(1_000);
    assert_eq!(world.texts("Alice", "Bob"), ["hello"]);
    assert_eq!(world.states("Bob", "Alice"), [MessageState::Delivered]);
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
    let _ = RelayUrl::new(ONE);
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
fn a_promise_is_not_enough_however_old_it_is() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    world.stop("Alice");
    world.relay(ONE).forgets = true;
    world.send("Bob", "Alice", "hello");
    world.pass(15 * 24 * HOUR);
    world.restart("Bob");
    world.pass(60_000);
    assert_eq!(world.states("Bob", "Alice"), [MessageState::Sending]);
    world.relay(ONE).forgets = false;
    world.pass(24 * HOUR);
    assert_eq!(world.states("Bob", "Alice"), [MessageState::Sent { on: 1, of: 1 }]);
}

#[test]
fn a_server_that_refused_is_asked_again_though_another_never_answered() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE, TWO]);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    world.take_down(TWO);
    world.relay(ONE).refuses = Some("blocked: not yet paid");
    world.send("Bob", "Alice", "hello");
    world.pass(5_000);
    world.relay(ONE).refuses = None;
    world.take_down(ONE);
    world.bring_up(ONE);
    world.pass(60_000);
    assert_eq!(world.texts("Alice", "Bob"), ["hello"]);
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
fn a_server_that_refused_is_asked_again_without_a_new_connection() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    world.relay(ONE).refuses = Some("invalid: created_at is too far ahead");
    world.send("Bob", "Alice", "hello");
    world.pass(5_000);
    assert_eq!(world.states("Bob", "Alice"), [MessageState::NotSent]);
    let frames = world.relay(ONE).frames;
    world.pass(6 * HOUR);
    let of_probes = 6 * 3600 / 25 * 2 * 2;
    let frames = world.relay(ONE).frames - frames;
    assert!(frames < of_probes + 400, "ever more patiently: {frames}");
    world.relay(ONE).refuses = None;
    world.pass(HOUR);
    assert_eq!(world.texts("Alice", "Bob"), ["hello"]);
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
fn what_a_server_took_after_all_is_not_shown_as_refused() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    world.stop("Alice");
    world.relay(ONE).refuses = Some("blocked: not today");
    world.send("Bob", "Alice", "hello");
    world.pass(5_000);
    assert_eq!(world.states("Bob", "Alice"), [MessageState::NotSent]);
    // It says OK, and keeps nothing.
    world.relay(ONE).refuses = None;
    world.relay(ONE).forgets = true;
    world.pass(70_000);
    assert_eq!(world.states("Bob", "Alice"), [MessageState::Sending]);
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
