//! Servers that do not compare hand out pages, and no filter goes further into one second.

use super::faults::rubbish;
use super::{ONE, alice_writes, bob_is_away, numbers};
use crate::world::World;
use std::collections::BTreeSet;
use zajil_core::nostr::{Event, Kind};

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

/// Bob comes back to sixty messages on a server that does not compare, while with each page
/// something is published that is dated before all of them.
fn comes_back_while_others_publish(world: &mut World) {
    world.meet("Alice", "Bob");
    world.pass(60_000);
    world.stop("Bob");
    let before = world.now.0 / 1000;
    world.pass(10_000);
    for text in numbers(60) {
        world.send("Alice", "Bob", &text);
        world.pass(10_000);
    }
    world.stop("Alice");
    world.relay(ONE).page = 20;
    world.relay(ONE).slow_pages = Some("-older");
    world.start("Bob");
    for number in 0..20 {
        world.pass(1_000);
        // It comes on the subscription for the page, before the page does.
        let event = rubbish(world, before, number);
        world.inject(ONE, event);
        world.release(ONE);
        world.relay(ONE).slow_pages = Some("-older");
    }
    world.release(ONE);
    world.pass(60_000);
}

#[test]
fn what_is_published_meanwhile_and_dated_far_back_hides_nothing() {
    // Also where each page comes oldest first, and then it takes no more questions.
    let frames = [false, true].map(|upside_down| {
        let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
        world.relay(ONE).manners.upside_down = upside_down;
        comes_back_while_others_publish(&mut world);
        assert_eq!(world.texts("Bob", "Alice"), numbers(60));
        world.relay(ONE).frames
    });
    let [in_order, upside_down] = frames;
    assert!(upside_down < in_order + 10, "{frames:?}");
}

/// Bob has come back to a server that hangs, and has asked it for pages.
fn asks_in_vain(world: &mut World) {
    world.stop("Alice");
    world.relay(ONE).manners.hangs = true;
    world.start("Bob");
    // On a second connection: the first is soon taken for dead.
    world.pass(40_000);
}

/// The subscription under which a server that hangs was asked for the chat's messages last.
fn asked_for_groups(world: &mut World) -> String {
    let asked = world.relay(ONE).manners.unheard.iter().rev();
    let mut names =
        asked.filter_map(|(_, text)| text.strip_prefix("[\"REQ\",\"")?.split('"').next());
    names.find(|name| name.starts_with('n')).unwrap().to_owned()
}

#[test]
fn a_server_that_was_given_up_and_comes_to_life_is_read_oldest_first() {
    for said_before in [0, 5] {
        let mut world = bob_is_away(&[ONE]);
        alice_writes(&mut world, 1_300);
        asks_in_vain(&mut world);
        let name = asked_for_groups(&mut world);
        let newest: Vec<Event> =
            world.relay(ONE).events.iter().rev().take(said_before).cloned().collect();
        for event in newest {
            world.say(ONE, "Bob", &format!("[\"EVENT\",\"{name}\",{}]", event.to_json()));
        }
        // Now it is given up.
        world.pass(68_000);
        world.wake(ONE);
        world.pass(60_000);
        assert_eq!(world.texts("Bob", "Alice"), numbers(1_300), "{said_before}");
        let mut feeds: Vec<char> = world
            .relay(ONE)
            .subscriptions_of("Bob")
            .iter()
            .filter_map(|name| name.chars().next())
            .collect();
        let all = feeds.len();
        feeds.dedup();
        assert_eq!(feeds.len(), all, "nothing is asked for twice: {feeds:?}");
    }
}

#[test]
fn a_server_that_comes_to_life_may_take_its_time() {
    let mut world = bob_is_away(&[ONE]);
    alice_writes(&mut world, 1_300);
    asks_in_vain(&mut world);
    world.pass(68_000);
    let name = asked_for_groups(&mut world);
    world.relay(ONE).slow_pages = Some("n");
    world.wake(ONE);
    let newest = world.relay(ONE).events.last().unwrap().to_json();
    world.say(ONE, "Bob", &format!("[\"EVENT\",\"{name}\",{newest}]"));
    world.pass(25_000);
    world.release(ONE);
    world.pass(60_000);
    assert_eq!(world.texts("Bob", "Alice"), numbers(1_300));
}

#[test]
fn a_server_that_never_says_that_it_is_done_is_listened_to_soon() {
    let mut world = bob_is_away(&[ONE]);
    let relay = world.relay(ONE);
    (relay.endless, relay.comparing.speaks) = (true, false);
    relay.events.clear();
    world.start("Bob");
    world.pass(120_000);
    world.send("Alice", "Bob", "first");
    world.pass(20_000);
    assert_eq!(world.texts("Bob", "Alice"), ["first"]);
    world.send("Alice", "Bob", "second");
    world.pass(2_000);
    assert_eq!(world.texts("Bob", "Alice"), ["first", "second"]);
}

#[test]
fn more_than_can_overtake_waits_for_the_older_that_a_slower_server_hands_out() {
    const TWO: &str = "wss://two.example";
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE, TWO]);
    world.meet("Bob", "Alice");
    world.pass(10_000);
    world.stop("Alice");
    world.send("Bob", "Alice", "first");
    world.pass(5_000);
    // The one that compares has lost it.
    world.relay(ONE).comparing.speaks = true;
    world.relay(ONE).events.pop();
    for number in 0..1_200 {
        world.send("Bob", "Alice", &number.to_string());
    }
    world.pass(130_000);
    world.stop("Bob");
    world.relay(TWO).page = 20;
    world.relay(TWO).manners.latency_ms = 200;
    world.start("Alice");
    world.pass(120_000);
    let texts = world.texts("Alice", "Bob");
    assert_eq!((texts.len(), texts[0].as_str()), (1_201, "first"));
}
