//! Somebody was put back, and reads in another group than the one that is written to: they are
//! told, asked, and shown where the others are.

use crate::world::World;
use zajil_api::GapCause;
use zajil_core::nostr::{Event, Kind};

const ONE: &str = "wss://one.example";
const TWO: &str = "wss://two.example";
const DAY: i64 = 86_400_000;

#[test]
fn how_far_one_counts_is_told_in_the_group_that_the_other_remembers() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    let backup = world.person("Bob").disk.clone();
    world.restart("Bob");
    world.pass(10_000);
    world.send("Alice", "Bob", "one");
    world.pass(10_000);
    assert_eq!(world.texts("Bob", "Alice"), ["one"]);
    world.stop("Alice");
    // By the dates, the group that he does not remember is the newer one.
    for wrong_by in [0, -DAY] {
        world.stop("Bob");
        world.set_clock("Bob", wrong_by);
        world.put_back("Bob", backup.clone());
        world.pass(60_000);
    }
    assert_eq!(world.texts("Bob", "Alice"), [""; 0]);
    // He hears late where she is, and only gives a sign.
    world.freeze("Bob");
    world.start("Alice");
    world.pass(10_000);
    world.thaw("Bob");
    world.pass(300_000);
    assert_eq!(world.texts("Bob", "Alice"), ["one"]);
}

/// Takes from a server what it has of a kind and had not yet.
fn taken_since(world: &mut World, url: &str, kind: Kind, known: &[Event]) -> Vec<Event> {
    let is_new = |event: &Event| event.kind == kind && known.iter().all(|k| k.id != event.id);
    let taken = world.relay(url).events.iter().filter(|event| is_new(event)).cloned().collect();
    world.relay(url).events.retain(|event| !is_new(event));
    taken
}

/// A world in which Bob was put back twice while Alice was away, founding a group each time, of
/// which he remembers the second. She came there, and then hears of the first. With what he wrote
/// there, but for his commit.
fn hears_of_a_forgotten_group(is_gone: bool) -> (World, Event, Vec<Event>) {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE, TWO]);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    let backup = world.person("Bob").disk.clone();
    world.restart("Bob");
    world.pass(10_000);
    world.stop("Alice");
    if is_gone {
        world.take_down(TWO);
    }
    let founds = |world: &mut World| {
        let known = world.relay(ONE).events.clone();
        world.put_back("Bob", backup.clone());
        world.pass(60_000);
        let welcome = taken_since(world, ONE, Kind::GIFT_WRAP, &known);
        taken_since(world, TWO, Kind::GIFT_WRAP, &known);
        assert_eq!(welcome.len(), 1);
        welcome
    };
    let first = founds(&mut world).remove(0);
    let known = world.relay(ONE).events.clone();
    world.restart("Bob");
    world.pass(10_000);
    world.send("Bob", "Alice", "in a group that he forgets");
    world.pass(10_000);
    let mut written = taken_since(&mut world, ONE, Kind::GROUP_MESSAGE, &known);
    written.remove(0);
    world.stop("Bob");
    for url in [ONE, TWO] {
        // He sent the Welcome again.
        world.relay(url).events.retain(|event| known.iter().any(|known| known.id == event.id));
    }
    let second = founds(&mut world).remove(0);
    world.restart("Bob");
    world.start("Alice");
    world.inject(ONE, second);
    world.pass(30_000);
    (world, first, written)
}

#[test]
fn a_question_that_nobody_answers_is_asked_in_the_group_that_the_other_reads_in() {
    // A server that is gone still waits for what all others have and have answered.
    for is_gone in [false, true] {
        let (mut world, first, _) = hears_of_a_forgotten_group(is_gone);
        // Something that every server loses.
        world.stop("Alice");
        let known = world.relay(ONE).events.clone();
        world.send("Bob", "Alice", "one");
        world.pass(2_000);
        for url in [ONE, TWO] {
            taken_since(&mut world, url, Kind::GROUP_MESSAGE, &known);
        }
        world.freeze("Bob");
        world.start("Alice");
        world.pass(120_000);
        // His first word tells her of it.
        world.thaw("Bob");
        world.pass(3_000);
        world.inject(ONE, first);
        world.pass(10_000);
        let gaps = world.chat_of("Alice", "Bob").gaps;
        let gaps: Vec<_> = gaps.iter().map(|gap| (gap.count, gap.cause)).collect();
        assert_eq!(gaps, [(1, GapCause::NotHandedOut)], "{is_gone}");
        world.pass(300_000);
        assert_eq!(world.texts("Alice", "Bob"), ["one"], "{is_gone}");
        assert_eq!(world.chat_of("Alice", "Bob").gaps, []);
    }
}

#[test]
fn what_cannot_be_read_in_a_group_that_the_other_forgot_is_missing_only_until_they_say_so() {
    let (mut world, first, written) = hears_of_a_forgotten_group(false);
    world.inject(ONE, first);
    world.pass(300_000);
    for event in written {
        world.inject(ONE, event);
    }
    world.pass(60_000);
    let gaps = |world: &World| world.chat_of("Alice", "Bob").gaps;
    assert_eq!(gaps(&world)[0].cause, GapCause::KeyOnTheWay);
    world.pass(1_200_000);
    assert_eq!(gaps(&world), []);
}

#[test]
fn whoever_writes_in_a_group_that_we_left_learns_that_they_cannot_follow_it() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.pass(60_000);
    let backup = world.person("Bob").disk.clone();
    world.meet("Alice", "Bob");
    world.pass(5_000);
    // He comes to her group once more, cannot follow it, and founds another.
    world.put_back("Bob", backup.clone());
    world.pass(30_000);
    world.send("Alice", "Bob", "one");
    world.pass(10_000);
    assert_eq!(world.texts("Bob", "Alice"), ["one"]);
    // Nothing is left but the way to her group, and by his clock that is older than what he said.
    world.stop("Bob");
    world.relay(ONE).events.retain(|event| event.kind != Kind::GROUP_MESSAGE);
    world.set_clock("Bob", -DAY / 4);
    world.put_back("Bob", backup);
    world.pass(900_000);
    assert_eq!(world.texts("Bob", "Alice"), ["one"]);
}
