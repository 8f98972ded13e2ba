//! Servers that complain, end what they were asked, or hand out what cannot be read: what comes
//! later is heard all the same.

use super::faults::rubbish;
use super::{ONE, alice_writes, bob_is_away, numbers};
use crate::world::World;

#[test]
fn a_server_that_did_not_hear_a_question_and_complained_is_asked_again() {
    let mut world = bob_is_away(&[ONE]);
    world.relay(ONE).comparing.speaks = false;
    world.send("Alice", "Bob", "first");
    world.pass(5_000);
    // It is asked for the chat's messages by pages, and does not say what it did not understand.
    world.relay(ONE).manners.mishears = Some("n");
    world.start("Bob");
    world.pass(120_000);
    assert_eq!(world.relay(ONE).manners.mishears, None, "it was asked once");
    world.send("Alice", "Bob", "second");
    world.pass(20_000);
    assert_eq!(world.texts("Bob", "Alice"), ["first", "second"]);
}

#[test]
fn a_page_of_what_cannot_be_read_hides_nothing() {
    let mut world = bob_is_away(&[ONE]);
    world.relay(ONE).comparing.speaks = false;
    alice_writes(&mut world, 20);
    world.stop("Alice");
    world.relay(ONE).manners.mangles = Some("AAAAAAAAAAAAAAAAAAAA");
    let now = world.now.0 / 1000;
    for number in 0..150 {
        let event = rubbish(&mut world, now + u64::from(number) / 2, number);
        world.inject(ONE, event);
    }
    world.pass(100_000);
    world.start("Bob");
    world.pass(120_000);
    assert_eq!(world.texts("Bob", "Alice"), numbers(20));
}

#[test]
fn an_older_page_is_not_asked_for_any_more_where_the_server_ended_the_feed() {
    let mut world = bob_is_away(&[ONE]);
    world.relay(ONE).comparing.speaks = false;
    alice_writes(&mut world, 150);
    world.stop("Alice");
    world.relay(ONE).slow_pages = Some("-older");
    world.start("Bob");
    world.pass(1_000);
    let older = |world: &mut World| {
        let names = world.relay(ONE).subscriptions_of("Bob").into_iter();
        names.filter_map(|name| Some(name.strip_suffix("-older")?.to_owned())).collect::<Vec<_>>()
    };
    let asked = older(&mut world);
    assert_eq!(asked.len(), 1, "{asked:?}");
    let ended = format!("[\"CLOSED\",\"{}\",\"error: shutting down\"]", asked[0]);
    world.say(ONE, "Bob", &ended);
    assert!(older(&mut world).is_empty());
    world.relay(ONE).delayed.clear();
    world.relay(ONE).slow_pages = None;
    world.pass(60_000);
    assert_eq!(world.texts("Bob", "Alice"), numbers(150));
}
