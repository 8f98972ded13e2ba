//! A device that was copied, or put back as it was days ago, uses no key twice.

use crate::world::World;
use std::collections::BTreeSet;
use zajil_core::nostr::Kind;

const ONE: &str = "wss://one.example";
const DAY: i64 = 86_400_000;

/// What identifies the key a message was encrypted with, of all chat events on the relay:
/// two ciphertexts under one MLS key would be seen here as a message that cannot be read.
fn texts(world: &mut World) -> Vec<String> {
    world.texts("Alice", "Bob")
}

#[test]
fn a_restored_device_renews_its_leaf_before_it_writes() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.send("Bob", "Alice", "before");
    world.pass(5_000);
    let backup = world.person("Bob").disk.clone();
    for number in 0..3 {
        world.send("Bob", "Alice", &format!("lost to Bob {number}"));
        world.pass(2_000);
    }
    world.put_back("Bob", backup);
    world.send("Bob", "Alice", "after");
    world.pass(60_000);
    world.send("Bob", "Alice", "and again");
    world.pass(60_000);
    let all = texts(&mut world);
    let expected =
        ["before", "lost to Bob 0", "lost to Bob 1", "lost to Bob 2", "after", "and again"];
    assert_eq!(
        all, expected,
        "nothing Bob wrote after the restore was refused as a key used twice"
    );
    world.send("Alice", "Bob", "welcome back");
    world.pass(10_000);
    let bobs = world.texts("Bob", "Alice");
    assert_eq!(bobs.last().map(String::as_str), Some("welcome back"));
    let once: BTreeSet<&String> = bobs.iter().collect();
    assert_eq!(once.len(), bobs.len());
}

#[test]
fn a_device_restored_from_before_its_last_key_change_begins_anew() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.send("Alice", "Bob", "early");
    world.pass(5_000);
    let backup = world.person("Alice").disk.clone();
    // A restored copy renews its leaf: for the older copy a commit of its own leaf.
    world.send("Alice", "Bob", "later");
    world.pass(5_000);
    let later = world.person("Alice").disk.clone();
    world.put_back("Alice", backup.clone());
    world.pass(60_000);
    world.put_back("Alice", later);
    world.pass(60_000);
    world.send("Alice", "Bob", "it is me");
    world.pass(60_000);
    assert_eq!(world.texts("Bob", "Alice").last().map(String::as_str), Some("it is me"));
    world.send("Bob", "Alice", "I see");
    world.pass(60_000);
    assert_eq!(world.texts("Alice", "Bob").last().map(String::as_str), Some("I see"));
}

#[test]
fn nothing_is_encrypted_before_a_server_has_handed_out_what_it_keeps() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    world.restart("Bob");
    world.take_down(ONE);
    world.send("Bob", "Alice", "written offline");
    world.pass(1_000);
    world.relay(ONE).endless = true;
    let before = world.relay(ONE).events.len();
    world.bring_up(ONE);
    world.pass(40_000);
    assert_eq!(world.relay(ONE).events.len(), before, "it has not said that this was all");
    world.relay(ONE).endless = false;
    world.take_down(ONE);
    world.bring_up(ONE);
    world.pass(120_000);
    assert_eq!(world.texts("Alice", "Bob"), ["written offline"]);
}

/// Bob's device is put back as it was before `meanwhile`, and writes.
fn written_after_a_restore(meanwhile: impl FnOnce(&mut World)) -> Vec<String> {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    world.send("Bob", "Alice", "before");
    let backup = world.person("Bob").disk.clone();
    meanwhile(&mut world);
    world.pass(5_000);
    world.stop("Bob");
    world.set_clock("Bob", 0);
    world.put_back("Bob", backup);
    world.send("Bob", "Alice", "after");
    world.pass(60_000);
    texts(&mut world)
}

#[test]
fn what_a_copy_wrote_within_the_second_of_our_last_message_is_noticed() {
    let all = written_after_a_restore(|world| world.send("Bob", "Alice", "meanwhile"));
    assert_eq!(all, ["before", "meanwhile", "after"]);
}

#[test]
fn what_a_copy_wrote_while_its_clock_was_back_is_noticed() {
    let mut all = written_after_a_restore(|world| {
        world.set_clock("Bob", -DAY);
        world.send("Bob", "Alice", "meanwhile");
    });
    all.sort();
    assert_eq!(all, ["after", "before", "meanwhile"]);
}

#[test]
fn messages_that_were_lost_with_a_group_come_again_in_the_next() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    let backup = world.person("Bob").disk.clone();
    let restore = |world: &mut World| {
        world.put_back("Bob", backup.clone());
        world.pass(60_000);
    };
    // Alice's clock is behind when the next group comes.
    world.set_clock("Alice", -DAY);
    world.send("Bob", "Alice", "forgotten by Bob");
    world.pass(5_000);
    // The first time Bob renews his leaf; the second time he cannot follow that.
    restore(&mut world);
    world.send("Alice", "Bob", "lost with the group");
    world.pass(5_000);
    restore(&mut world);
    assert_eq!(world.texts("Bob", "Alice").last().unwrap(), "lost with the group");
    world.send("Alice", "Bob", "in the new one");
    world.pass(5_000);
    assert_eq!(world.texts("Bob", "Alice").last().unwrap(), "in the new one");
}

#[test]
fn of_two_copies_each_gets_what_is_written_once_it_shows_up() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.send("Alice", "Bob", "before");
    world.pass(5_000);
    let copy = world.person("Alice").disk.clone();
    let swap = |world: &mut World, disk| {
        world.stop("Alice");
        let there = std::mem::replace(&mut world.people.get_mut("Alice").unwrap().disk, disk);
        world.pass(5_000);
        world.start("Alice");
        world.pass(60_000);
        there
    };
    world.send("Alice", "Bob", "from the first");
    let first = swap(&mut world, copy);
    world.send("Alice", "Bob", "from the second");
    world.send("Bob", "Alice", "to the second");
    world.pass(30_000);
    let second = swap(&mut world, first);
    world.send("Bob", "Alice", "to the first");
    world.pass(60_000);
    let texts = world.texts("Alice", "Bob");
    assert_eq!(texts.last().unwrap(), "to the first", "{texts:?}");
    assert!(texts.contains(&"to the second".to_owned()), "{texts:?}");
    swap(&mut world, second);
    world.send("Bob", "Alice", "to the second again");
    world.pass(120_000);
    let texts = world.texts("Alice", "Bob");
    assert_eq!(texts.last().unwrap(), "to the second again", "{texts:?}");
    assert!(texts.contains(&"to the first".to_owned()), "{texts:?}");
}

#[test]
fn what_the_other_could_not_read_comes_again_in_the_group_that_is_founded_then() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    let backup = world.person("Bob").disk.clone();
    // They go on; then the server loses what would show that to the Bob who is put back.
    world.restart("Bob");
    world.pass(10_000);
    world.send("Bob", "Alice", "forgotten by Bob");
    world.pass(10_000);
    world.relay(ONE).events.retain(|event| event.kind != Kind::GROUP_MESSAGE);
    world.put_back("Bob", backup);
    world.pass(10_000);
    // Its number is that of the forgotten one: Alice misses nothing.
    world.send("Bob", "Alice", "after");
    world.pass(600_000);
    assert_eq!(world.texts("Alice", "Bob"), ["forgotten by Bob", "after"]);
}

#[test]
fn what_is_written_before_a_copy_is_noticed_has_no_number_of_the_copys() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    let bobs = world.person("Bob").disk.clone();
    world.send("Bob", "Alice", "of the copy");
    world.pass(5_000);
    let alices = world.person("Alice").disk.clone();
    // She goes on in a state that she cannot come back to.
    world.restart("Alice");
    world.pass(10_000);
    // Bob is put back, and writes before he can know of what he wrote.
    world.stop("Bob");
    world.people.get_mut("Bob").unwrap().disk = bobs;
    world.take_down(ONE);
    world.start("Bob");
    world.send("Bob", "Alice", "of the one put back");
    world.bring_up(ONE);
    world.pass(60_000);
    assert_eq!(world.texts("Alice", "Bob"), ["of the copy", "of the one put back"]);
    assert_eq!(world.texts("Bob", "Alice"), ["of the one put back"]);
    // Then Alice is put back too: by its number she can ask for what she lost.
    world.put_back("Alice", alices);
    world.pass(120_000);
    assert_eq!(world.texts("Alice", "Bob"), ["of the copy", "of the one put back"]);
}

#[test]
fn what_waited_when_the_copy_was_made_keeps_its_number() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    world.take_down(ONE);
    world.send("Bob", "Alice", "on the copy too");
    world.restart("Bob");
    let bobs = world.person("Bob").disk.clone();
    world.pass(1_000);
    world.bring_up(ONE);
    world.pass(60_000);
    world.put_back("Bob", bobs);
    world.pass(60_000);
    assert_eq!(world.texts("Alice", "Bob"), ["on the copy too"]);
    assert_eq!(world.texts("Bob", "Alice"), ["on the copy too"]);
}

#[test]
fn a_device_put_back_learns_from_the_other_how_far_it_had_counted() {
    // Also where it writes at once, and the sign goes with the receipt.
    for waits in [60_000, 0] {
        let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
        world.meet("Alice", "Bob");
        world.pass(60_000);
        let alices = world.person("Alice").disk.clone();
        world.send("Alice", "Bob", "one");
        world.send("Alice", "Bob", "two");
        world.pass(60_000);
        // No server has anything that could tell her.
        world.take_down(ONE);
        world.relay(ONE).events.clear();
        world.bring_up(ONE);
        world.put_back("Alice", alices);
        world.pass(waits);
        if waits == 0 {
            world.send("Alice", "Bob", "at once");
            world.pass(60_000);
        }
        let bobs = world.person("Bob").disk.clone();
        world.send("Alice", "Bob", "three");
        world.pass(60_000);
        // Now he forgets it, and the servers too: only her count tells that there was something.
        world.stop("Bob");
        world.relay(ONE).events.clear();
        world.put_back("Bob", bobs);
        world.pass(600_000);
        let texts = world.texts("Bob", "Alice");
        assert_eq!(texts.last().map(String::as_str), Some("three"), "{texts:?}");
        assert_eq!(texts.len(), if waits == 0 { 4 } else { 3 }, "{texts:?}");
    }
}
