//! What is missing is noticed, said, searched for, asked for, and comes.

use crate::world::World;
use zajil_api::{GapCause, MessageState, Place};
use zajil_core::engine::Input;

const ONE: &str = "wss://one.example";
const TWO: &str = "wss://two.example";

fn gaps(world: &World, who: &str, with: &str) -> Vec<(u32, GapCause)> {
    world.chat_of(who, with).gaps.iter().map(|gap| (gap.count, gap.cause)).collect()
}

/// Bob has written one, two, three; every copy of two is gone.
fn with_a_hole() -> World {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE, TWO]);
    world.meet("Bob", "Alice");
    world.stop("Alice");
    world.send("Bob", "Alice", "one");
    world.pass(2_000);
    let before: Vec<usize> = [ONE, TWO].map(|url| world.relay(url).events.len()).to_vec();
    world.send("Bob", "Alice", "two");
    world.pass(2_000);
    for (url, before) in [ONE, TWO].into_iter().zip(before) {
        world.relay(url).events.truncate(before);
    }
    world.send("Bob", "Alice", "three");
    world.pass(2_000);
    world
}

#[test]
fn a_gap_is_shown_until_the_author_has_sent_again_what_was_lost() {
    let mut world = with_a_hole();
    // Bob is away: nobody can close the gap.
    world.stop("Bob");
    world.start("Alice");
    world.pass(20_000);
    assert_eq!(world.texts("Alice", "Bob"), ["one", "three"]);
    assert_eq!(gaps(&world, "Alice", "Bob"), [(1, GapCause::NotHandedOut)]);
    let three = world.messages("Alice", "Bob")[1].place;
    assert_eq!(world.chat_of("Alice", "Bob").gaps[0].before, three);
    world.start("Bob");
    world.pass(120_000);
    assert_eq!(world.texts("Alice", "Bob"), ["one", "two", "three"], "and in its place");
    assert_eq!(gaps(&world, "Alice", "Bob"), []);
    assert_eq!(world.states("Bob", "Alice"), [MessageState::Delivered; 3]);
}

#[test]
fn what_was_asked_for_while_its_author_was_away_comes_when_they_are_back() {
    // After a month Bob does not think of Alice any more.
    for away in [3_990_000, 31 * 86_400_000] {
        let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
        world.meet("Bob", "Alice");
        world.send("Bob", "Alice", "one");
        world.pass(5_000);
        let backup = world.person("Alice").disk.clone();
        let before = world.relay(ONE).events.len();
        world.send("Bob", "Alice", "two");
        world.pass(5_000);
        assert_eq!(world.states("Bob", "Alice"), [MessageState::Delivered; 2]);
        // Alice is put back, and no server has it any more. Bob's next word tells her of it.
        world.stop("Alice");
        world.relay(ONE).events.truncate(before);
        world.put_back("Alice", backup);
        world.pass(10_000);
        world.stop("Bob");
        // She asks ever more patiently: the last time was minutes ago, the next is far off.
        world.pass(away);
        assert_eq!(gaps(&world, "Alice", "Bob"), [(1, GapCause::NotHandedOut)]);
        world.start("Bob");
        world.pass(10_000);
        assert_eq!(world.texts("Alice", "Bob"), ["one", "two"], "{away}");
    }
}

#[test]
fn a_long_gap_closes_as_fast_as_the_author_may_answer() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE, TWO]);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    world.stop("Alice");
    let before: Vec<usize> = [ONE, TWO].map(|url| world.relay(url).events.len()).to_vec();
    for number in 0..450 {
        world.send("Bob", "Alice", &number.to_string());
    }
    world.pass(2_000);
    for (url, before) in [ONE, TWO].into_iter().zip(before) {
        world.relay(url).events.truncate(before);
    }
    world.send("Bob", "Alice", "last");
    world.pass(2_000);
    world.start("Alice");
    world.pass(120_000);
    assert_eq!(world.texts("Alice", "Bob").len(), 451);
    assert_eq!(gaps(&world, "Alice", "Bob"), []);
}

#[test]
fn a_gap_outlives_a_restart() {
    let mut world = with_a_hole();
    world.stop("Bob");
    world.start("Alice");
    world.pass(20_000);
    world.restart("Alice");
    world.pass(20_000);
    assert_eq!(gaps(&world, "Alice", "Bob"), [(1, GapCause::NotHandedOut)]);
}

#[test]
fn a_gap_is_shown_though_the_clock_was_set_back_since() {
    let mut world = with_a_hole();
    world.stop("Bob");
    world.start("Alice");
    world.pass(2_000);
    assert_eq!(gaps(&world, "Alice", "Bob"), [], "it may still be on its way");
    world.set_clock("Alice", -86_400_000);
    // A host that waits for a time of day looks at its clock every minute.
    world.happen("Alice", Input::TimedOut);
    world.pass(20_000);
    assert_eq!(gaps(&world, "Alice", "Bob"), [(1, GapCause::NotHandedOut)]);
}

#[test]
fn a_missing_last_message_is_noticed_by_the_next_receipt() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.send("Alice", "Bob", "hello");
    world.pass(5_000);
    // It was held, and is lost before Alice sees it; Bob does not reconnect.
    world.stop("Alice");
    world.send("Bob", "Alice", "lost");
    world.pass(2_000);
    let events = &mut world.relay(ONE).events;
    events.pop();
    world.start("Alice");
    world.pass(1_000);
    world.send("Alice", "Bob", "are you there?");
    world.pass(60_000);
    assert_eq!(world.texts("Alice", "Bob"), ["hello", "lost", "are you there?"]);
}

#[test]
fn messages_that_come_in_any_order_leave_no_gap() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.stop("Alice");
    for number in 0..5 {
        world.send("Bob", "Alice", &number.to_string());
        world.pass(1_100);
    }
    world.relay(ONE).events.reverse();
    world.start("Alice");
    world.pass(60_000);
    assert_eq!(world.texts("Alice", "Bob"), ["0", "1", "2", "3", "4"]);
    assert_eq!(gaps(&world, "Alice", "Bob"), []);
}

#[test]
fn both_see_one_order_whatever_was_written_apart() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.take_down(ONE);
    for number in 0..4 {
        world.send("Bob", "Alice", &format!("b{number}"));
        world.send("Alice", "Bob", &format!("a{number}"));
        world.pass(700);
    }
    world.bring_up(ONE);
    world.pass(120_000);
    world.send("Alice", "Bob", "and now?");
    world.send("Bob", "Alice", "now we are together");
    world.pass(5_000);
    let alice = world.texts("Alice", "Bob");
    assert_eq!(alice.len(), 10);
    assert_eq!(alice, world.texts("Bob", "Alice"));
    for who in ["a", "b"] {
        let own: Vec<&String> =
            alice.iter().filter(|text| text.len() == 2 && text.starts_with(who)).collect();
        assert!(own.is_sorted(), "{own:?}");
    }
}

#[test]
fn a_reply_stands_behind_what_it_replies_to_even_if_the_clock_is_behind() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.send("Bob", "Alice", "question");
    world.pass(5_000);
    world.set_clock("Alice", -300_000);
    world.send("Alice", "Bob", "answer");
    world.pass(5_000);
    let texts = ["question", "answer"];
    assert_eq!(world.texts("Alice", "Bob"), texts);
    assert_eq!(world.texts("Bob", "Alice"), texts);
    let places: Vec<Place> = world.messages("Bob", "Alice").iter().map(|m| m.place).collect();
    assert!(places.is_sorted());
}
