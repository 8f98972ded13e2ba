//! Catching up with servers that compare what they have with what we have (NIP-77).

mod batches;
mod clocks;
mod complaints;
mod cost;
mod faults;
mod floods;
mod pages;
mod withheld;

use crate::world::World;
use zajil_api::{CatchUp, Command, Update};
use zajil_core::nostr::{Event, Kind};
use zajil_core::store::Table;

const FIVE: [&str; 5] = [
    "wss://one.example",
    "wss://two.example",
    "wss://three.example",
    "wss://four.example",
    "wss://five.example",
];
const ONE: &str = FIVE[0];
const TWO: &str = FIVE[1];
const DAY: u64 = 86_400_000;

fn numbers(count: usize) -> Vec<String> {
    (0..count).map(|number| number.to_string()).collect()
}

/// Alice and Bob know each other, over relays that compare; Bob has caught up and left.
fn bob_is_away(relays: &[&str]) -> World {
    let mut world = World::with_accounts(&["Alice", "Bob"], relays);
    for url in relays {
        world.relay(url).comparing.speaks = true;
    }
    world.meet("Bob", "Alice");
    world.restart("Bob");
    world.pass(60_000);
    world.stop("Bob");
    world
}

fn alice_writes(world: &mut World, count: usize) {
    for text in numbers(count) {
        world.send("Alice", "Bob", &text);
        world.pass(200);
    }
    world.pass(60_000);
}

fn forget_counts(world: &mut World, relays: &[&str]) {
    for url in relays {
        let relay = world.relay(url);
        (relay.bytes_in, relay.bytes_out, relay.handed_out) = (0, 0, 0);
        (relay.comparing.opened, relay.comparing.messages, relay.comparing.bytes) = (0, 0, 0);
    }
}

fn comes_back(world: &mut World) {
    world.start("Bob");
    world.pass(120_000);
}

#[test]
fn what_waits_is_found_by_comparing_and_read_in_order() {
    let mut world = bob_is_away(&[ONE]);
    alice_writes(&mut world, 700);
    comes_back(&mut world);
    assert_eq!(world.texts("Bob", "Alice"), numbers(700));
    let relay = world.relay(ONE);
    assert!(relay.comparing.messages > 0);
    assert_eq!(relay.open_comparisons(), 0);
    let left: Vec<String> = relay.subscriptions_of("Bob");
    assert!(left.iter().all(|name| !name.starts_with("f-")), "{left:?}");
}

#[test]
fn a_device_that_dies_while_it_catches_up_does_not_fetch_again_what_it_kept() {
    let mut world = bob_is_away(&[ONE]);
    alice_writes(&mut world, 1_000);
    world.stop("Alice");
    forget_counts(&mut world, &[ONE]);
    // The server stops answering in the middle, and then the device dies.
    world.relay(ONE).answers_ids = 6;
    world.start("Bob");
    world.pass(5_000);
    let kept = world.person("Bob").rows(Table::Messages);
    assert!(kept >= 400, "{kept} messages were kept");
    world.stop("Bob");
    world.relay(ONE).answers_ids = usize::MAX;
    comes_back(&mut world);
    assert_eq!(world.texts("Bob", "Alice"), numbers(1_000));
    let handed_out = world.relay(ONE).handed_out;
    println!("{handed_out} events handed out");
    assert!(handed_out <= 1_000 + 450, "{handed_out} events handed out for a thousand");
}

#[test]
fn a_device_may_die_at_any_moment_of_catching_up() {
    for outputs in (1..100).step_by(11) {
        let mut world = bob_is_away(&[ONE, TWO]);
        alice_writes(&mut world, 60);
        world.crash = Some(("Bob", outputs));
        comes_back(&mut world);
        assert_eq!(world.texts("Bob", "Alice"), numbers(60), "died after {outputs} outputs");
    }
}

#[test]
fn people_are_told_how_far_it_has_come_a_few_times_and_at_the_end() {
    let mut world = bob_is_away(&[ONE]);
    alice_writes(&mut world, 600);
    comes_back(&mut world);
    let told: Vec<CatchUp> = (world.person("Bob").updates.iter())
        .filter_map(|update| match update {
            Update::CatchUpChanged(view) => Some(*view),
            _ => None,
        })
        .collect();
    assert_eq!(told.last(), Some(&CatchUp::Done));
    let running = |view: &&CatchUp| matches!(view, CatchUp::Running { .. });
    assert!((1..10).contains(&told.iter().filter(running).count()), "{told:?}");
    // Where nothing is new, nobody is told anything.
    world.restart("Bob");
    world.pass(60_000);
    let updates = &world.person("Bob").updates;
    assert!(!updates.iter().any(|update| matches!(update, Update::CatchUpChanged(_))));
}

#[test]
fn what_a_server_did_not_have_before_is_searched_for_when_it_is_missed() {
    let mut world = bob_is_away(&[ONE]);
    for text in ["one", "two", "three"] {
        world.send("Alice", "Bob", text);
        world.pass(5_000);
    }
    world.stop("Alice");
    // The server lost one, and finds it again a moment later.
    let chat = |event: &Event| event.kind == Kind::GROUP_MESSAGE;
    let at = world.relay(ONE).events.iter().rposition(chat).expect("sent") - 1;
    let lost = world.relay(ONE).events.remove(at);
    world.start("Bob");
    world.pass(3_000);
    assert_eq!(world.texts("Bob", "Alice"), ["one", "three"]);
    world.relay(ONE).events.push(lost);
    world.pass(10_000);
    assert_eq!(world.texts("Bob", "Alice"), ["one", "two", "three"]);
}

#[test]
fn a_chat_that_began_while_others_were_fetched_is_asked_for_too() {
    let mut world = World::with_accounts(&["Alice", "Bob", "Carol"], &[ONE]);
    world.relay(ONE).comparing.speaks = true;
    world.meet("Bob", "Alice");
    world.stop("Bob");
    alice_writes(&mut world, 200);
    let link = world.person("Bob").account().invite;
    world.command("Carol", Command::StartChat { link });
    world.pass(5_000);
    world.send("Carol", "Bob", "from Carol");
    world.pass(10 * DAY);
    comes_back(&mut world);
    assert_eq!(world.texts("Bob", "Alice"), numbers(200));
    assert_eq!(world.texts("Bob", "Carol"), ["from Carol"]);
}
