//! What a server names and does not hand out keeps nobody from reading the rest, nor makes it
//! unreadable.

use super::{FIVE, ONE, TWO, alice_writes, bob_is_away, numbers};
use crate::world::World;
use zajil_core::nostr::Event;

/// Bob comes back, and the first server hands out nothing of what it names first.
fn comes_back_to_one_that_withholds(world: &mut World) {
    world.stop("Alice");
    world.relay(ONE).answers_ids = 0;
    world.start("Bob");
}

#[test]
fn what_is_withheld_is_read_before_the_thousand_that_came_after_it() {
    let mut world = bob_is_away(&[ONE, TWO]);
    alice_writes(&mut world, 1_300);
    comes_back_to_one_that_withholds(&mut world);
    world.pass(6_000);
    assert_eq!(world.texts("Bob", "Alice"), numbers(1_300));
}

#[test]
fn a_commit_that_is_withheld_is_read_before_the_many_that_came_after_it() {
    let mut world = bob_is_away(&[ONE, TWO]);
    alice_writes(&mut world, 210);
    for text in 210..217 {
        world.restart("Alice");
        world.pass(60_000);
        world.send("Alice", "Bob", &text.to_string());
        world.pass(10_000);
    }
    comes_back_to_one_that_withholds(&mut world);
    world.pass(6_000);
    assert_eq!(world.texts("Bob", "Alice"), numbers(217));
}

#[test]
fn what_only_one_server_has_and_withholds_is_not_waited_for_for_long() {
    let mut world = bob_is_away(&[ONE, TWO]);
    let before = world.relay(TWO).events.len();
    alice_writes(&mut world, 20);
    world.relay(TWO).events.remove(before);
    comes_back_to_one_that_withholds(&mut world);
    world.pass(15_000);
    assert_eq!(world.texts("Bob", "Alice"), numbers(20).split_off(1));
}

#[test]
fn one_dead_server_among_five_keeps_the_newest_waiting_for_a_few_seconds_at_most() {
    for withholds in [false, true] {
        let mut world = bob_is_away(&FIVE);
        alice_writes(&mut world, 300);
        match withholds {
            false => world.relay(ONE).manners.hangs = true,
            true => world.relay(ONE).answers_ids = 0,
        }
        world.stop("Alice");
        world.start("Bob");
        world.pass(if withholds { 4_500 } else { 3_500 });
        assert_eq!(world.texts("Bob", "Alice"), numbers(300), "{withholds}");
    }
}

/// Alice wrote so many and left. The server cannot find what it keeps of the beginning, and then,
/// over another connection, it can.
fn finds_the_beginning_late(written: usize, found_late: usize) {
    let mut world = bob_is_away(&[ONE]);
    let before = world.relay(ONE).events.len();
    alice_writes(&mut world, written);
    world.stop("Alice");
    let lost: Vec<Event> = world.relay(ONE).events.drain(before..before + found_late).collect();
    world.start("Bob");
    world.pass(5_000);
    assert_eq!(world.texts("Bob", "Alice"), Vec::<String>::new());
    world.relay(ONE).events.extend(lost);
    world.take_down(ONE);
    world.bring_up(ONE);
    world.pass(120_000);
    assert_eq!(world.texts("Bob", "Alice"), numbers(written));
}

#[test]
fn what_is_out_of_reach_is_read_once_what_came_before_it_is_here() {
    finds_the_beginning_late(1_100, 1_050);
}

#[test]
fn however_much_is_out_of_reach_it_is_read_once_what_came_before_it_is_here() {
    finds_the_beginning_late(1_800, 1_300);
}

#[test]
fn much_waits_for_the_older_that_a_server_was_cut_off_before_handing_out() {
    for how in ["hangs", "breaks", "closes"] {
        let mut world = bob_is_away(&[ONE]);
        alice_writes(&mut world, 1_300);
        // Nobody is there to write again what he does not find.
        world.stop("Alice");
        world.relay(ONE).slow_pages = Some("-1");
        world.start("Bob");
        world.pass(1_000);
        assert!(!world.relay(ONE).delayed.is_empty());
        world.relay(ONE).delayed.clear();
        match how {
            "breaks" => {
                world.take_down(ONE);
                world.pass(20_000);
                world.bring_up(ONE);
            }
            "closes" => {
                let names = world.relay(ONE).subscriptions_of("Bob");
                let name = names.iter().find(|name| name.starts_with('n')).unwrap();
                world.say(ONE, "Bob", &format!("[\"CLOSED\",\"{name}\",\"error: busy\"]"));
            }
            _ => {}
        }
        world.pass(70_000);
        assert_eq!(world.texts("Bob", "Alice"), numbers(1_300), "{how}");
    }
}

#[test]
fn what_a_server_was_cut_off_before_handing_out_is_not_waited_for_for_long() {
    let mut world = bob_is_away(&[ONE]);
    alice_writes(&mut world, 900);
    world.stop("Alice");
    world.relay(ONE).slow_pages = Some("-1");
    world.start("Bob");
    world.pass(1_000);
    world.relay(ONE).delayed.clear();
    world.take_down(ONE);
    world.pass(50_000);
    assert_eq!(world.texts("Bob", "Alice"), Vec::<String>::new());
    world.pass(15_000);
    assert_eq!(world.texts("Bob", "Alice").len(), 800);
    world.bring_up(ONE);
    world.pass(120_000);
    assert_eq!(world.texts("Bob", "Alice"), numbers(900));
}

#[test]
fn what_a_lost_server_had_not_handed_out_yet_is_fetched_from_the_other() {
    for lost_after in [1_000, 3_500] {
        let mut world = bob_is_away(&[ONE, TWO]);
        alice_writes(&mut world, 300);
        world.relay(ONE).answers_ids = 0;
        world.start("Bob");
        world.pass(lost_after);
        world.take_down(ONE);
        world.pass(10_000);
        assert_eq!(world.texts("Bob", "Alice"), numbers(300), "{lost_after}");
        world.send("Alice", "Bob", "300");
        world.pass(5_000);
        assert_eq!(world.texts("Bob", "Alice"), numbers(301), "{lost_after}");
    }
}

/// Bob gets more from one server than may overtake the older ones, which only another has. That
/// one is lost before it has said what it has.
fn the_one_with_the_older_is_lost() -> World {
    let mut world = bob_is_away(&[ONE, TWO]);
    let before = world.relay(TWO).events.len();
    alice_writes(&mut world, 1_200);
    world.stop("Alice");
    world.relay(TWO).events.drain(before..before + 150);
    world.relay(ONE).manners.hangs = true;
    world.start("Bob");
    world.pass(500);
    world.take_down(ONE);
    world.relay(ONE).manners.hangs = false;
    world.relay(ONE).manners.unheard.clear();
    world
}

#[test]
fn much_waits_for_a_server_that_was_lost_before_it_had_named_anything_and_comes_back() {
    let mut world = the_one_with_the_older_is_lost();
    world.pass(6_000);
    world.bring_up(ONE);
    world.pass(120_000);
    assert_eq!(world.texts("Bob", "Alice"), numbers(1_200));
}

#[test]
fn a_server_that_was_lost_before_it_had_named_anything_is_not_waited_for_for_long() {
    let mut world = the_one_with_the_older_is_lost();
    world.pass(12_000);
    assert!(!world.texts("Bob", "Alice").is_empty());
}
