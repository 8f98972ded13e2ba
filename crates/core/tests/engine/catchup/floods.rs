//! More than can be held at once, of what nobody can read: the rest is reached all the same.

use super::{DAY, ONE, TWO, alice_writes, bob_is_away, forget_counts};
use crate::hostile::{routing, stranger};
use crate::world::World;
use zajil_api::{Command, RelayUrl, Update};
use zajil_core::engine::Timestamp;
use zajil_core::nostr::{Kind, Tag};

#[test]
fn what_was_written_behind_more_rubbish_than_can_be_held_is_read_and_answered() {
    let mut world = bob_is_away(&[ONE]);
    world.relay(ONE).comparing.speaks = false;
    let tags = vec![Tag::new("h", [routing(&mut world)])];
    // 36 million bytes, all of them dated before what Alice writes.
    let first = stranger(Kind::GROUP_MESSAGE, tags.clone(), &"QUJD".repeat(15_000), 0);
    for number in 0..600u32 {
        let content = format!("{number:08}{}", &first.content[8..]);
        let seed = u8::try_from(number % 256).unwrap();
        let rubbish = stranger(Kind::GROUP_MESSAGE, tags.clone(), &content, seed);
        world.relay(ONE).events.push(rubbish);
    }
    world.send("Alice", "Bob", "hello");
    world.pass(5_000);
    world.stop("Alice");
    world.start("Bob");
    world.pass(300_000);
    assert_eq!(world.texts("Bob", "Alice"), ["hello"]);
    world.send("Bob", "Alice", "I can write");
    world.pass(10_000);
    world.start("Alice");
    world.pass(60_000);
    assert_eq!(world.texts("Alice", "Bob"), ["hello", "I can write"]);
}

/// Bob has read 300 messages long ago, whose keys are gone, and is away.
fn long_ago(compares: bool) -> World {
    let mut world = bob_is_away(&[ONE, TWO]);
    for url in [ONE, TWO] {
        world.relay(url).comparing.speaks = compares;
    }
    world.start("Bob");
    alice_writes(&mut world, 300);
    for number in 0..8 {
        world.pass(5 * DAY);
        world.restart("Alice");
        world.restart("Bob");
        world.pass(60_000);
        world.send("Alice", "Bob", &format!("later {number}"));
        world.send("Bob", "Alice", &format!("then {number}"));
        world.pass(60_000);
    }
    world.stop("Alice");
    world.stop("Bob");
    forget_counts(&mut world, &[ONE, TWO]);
    world
}

#[test]
fn a_server_that_is_removed_and_added_again_hands_out_nothing_of_long_ago() {
    for compares in [true, false] {
        let mut world = long_ago(compares);
        world.start("Bob");
        world.pass(60_000);
        world.command("Bob", Command::RemoveServer { url: RelayUrl::new(ONE) });
        world.pass(60_000);
        world.command("Bob", Command::AddServer { url: ONE.to_owned() });
        world.pass(120_000);
        assert_eq!(world.chat_of("Bob", "Alice").gaps, []);
        let handed_out = world.relay(ONE).handed_out;
        assert!(handed_out < 150, "{handed_out}, compares: {compares}");
    }
}

#[test]
fn a_clock_that_was_behind_for_a_day_has_nothing_of_long_ago_handed_out_afterwards() {
    for compares in [true, false] {
        let mut world = long_ago(compares);
        let real = world.now;
        world.set_clock("Bob", -((400 * DAY) as i64));
        world.start("Bob");
        world.pass(60_000);
        world.stop("Bob");
        world.set_clock("Bob", 0);
        world.now = Timestamp(real.0 + DAY);
        forget_counts(&mut world, &[ONE, TWO]);
        world.start("Bob");
        world.pass(120_000);
        let handed_out = world.relay(ONE).handed_out;
        assert!(handed_out < 100, "{handed_out}, compares: {compares}");
    }
}

#[test]
fn a_server_that_complains_without_end_moves_no_screen_all_the_time() {
    let mut world = World::with_accounts(&["Bob"], &[ONE]);
    world.pass(60_000);
    let told = |world: &World| {
        let updates = world.person("Bob").updates.iter();
        updates.filter(|update| matches!(update, Update::ServerChanged(_))).count()
    };
    let before = told(&world);
    for number in 0..500 {
        world.say(ONE, "Bob", &format!("[\"NOTICE\",\"complaint {number}\"]"));
    }
    world.pass(1_000);
    assert_eq!(told(&world) - before, 1);
    assert_eq!(world.server("Bob", ONE).said.as_deref(), Some("complaint 499"));
}
