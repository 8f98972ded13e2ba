//! Servers that compare badly: everything arrives all the same.

use super::{ONE, TWO, alice_writes, bob_is_away, comes_back, forget_counts, numbers};
use crate::world::World;
use zajil_core::nostr::{Event, Kind, UnsignedEvent};

#[test]
fn a_server_that_never_answers_a_comparison_is_paged() {
    let mut world = bob_is_away(&[ONE]);
    alice_writes(&mut world, 150);
    world.relay(ONE).comparing.hangs = true;
    comes_back(&mut world);
    assert_eq!(world.texts("Bob", "Alice"), numbers(150));
}

#[test]
fn a_server_that_refuses_to_compare_is_paged() {
    for words in ["error: no", "blocked: not for you", "PROTOCOL-ERROR", ""] {
        let mut world = bob_is_away(&[ONE]);
        alice_writes(&mut world, 150);
        world.relay(ONE).comparing.errs = Some(words);
        comes_back(&mut world);
        assert_eq!(world.texts("Bob", "Alice"), numbers(150), "{words}");
    }
}

#[test]
fn a_question_that_is_too_big_is_asked_in_parts() {
    let mut world = bob_is_away(&[ONE]);
    for text in numbers(300) {
        world.send("Alice", "Bob", &text);
        world.pass(60_000);
    }
    world.relay(ONE).comparing.at_most = Some(40);
    comes_back(&mut world);
    assert_eq!(world.texts("Bob", "Alice"), numbers(300));
    let relay = world.relay(ONE);
    assert!(relay.comparing.opened > 5);
    assert!(relay.subscriptions_of("Bob").iter().all(|name| !name.ends_with("-older")));
}

#[test]
fn a_server_that_compares_and_wants_to_know_who_asks_hands_out_everything() {
    let mut world = bob_is_away(&[ONE]);
    alice_writes(&mut world, 150);
    world.relay(ONE).wants_proof = true;
    comes_back(&mut world);
    assert_eq!(world.texts("Bob", "Alice"), numbers(150));
}

#[test]
fn a_server_that_wants_to_be_asked_less_is_not_asked_on_and_hands_out_everything_in_time() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.relay(ONE).comparing.speaks = true;
    world.meet("Bob", "Alice");
    alice_writes(&mut world, 200);
    world.stop("Bob");
    let theirs = numbers(400).split_off(200);
    for text in &theirs {
        world.send("Alice", "Bob", text);
        world.pass(200);
    }
    forget_counts(&mut world, &[ONE]);
    world.relay(ONE).comparing.complains = true;
    world.start("Bob");
    world.pass(2_500);
    let comparing = &mut world.relay(ONE).comparing;
    assert!(comparing.opened > 0);
    assert_eq!(comparing.messages, comparing.opened, "a first word each, and no second");
    comparing.complains = false;
    world.pass(60_000);
    assert_eq!(world.texts("Bob", "Alice").split_off(200), theirs);
    assert!(world.relay(ONE).comparing.messages > world.relay(ONE).comparing.opened);
}

#[test]
fn what_one_server_announces_and_does_not_hand_out_comes_from_another() {
    for answers in [0, 2] {
        let mut world = bob_is_away(&[ONE, TWO]);
        alice_writes(&mut world, 500);
        world.relay(ONE).answers_ids = answers;
        comes_back(&mut world);
        assert_eq!(world.texts("Bob", "Alice"), numbers(500));
    }
}

#[test]
fn what_one_server_hands_out_damaged_comes_whole_from_another() {
    let mut world = bob_is_away(&[ONE, TWO]);
    alice_writes(&mut world, 150);
    world.relay(ONE).garbles = true;
    comes_back(&mut world);
    assert_eq!(world.texts("Bob", "Alice"), numbers(150));
}

/// An event in the chat of Alice and Bob that nobody of them wrote.
pub fn rubbish(world: &mut World, at: u64, number: u8) -> Event {
    use rand_core::SeedableRng;
    let mut rng = rand_chacha::ChaCha20Rng::from_seed([number; 32]);
    let key = zajil_core::nostr::SecretKey::generate(&mut rng);
    let mut events = world.relay(ONE).events.iter().rev();
    let last = events.find(|event| event.kind == Kind::GROUP_MESSAGE).expect("a chat").clone();
    let unsigned = UnsignedEvent {
        pubkey: key.public_key(),
        created_at: zajil_api::UnixTime(at),
        kind: Kind::GROUP_MESSAGE,
        tags: last.tags,
        content: "A".repeat(100),
    };
    Event::sign(unsigned, &key, &mut rng).expect("signed")
}

#[test]
fn what_a_server_announces_and_nobody_has_keeps_nobody_waiting() {
    let mut world = bob_is_away(&[ONE]);
    alice_writes(&mut world, 150);
    let at = world.now.0 / 1000;
    let invented: Vec<Event> = (0..250).map(|number| rubbish(&mut world, at, number)).collect();
    world.relay(ONE).comparing.invents = invented;
    comes_back(&mut world);
    assert_eq!(world.texts("Bob", "Alice"), numbers(150));
    world.send("Alice", "Bob", "live");
    world.pass(1_000);
    assert_eq!(world.texts("Bob", "Alice").last().map(String::as_str), Some("live"));
}

#[test]
fn no_amount_of_rubbish_in_the_second_of_a_message_hides_it() {
    let mut world = bob_is_away(&[ONE]);
    world.send("Alice", "Bob", "hello");
    world.pass(5_000);
    world.stop("Alice");
    let mut events = world.relay(ONE).events.iter().rev();
    let at = events.find(|event| event.kind == Kind::GROUP_MESSAGE).expect("sent").created_at.0;
    for number in 0..250 {
        let event = rubbish(&mut world, at, number);
        world.inject(ONE, event);
    }
    comes_back(&mut world);
    assert_eq!(world.texts("Bob", "Alice"), ["hello"]);
}
