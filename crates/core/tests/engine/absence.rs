//! Away for long, over servers that are slow, full, strict or forgetful: everything
//! arrives all the same.

use crate::world::World;
use zajil_api::{Command, MessageState};
use zajil_core::store::Table;

const ONE: &str = "wss://one.example";
const TWO: &str = "wss://two.example";
const DAY: u64 = 86_400_000;

fn numbers(count: usize) -> Vec<String> {
    (0..count).map(|number| number.to_string()).collect()
}

#[test]
fn hundreds_of_messages_written_offline_arrive_all_and_in_order() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.stop("Bob");
    world.take_down(ONE);
    for text in numbers(300) {
        world.send("Alice", "Bob", &text);
    }
    world.bring_up(ONE);
    world.pass(180_000);
    world.start("Bob");
    world.pass(60_000);
    assert_eq!(world.texts("Bob", "Alice"), numbers(300));
}

#[test]
fn a_subscription_that_was_ended_has_not_told_all() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.stop("Bob");
    world.send("Alice", "Bob", "hello");
    world.pass(10 * DAY);
    world.relay(ONE).closes = Some("error: try later");
    world.start("Bob");
    world.pass(60_000);
    world.relay(ONE).closes = None;
    world.restart("Bob");
    world.pass(60_000);
    assert_eq!(world.texts("Bob", "Alice"), ["hello"]);
}

#[test]
fn a_subscription_that_was_ended_is_asked_for_again() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.relay(ONE).closes = Some("rate-limited: slow down");
    world.restart("Bob");
    world.pass(60_000);
    world.relay(ONE).closes = None;
    world.send("Alice", "Bob", "hello");
    world.pass(120_000);
    assert_eq!(world.texts("Bob", "Alice"), ["hello"]);
}

#[test]
fn an_event_that_left_days_after_it_was_first_tried_is_found() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.stop("Bob");
    world.relay(ONE).silent = true;
    world.relay(ONE).forgets = true;
    world.send("Alice", "Bob", "hello");
    world.pass(5_000);
    world.stop("Alice");
    world.relay(ONE).silent = false;
    world.relay(ONE).forgets = false;
    world.pass(4 * DAY);
    world.start("Bob");
    world.pass(60_000);
    world.stop("Bob");
    world.pass(DAY);
    world.start("Alice");
    world.pass(60_000);
    world.stop("Alice");
    world.start("Bob");
    world.pass(60_000);
    assert_eq!(world.texts("Bob", "Alice"), ["hello"]);
}

#[test]
fn a_clock_that_was_ahead_costs_no_history() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.stop("Bob");
    let real = world.now;
    world.now = zajil_core::engine::Timestamp(real.0 + 30 * DAY);
    world.start("Bob");
    world.pass(60_000);
    world.stop("Bob");
    world.now = real;
    world.pass(DAY);
    world.send("Alice", "Bob", "hello");
    world.pass(20 * DAY);
    world.start("Bob");
    world.pass(60_000);
    assert_eq!(world.texts("Bob", "Alice"), ["hello"]);
}

#[test]
fn a_page_that_is_slow_to_come_costs_no_history() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.stop("Bob");
    for text in numbers(350) {
        world.send("Alice", "Bob", &text);
        world.pass(1_000);
    }
    world.relay(ONE).slow_pages = Some("-older");
    world.start("Bob");
    world.pass(20_000);
    world.release(ONE);
    world.pass(60_000);
    assert_eq!(world.texts("Bob", "Alice"), numbers(350));
}

#[test]
fn a_page_that_comes_just_after_it_was_given_up_is_gone_on_from() {
    const TWO: &str = "wss://two.example";
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE, TWO]);
    world.meet("Bob", "Alice");
    world.stop("Bob");
    // A commit that no message can be read without is on an older page than they are.
    world.restart("Alice");
    world.pass(10_000);
    for text in numbers(150) {
        world.send("Alice", "Bob", &text);
        world.pass(1_000);
    }
    world.stop("Alice");
    for server in [ONE, TWO] {
        world.relay(server).comparing.errs = Some("error: no");
        world.relay(server).slow_pages = Some("n");
    }
    world.take_down(TWO);
    world.start("Bob");
    world.pass(1_000);
    world.bring_up(TWO);
    // The first was silent for a minute; what it handed out waits a little for the other.
    world.pass(60_000);
    world.release(ONE);
    world.pass(120_000);
    assert_eq!(world.texts("Bob", "Alice"), numbers(150));
}

#[test]
fn a_new_chat_does_not_cut_off_what_waits_in_an_old_one() {
    let mut world = World::with_accounts(&["Alice", "Bob", "Carol"], &[ONE]);
    world.meet("Bob", "Alice");
    world.pass(10 * DAY);
    world.restart("Bob");
    world.pass(60_000);
    world.meet("Carol", "Bob");
    world.stop("Bob");
    for text in numbers(150) {
        world.send("Alice", "Bob", &text);
        world.pass(60_000);
    }
    world.start("Bob");
    world.pass(60_000);
    assert_eq!(world.texts("Bob", "Alice"), numbers(150));
}

#[test]
fn a_server_that_wants_to_know_who_asks_hands_out_everything() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.stop("Bob");
    for text in numbers(300) {
        world.send("Alice", "Bob", &text);
        world.pass(1_000);
    }
    world.relay(ONE).wants_proof = true;
    world.start("Bob");
    world.pass(60_000);
    assert_eq!(world.texts("Bob", "Alice"), numbers(300));
}

#[test]
fn a_dead_server_does_not_keep_messages_for_ever() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE, TWO]);
    world.meet("Alice", "Bob");
    world.take_down(TWO);
    let before = world.person("Alice").rows(Table::Records);
    for text in numbers(100) {
        world.send("Alice", "Bob", &text);
        world.pass(500);
    }
    let bob = world.chat_of("Bob", "Alice");
    world.command("Bob", Command::MarkRead { chat: bob.id, up_to: zajil_api::Place::END });
    world.pass(5_000);
    assert_eq!(world.states("Alice", "Bob").last(), Some(&MessageState::Read));
    assert!(world.person("Alice").rows(Table::Records) > before + 90);
    // Without a restart: a tab may lead for weeks.
    world.pass(20 * DAY);
    let after = world.person("Alice").rows(Table::Records);
    // Two key packages were made meanwhile, whose private halves are kept for longer.
    assert!(after <= before + 10, "{before} rows became {after}");
}

#[test]
fn a_message_that_every_server_refused_goes_out_when_one_changes_its_mind() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Alice", "Bob");
    world.relay(ONE).refuses = Some("blocked: not you");
    world.send("Alice", "Bob", "again");
    world.pass(2_000);
    assert_eq!(world.states("Alice", "Bob"), [MessageState::NotSent]);
    world.relay(ONE).refuses = None;
    world.take_down(ONE);
    world.bring_up(ONE);
    world.pass(120_000);
    assert_eq!(world.texts("Bob", "Alice"), ["again"]);
    assert_eq!(world.states("Alice", "Bob"), [MessageState::Delivered]);
}

#[test]
fn one_event_that_a_server_never_answers_does_not_hold_up_the_rest() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Alice", "Bob");
    world.relay(ONE).silent = true;
    world.relay(ONE).forgets = true;
    for text in numbers(40) {
        world.send("Alice", "Bob", &text);
    }
    world.pass(1_000);
    world.relay(ONE).silent = false;
    world.relay(ONE).forgets = false;
    world.pass(600_000);
    assert_eq!(world.texts("Bob", "Alice").len(), 40);
}

#[test]
fn a_server_that_is_added_while_a_chat_uses_it_is_asked_for_invitations() {
    let mut world = World::with_accounts(&["Alice", "Bob", "Carol"], &[ONE, TWO]);
    let old_link = world.invite_of("Alice");
    world.meet("Alice", "Bob");
    world.command("Alice", Command::RemoveServer { url: zajil_api::RelayUrl::new(TWO) });
    world.restart("Alice");
    world.pass(60_000);
    world.take_down(ONE);
    world.command("Carol", Command::StartChat { link: old_link });
    world.pass(60_000);
    assert!(world.person("Alice").chats().iter().all(|chat| chat.with.name != "Carol"));
    world.command("Alice", Command::AddServer { url: TWO.to_owned() });
    world.pass(60_000);
    world.chat_of("Alice", "Carol");
}

#[test]
fn one_server_may_take_a_message_and_die_and_the_other_hand_it_over_days_later() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE, TWO]);
    world.meet("Bob", "Alice");
    world.stop("Bob");
    world.take_down(TWO);
    world.send("Alice", "Bob", "hello");
    world.pass(5_000);
    world.stop("Alice");
    world.take_down(ONE);
    world.bring_up(TWO);
    world.pass(4 * DAY);
    world.start("Bob");
    world.pass(60_000);
    world.stop("Bob");
    world.pass(DAY);
    world.start("Alice");
    world.pass(60_000);
    world.start("Bob");
    world.pass(60_000);
    assert_eq!(world.texts("Bob", "Alice"), ["hello"]);
}

#[test]
fn a_server_removed_before_it_answered_does_not_undo_what_it_may_have_taken() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE, TWO]);
    world.take_down(TWO);
    world.pass(1_000);
    let link = world.invite_of("Alice");
    world.relay(ONE).silent = true;
    world.command("Bob", Command::StartChat { link });
    world.pass(3_000);
    // Alice's first commit reached the server; its answer did not reach Alice.
    world.command("Alice", Command::RemoveServer { url: zajil_api::RelayUrl::new(ONE) });
    world.relay(ONE).silent = false;
    world.pass(120_000);
    world.send("Alice", "Bob", "from Alice");
    world.send("Bob", "Alice", "from Bob");
    world.pass(60_000);
    assert_eq!(world.texts("Bob", "Alice"), ["from Alice", "from Bob"]);
    assert_eq!(world.texts("Alice", "Bob"), ["from Alice", "from Bob"]);
}
