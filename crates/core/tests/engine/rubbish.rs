//! What anybody can post to a chat's routing id costs little and shows nothing false.

use crate::hostile::{routing, still_talking, stranger};
use crate::world::World;
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use std::collections::BTreeSet;
use zajil_api::{Command, Update};
use zajil_core::nostr::{Event, Kind, Tag};
use zajil_core::store::Table;

const ONE: &str = "wss://one.example";

#[test]
fn rubbish_for_a_chats_routing_id_is_bounded_and_harmless() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Alice", "Bob");
    let h = routing(&mut world);
    let mut rng = ChaCha20Rng::from_seed([9; 32]);
    for seed in 0..=255 {
        let mut bytes = vec![0; 60 + usize::from(seed)];
        rng.fill_bytes(&mut bytes);
        use base64::{Engine, engine::general_purpose::STANDARD};
        for content in [STANDARD.encode(&bytes), "not base64".to_owned(), String::new()] {
            world.inject(
                ONE,
                stranger(Kind::GROUP_MESSAGE, vec![Tag::new("h", [h.clone()])], &content, seed),
            );
        }
    }
    for _ in 0..2 {
        still_talking(&mut world);
        world.restart("Bob");
        world.pass(10_000);
    }
    assert_eq!(world.texts("Bob", "Alice").len(), 2);
    // 500 useless ones are remembered in each of two starts, 256 wait for a key until Alice
    // says that they are not hers.
    assert!(world.person("Bob").rows(Table::Seen) < 1_500);
    world.pass(1_200_000);
    assert!(world.chat_of("Bob", "Alice").gaps.is_empty());
    assert_eq!(routings(&mut world), [h], "and nobody needs another group");
}

#[test]
fn what_the_other_says_is_not_theirs_is_forgotten_too() {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Alice", "Bob");
    world.pass(60_000);
    let h = routing(&mut world);
    let before = world.person("Bob").rows(Table::Seen);
    let mut rng = ChaCha20Rng::from_seed([9; 32]);
    for _ in 0..5 {
        for seed in 0..200 {
            let mut bytes = [0; 60];
            rng.fill_bytes(&mut bytes);
            let tags = vec![Tag::new("h", [h.clone()])];
            let content = STANDARD.encode(bytes);
            world.inject(ONE, stranger(Kind::GROUP_MESSAGE, tags, &content, seed));
        }
        world.pass(1_200_000);
    }
    assert!(world.chat_of("Bob", "Alice").gaps.is_empty());
    // The latest 500, and what Alice and Bob said.
    let seen = world.person("Bob").rows(Table::Seen) - before;
    assert!(seen < 600, "{seen}");
}

/// The routing ids that anything was written under.
fn routings(world: &mut World) -> Vec<String> {
    let all = world.relay(ONE).events.iter().filter(|event| event.kind == Kind::GROUP_MESSAGE);
    let all: BTreeSet<&str> = all.filter_map(|event| event.tag_value("h")).collect();
    all.into_iter().map(str::to_owned).collect()
}

#[test]
fn what_nobody_wrote_closes_with_the_others_word_and_founds_one_group_at_most() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Alice", "Bob");
    world.pass(60_000);
    let h = routing(&mut world);
    world.stop("Alice");
    for seed in 0..12 {
        let tags = vec![Tag::new("h", [h.clone()])];
        let content = "QUJD".repeat(30);
        world.inject(ONE, stranger(Kind::GROUP_MESSAGE, tags, &content, 100 + seed));
        world.pass(200_000);
        world.restart("Bob");
        world.pass(30_000);
    }
    // Nobody can tell him yet.
    assert!(!world.chat_of("Bob", "Alice").gaps.is_empty());
    assert!(routings(&mut world).len() <= 2);
    world.start("Alice");
    world.pass(700_000);
    assert!(world.chat_of("Bob", "Alice").gaps.is_empty());
}

#[test]
fn our_own_words_in_a_strangers_event_are_no_copy_of_us() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Alice", "Bob");
    world.pass(5_000);
    for number in 0..10 {
        world.send("Bob", "Alice", &format!("message {number}"));
        world.pass(5_000);
        let last = world.relay(ONE).events.iter().rev();
        let recent: Vec<Event> =
            last.filter(|event| event.kind == Kind::GROUP_MESSAGE).take(3).cloned().collect();
        for (at, event) in (0..).zip(&recent) {
            let seed = number * 3 + at;
            let again = stranger(Kind::GROUP_MESSAGE, event.tags.clone(), &event.content, seed);
            world.inject(ONE, again);
        }
        world.restart("Bob");
        world.pass(20_000);
    }
    let shown = world.texts("Alice", "Bob");
    assert_eq!(shown.len(), 10);
    let added = world.person("Alice").updates.iter();
    let added = added.filter(|update| matches!(update, Update::MessageAdded { .. })).count();
    assert_eq!(added, 10, "each is shown once");
    // With his name he tells how far he counts: once for each run.
    world.stop("Alice");
    let before = world.relay(ONE).events.len();
    world.command("Bob", Command::Rename { name: "Robert".to_owned() });
    world.pass(5_000);
    assert_eq!(world.relay(ONE).events.len() - before, 2, "the name and one count");
}
