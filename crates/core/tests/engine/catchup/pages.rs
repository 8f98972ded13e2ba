//! Servers that do not compare hand out pages, and no filter goes further into one second.

use super::faults::rubbish;
use super::{ONE, alice_writes, bob_is_away, numbers};
use crate::world::World;
use std::collections::BTreeSet;
use zajil_core::nostr::Kind;

#[test]
fn what_was_sent_at_once_fits_small_pages_beside_what_others_put_there() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Alice", "Bob");
    world.pass(60_000);
    world.stop("Bob");
    world.take_down(ONE);
    for text in numbers(60) {
        world.send("Alice", "Bob", &text);
    }
    let before = world.relay(ONE).events.len();
    world.bring_up(ONE);
    world.pass(60_000);
    // Nobody is there to write again what he does not find.
    world.stop("Alice");
    let sent = world.relay(ONE).events.iter().skip(before);
    let sent = sent.filter(|event| event.kind == Kind::GROUP_MESSAGE);
    let seconds: BTreeSet<u64> = sent.map(|event| event.created_at.0).collect();
    for (second, number) in seconds.iter().flat_map(|second| (0..5).map(move |n| (second, n))) {
        let event = rubbish(&mut world, *second, number);
        world.inject(ONE, event);
    }
    world.relay(ONE).page = 20;
    world.start("Bob");
    world.pass(120_000);
    assert_eq!(world.texts("Bob", "Alice"), numbers(60));
}

#[test]
fn a_server_that_was_given_up_and_comes_to_life_hands_out_the_oldest_first_all_the_same() {
    let mut world = bob_is_away(&[ONE]);
    alice_writes(&mut world, 1_300);
    world.stop("Alice");
    world.relay(ONE).manners.hangs = true;
    world.start("Bob");
    world.pass(90_000);
    world.wake(ONE);
    world.pass(30_000);
    assert_eq!(world.texts("Bob", "Alice"), numbers(1_300));
}
