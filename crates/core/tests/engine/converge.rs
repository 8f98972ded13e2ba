//! Two commits of one epoch: both sides end in one state, and nothing written is lost.

use crate::hostile::stranger;
use crate::world::World;
use zajil_api::{Command, MessageState};
use zajil_core::nostr::Kind;

const ONE: &str = "wss://one.example";
const TWO: &str = "wss://two.example";

/// Alice reaches only the first server, Bob only the second; both have started anew, so that
/// each renews their leaf, and each has written `text`.
fn apart(texts: [&[&str]; 2]) -> World {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE, TWO]);
    world.meet("Bob", "Alice");
    world.send("Bob", "Alice", "before");
    world.pass(5_000);
    world.stop("Bob");
    world.take_down(TWO);
    world.restart("Alice");
    world.pass(10_000);
    for text in texts[0] {
        world.send("Alice", "Bob", text);
    }
    world.pass(10_000);
    world.stop("Alice");
    world.take_down(ONE);
    world.bring_up(TWO);
    world.start("Bob");
    world.pass(120_000);
    for text in texts[1] {
        world.send("Bob", "Alice", text);
    }
    world.pass(10_000);
    world
}

fn together(world: &mut World) {
    world.bring_up(ONE);
    world.start("Alice");
    world.pass(300_000);
}

#[test]
fn two_who_were_cut_apart_come_together_and_read_what_both_wrote() {
    let mut world = apart([&["from Alice"], &["from Bob", "and another"]]);
    assert_eq!(world.texts("Bob", "Alice"), ["before", "from Bob", "and another"]);
    together(&mut world);
    let all = ["before", "from Alice", "from Bob", "and another"];
    assert_eq!(world.texts("Alice", "Bob"), all);
    assert_eq!(world.texts("Bob", "Alice"), all);
    world.send("Alice", "Bob", "one state");
    world.pass(10_000);
    world.send("Bob", "Alice", "for all");
    world.pass(10_000);
    let all = ["before", "from Alice", "from Bob", "and another", "one state", "for all"];
    assert_eq!(world.texts("Alice", "Bob"), all);
    assert_eq!(world.texts("Bob", "Alice"), all);
    assert!(world.states("Bob", "Alice").iter().all(|state| *state >= MessageState::Delivered));
    assert!(world.states("Alice", "Bob").iter().all(|state| *state >= MessageState::Delivered));
}

/// What the other wrote on a branch of their own, before they left for good.
fn read_after_they_left(reader: &'static str, writer: &'static str) {
    let mut world = apart([&["from Alice"], &["from Bob"]]);
    world.stop("Bob");
    world.bring_up(ONE);
    world.start(reader);
    world.pass(300_000);
    let written = format!("from {writer}");
    assert!(world.texts(reader, writer).contains(&written), "{reader} reads {writer}");
}

#[test]
fn what_was_written_on_either_branch_is_read_though_its_author_left_for_good() {
    read_after_they_left("Alice", "Bob");
    read_after_they_left("Bob", "Alice");
}

#[test]
fn what_was_read_on_a_branch_that_lost_is_read_once() {
    let mut world = apart([&["from Alice"], &["from Bob"]]);
    // The longer branch wins.
    for _ in 0..3 {
        world.restart("Bob");
        world.pass(10_000);
        world.send("Bob", "Alice", "more");
        world.pass(10_000);
    }
    world.stop("Bob");
    world.take_down(TWO);
    world.bring_up(ONE);
    world.start("Alice");
    world.pass(10_000);
    let before = world.relay(ONE).events.len();
    for name in ["Younger", "Older"] {
        world.command("Alice", Command::Rename { name: name.to_owned() });
        world.pass(10_000);
    }
    let branch = world.relay(ONE).events[before..].to_vec();
    world.stop("Alice");
    world.bring_up(TWO);
    world.start("Bob");
    world.pass(60_000);
    world.chat_of("Bob", "Older");
    for (seed, event) in (0..).zip(branch.iter().rev()) {
        world.inject(ONE, stranger(Kind::GROUP_MESSAGE, event.tags.clone(), &event.content, seed));
    }
    world.pass(60_000);
    world.chat_of("Bob", "Older");
}

#[test]
fn a_branch_that_was_left_is_left_after_a_restart_too() {
    let mut world = apart([&["from Alice"], &["from Bob"]]);
    together(&mut world);
    for round in 0..8 {
        world.restart("Alice");
        world.restart("Bob");
        world.pass(60_000);
        world.send("Alice", "Bob", &format!("a{round}"));
        world.send("Bob", "Alice", &format!("b{round}"));
        world.pass(60_000);
    }
    let (alices, bobs) = (world.texts("Alice", "Bob"), world.texts("Bob", "Alice"));
    assert_eq!(alices.len(), 3 + 16);
    assert_eq!(alices, bobs);
    assert_eq!(world.chat_of("Alice", "Bob").gaps, []);
    assert_eq!(world.chat_of("Bob", "Alice").gaps, []);
}

#[test]
fn both_starting_at_once_on_one_server_agree() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    for round in 0..10 {
        world.take_down(ONE);
        world.restart("Alice");
        world.restart("Bob");
        world.run();
        world.send("Alice", "Bob", &format!("a{round}"));
        world.send("Bob", "Alice", &format!("b{round}"));
        world.bring_up(ONE);
        world.pass(180_000);
    }
    let (alices, bobs) = (world.texts("Alice", "Bob"), world.texts("Bob", "Alice"));
    assert_eq!(alices.len(), 20, "{alices:?}");
    assert_eq!(alices, bobs);
}

#[test]
fn a_commit_whose_answer_was_lost_and_that_is_refused_later_is_not_taken_back() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    world.restart("Bob");
    world.pass(10_000);
    // The server takes Bob's commit and Alice follows it, but the answer never comes…
    world.relay(ONE).silent = true;
    world.send("Bob", "Alice", "hello");
    world.pass(1_000);
    world.send("Alice", "Bob", "I am ahead of you");
    world.pass(1_000);
    // …and afterwards the server takes nothing any more.
    world.take_down(ONE);
    world.relay(ONE).silent = false;
    world.relay(ONE).refuses = Some("blocked: not you");
    world.bring_up(ONE);
    world.pass(60_000);
    assert_eq!(world.texts("Bob", "Alice"), ["hello", "I am ahead of you"]);
    world.take_down(ONE);
    world.relay(ONE).refuses = None;
    world.bring_up(ONE);
    world.pass(60_000);
    assert_eq!(world.texts("Alice", "Bob"), ["hello", "I am ahead of you"]);
}

#[test]
fn after_a_start_nothing_is_written_with_the_keys_of_the_one_before() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.send("Bob", "Alice", "before");
    world.pass(5_000);
    let backup = world.person("Bob").disk.clone();
    // The server was away from what Bob wrote last, and has nothing of it.
    let before = world.relay(ONE).events.len();
    world.stop("Alice");
    world.send("Bob", "Alice", "nobody has this");
    world.pass(2_000);
    world.relay(ONE).events.truncate(before);
    world.stop("Bob");
    world.people.get_mut("Bob").unwrap().disk = backup;
    let commits = world.relay(ONE).events.len();
    world.start("Bob");
    world.pass(10_000);
    // Bob could not know that a key was used; a new one was made all the same.
    assert_eq!(world.relay(ONE).events.len(), commits + 2, "a commit, then a sign of life");
    world.send("Bob", "Alice", "after");
    world.pass(10_000);
    world.start("Alice");
    world.pass(60_000);
    assert_eq!(world.texts("Alice", "Bob"), ["before", "after"]);
}
