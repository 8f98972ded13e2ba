//! What servers refuse, or promise and do not keep, is offered again.

use crate::delivery::last;
use crate::world::World;
use zajil_api::{Command, MessageState};

const ONE: &str = "wss://one.example";
const TWO: &str = "wss://two.example";
const HOUR: u64 = 3_600_000;

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
fn a_server_that_refused_is_asked_again_while_whom_it_is_for_has_not_got_it() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE, TWO]);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    world.stop("Alice");
    world.relay(TWO).refuses = Some("invalid: created_at is too far ahead");
    world.send("Bob", "Alice", "hello");
    world.pass(5_000);
    assert_eq!(world.states("Bob", "Alice"), [MessageState::Sent { on: 1, of: 2 }]);
    // The only one that has it never comes back.
    world.take_down(ONE);
    world.relay(TWO).refuses = None;
    world.pass(HOUR);
    world.restart("Alice");
    world.pass(60_000);
    assert_eq!(world.texts("Alice", "Bob"), ["hello"]);
    assert_eq!(world.states("Bob", "Alice"), [MessageState::Delivered]);
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
fn a_server_that_refuses_much_is_offered_a_little_and_all_once_it_takes_that() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    world.relay(ONE).refuses = Some("blocked: not you");
    let texts: Vec<String> = (0..200).map(|number| number.to_string()).collect();
    for text in &texts {
        world.send("Bob", "Alice", text);
    }
    world.pass(HOUR);
    let frames = world.relay(ONE).frames;
    world.pass(HOUR);
    let frames = world.relay(ONE).frames - frames;
    let of_probes = 3600 / 25 * 2 * 2;
    assert!(frames < of_probes + 6 * 20 * 2, "{frames}");
    world.relay(ONE).refuses = None;
    world.pass(HOUR / 5);
    assert_eq!(world.texts("Alice", "Bob"), texts);
}

#[test]
fn a_server_that_kept_nothing_for_long_and_then_keeps_gets_it_without_being_reached_anew() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    world.stop("Alice");
    world.relay(ONE).forgets = true;
    let connects = world.connects.len();
    world.send("Bob", "Alice", "hello");
    world.pass(12 * 60_000);
    assert_eq!(world.states("Bob", "Alice"), [MessageState::Sending]);
    world.relay(ONE).forgets = false;
    world.pass(HOUR);
    assert_eq!(world.states("Bob", "Alice"), [MessageState::Sent { on: 1, of: 1 }]);
    assert_eq!(world.connects.len(), connects);
}

#[test]
fn a_server_that_has_no_luck_with_anything_is_offered_a_little_and_all_once_it_works() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    world.relay(ONE).refuses = Some("error: disk full");
    let before = world.relay(ONE).manners.offered;
    let texts: Vec<String> = (0..300).map(|number| number.to_string()).collect();
    for text in &texts {
        world.send("Bob", "Alice", text);
    }
    world.pass(120_000);
    let offered = world.relay(ONE).manners.offered - before;
    assert!(offered < 150, "{offered} events in two minutes");
    world.relay(ONE).refuses = None;
    world.pass(HOUR / 4);
    assert_eq!(world.texts("Alice", "Bob"), texts);
}

#[test]
fn what_a_server_hangs_up_on_holds_up_nothing_behind_it() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    world.relay(ONE).manners.bears = Some(8_000);
    world.send("Bob", "Alice", &"long ".repeat(2_000));
    let short: Vec<String> = (0..30).map(|number| number.to_string()).collect();
    for text in &short {
        world.send("Bob", "Alice", text);
    }
    world.pass(600_000);
    assert_eq!(world.texts("Alice", "Bob"), short);
    let before = world.relay(ONE).manners.offered;
    world.pass(600_000);
    let offered = world.relay(ONE).manners.offered - before;
    assert!(offered < 40, "{offered}");
    world.relay(ONE).manners.bears = None;
    world.pass(120_000);
    assert_eq!(world.texts("Alice", "Bob").len(), 31, "once it bears it");
}

#[test]
fn a_server_that_wants_proof_of_whom_it_knows_already_refuses() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    let chat = world.meet("Bob", "Alice");
    world.pass(5_000);
    world.relay(ONE).manners.challenges = Some("who?");
    world.restart("Bob");
    world.pass(60_000);
    assert!(!world.relay(ONE).manners.answers.is_empty());
    world.relay(ONE).refuses = Some("auth-required: members only");
    let before = world.relay(ONE).manners.offered;
    world.send("Bob", "Alice", "hello");
    world.pass(5_000);
    assert_eq!(world.states("Bob", "Alice"), [MessageState::NotSent]);
    world.pass(600_000);
    let offered = world.relay(ONE).manners.offered - before;
    assert!(offered < 20, "{offered}");
    let place = last(&mut world, "Bob", "Alice");
    world.command("Bob", Command::WithdrawMessage { chat, place });
    assert_eq!(world.texts("Bob", "Alice"), Vec::<String>::new());
}
