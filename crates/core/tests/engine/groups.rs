//! Several groups with one person: which is written to.

use crate::world::World;
use std::collections::BTreeSet;
use zajil_core::nostr::Kind;

const ONE: &str = "wss://one.example";
const DAY: i64 = 86_400_000;

/// Twice Bob cannot follow his own group any more, and founds another. The second time his
/// clock is behind: by the dates, that group is the older one. Alice is not there meanwhile.
fn founds_two_more(world: &mut World) {
    let backup = world.person("Bob").disk.clone();
    world.restart("Bob");
    world.pass(10_000);
    world.stop("Alice");
    for wrong_by in [0, -DAY] {
        world.stop("Bob");
        world.set_clock("Bob", wrong_by);
        world.put_back("Bob", backup.clone());
        world.pass(60_000);
    }
}

#[test]
fn of_two_groups_that_came_at_once_the_one_that_the_other_answers_in_is_written_to() {
    const TWO: &str = "wss://two.example";
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE, TWO]);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    founds_two_more(&mut world);
    // One server does not come to an end: all that Alice hears meanwhile counts as old.
    world.relay(TWO).endless = true;
    world.start("Alice");
    world.send("Alice", "Bob", "where are you?");
    world.pass(120_000);
    assert_eq!(world.texts("Bob", "Alice"), ["where are you?"]);
}

#[test]
fn whoever_reads_in_another_group_than_the_one_that_is_written_to_is_found() {
    const TWO: &str = "wss://two.example";
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE, TWO]);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    founds_two_more(&mut world);
    // He goes on in the latter: Alice's first commit there leads nowhere, and nobody follows it.
    world.restart("Bob");
    world.pass(60_000);
    // One server does not come to an end: all that Alice hears meanwhile counts as old.
    world.relay(TWO).endless = true;
    world.start("Alice");
    world.send("Alice", "Bob", "where are you?");
    world.pass(300_000);
    assert_eq!(world.texts("Bob", "Alice"), ["where are you?"]);
}

#[test]
fn what_comes_late_on_a_branch_that_we_are_not_on_does_not_lead_back_to_its_group() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Alice", "Bob");
    world.pass(5_000);
    let backup = world.person("Bob").disk.clone();
    world.stop("Bob");
    let known: BTreeSet<_> = world.relay(ONE).events.iter().map(|event| event.id).collect();
    world.restart("Alice");
    world.pass(5_000);
    world.send("Alice", "Bob", "early");
    world.pass(10_000);
    let mut late = world.relay(ONE).events.clone();
    late.retain(|event| !known.contains(&event.id) && event.kind == Kind::GROUP_MESSAGE);
    assert_eq!(late.len(), 3, "her commit, a sign of life, and what she wrote");
    // He goes on from that in a state that he cannot come back to.
    world.start("Bob");
    world.pass(10_000);
    world.stop("Bob");
    world.stop("Alice");
    world.relay(ONE).events.retain(|event| late.iter().all(|late| late.id != event.id));
    world.put_back("Bob", backup);
    world.pass(180_000);
    // What she writes now he cannot read: he founds another group, and she comes there.
    world.start("Alice");
    world.pass(300_000);
    let first = late.first().unwrap().tags.clone();
    let written_there = |world: &mut World| {
        world.relay(ONE).events.iter().filter(|event| event.tags == first).count()
    };
    let before = written_there(&mut world);
    for event in late {
        world.inject(ONE, event);
    }
    world.pass(60_000);
    world.send("Alice", "Bob", "later");
    world.pass(60_000);
    assert_eq!(world.texts("Bob", "Alice"), ["early", "later"]);
    let all = before + 3 + 1;
    assert_eq!(written_there(&mut world), all, "nothing but a commit that shows where we are");
}

#[test]
fn a_founder_who_forgot_that_the_other_came_notices_and_founds_another() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.pass(60_000);
    world.stop("Bob");
    world.meet("Alice", "Bob");
    let backup = world.person("Alice").disk.clone();
    world.start("Bob");
    world.pass(10_000);
    world.restart("Alice");
    world.pass(10_000);
    // The server loses what would show her that the group went on without her.
    world.relay(ONE).events.retain(|event| event.kind != Kind::GROUP_MESSAGE);
    world.put_back("Alice", backup);
    world.pass(10_000);
    world.send("Bob", "Alice", "do you read me?");
    world.pass(900_000);
    assert_eq!(world.texts("Alice", "Bob"), ["do you read me?"]);
}

#[test]
fn whoever_was_put_back_into_a_group_that_went_on_without_them_is_met_there() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    let backup = world.person("Alice").disk.clone();
    world.restart("Alice");
    world.pass(10_000);
    let put_back = |world: &mut World| {
        world.stop("Alice");
        world.people.get_mut("Alice").unwrap().disk = backup.clone();
    };
    // She cannot follow what she did, and founds another group.
    put_back(&mut world);
    world.start("Alice");
    world.pass(60_000);
    // That she forgets too, and the server what would tell her.
    put_back(&mut world);
    world.send("Bob", "Alice", "hello");
    world.pass(120_000);
    world.relay(ONE).events.retain(|event| event.kind != Kind::GROUP_MESSAGE);
    world.start("Alice");
    world.pass(900_000);
    assert_eq!(world.texts("Alice", "Bob"), ["hello"]);
}

#[test]
fn what_the_other_could_not_read_is_written_in_the_group_that_they_found_then() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.send("Bob", "Alice", "one");
    world.pass(10_000);
    let backup = world.person("Bob").disk.clone();
    // Since then they went on for long, and no server knows how.
    for _ in 0..7 {
        world.restart("Bob");
        world.pass(10_000);
    }
    world.send("Bob", "Alice", "two");
    world.pass(60_000);
    assert_eq!(world.texts("Alice", "Bob"), ["one", "two"]);
    world.take_down(ONE);
    world.relay(ONE).events.clear();
    world.put_back("Bob", backup);
    world.send("Bob", "Alice", "three");
    world.bring_up(ONE);
    world.pass(1_200_000);
    let texts = world.texts("Alice", "Bob");
    assert!(texts.contains(&"three".to_owned()), "{texts:?}");
}
