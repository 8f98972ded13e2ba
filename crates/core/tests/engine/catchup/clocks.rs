//! Clocks that are wrong, here or elsewhere, cost no message.

use super::{DAY, ONE};
use crate::world::World;
use zajil_core::engine::Timestamp;

/// Bob's clock is wrong by so many milliseconds while he catches up; then it is right again,
/// days pass, and Alice has written in between.
fn reads_after(wrong_by: i64, compares: bool, writes: bool) -> Vec<String> {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.relay(ONE).comparing.speaks = compares;
    world.meet("Bob", "Alice");
    world.stop("Bob");
    let real = world.now;
    world.set_clock("Bob", wrong_by);
    world.start("Bob");
    world.pass(60_000);
    if writes {
        world.send("Bob", "Alice", "what day is it");
        world.pass(60_000);
        world.restart("Bob");
        world.pass(60_000);
    }
    world.stop("Bob");
    world.set_clock("Bob", 0);
    world.now = Timestamp(real.0 + DAY);
    world.send("Alice", "Bob", "hello");
    world.pass(5_000);
    world.stop("Alice");
    world.pass(50 * DAY);
    world.start("Bob");
    world.pass(60_000);
    world.texts("Bob", "Alice").into_iter().filter(|text| text == "hello").collect()
}

#[test]
fn a_clock_that_was_days_ahead_costs_nothing() {
    for compares in [true, false] {
        for days in [2, 10, 40] {
            let ahead = (days * DAY) as i64;
            assert_eq!(reads_after(ahead, compares, false), ["hello"], "{days} {compares}");
        }
    }
}

#[test]
fn own_messages_dated_by_a_clock_that_was_ahead_cost_nothing() {
    for compares in [true, false] {
        for days in [10, 40] {
            let ahead = (days * DAY) as i64;
            assert_eq!(reads_after(ahead, compares, true), ["hello"], "{days} {compares}");
        }
    }
}

#[test]
fn a_clock_that_was_days_behind_costs_nothing() {
    for compares in [true, false] {
        for days in [2, 40] {
            let behind = -((days * DAY) as i64);
            assert_eq!(reads_after(behind, compares, false), ["hello"], "{days} {compares}");
        }
    }
}
