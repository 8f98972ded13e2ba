//! Peers and relays that lie, forge, flood and refuse: no panic, nothing lost, and
//! the chat goes on.

use crate::world::World;
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use std::collections::BTreeSet;
use zajil_api::{Command, MessageState, UnixTime, Update};
use zajil_core::nostr::{Event, Kind, RelayMessage, SecretKey, SubscriptionId, Tag, UnsignedEvent};
use zajil_core::store::Table;

const ONE: &str = "wss://one.example";
const TWO: &str = "wss://two.example";

fn stranger(kind: Kind, tags: Vec<Tag>, content: &str, seed: u8) -> Event {
    let mut rng = ChaCha20Rng::from_seed([seed; 32]);
    let key = SecretKey::generate(&mut rng);
    let unsigned = UnsignedEvent {
        pubkey: key.public_key(),
        created_at: UnixTime(1_700_000_000 + u64::from(seed)),
        kind,
        tags,
        content: content.to_owned(),
    };
    Event::sign(unsigned, &key, &mut rng).unwrap()
}

/// The routing id of the one group on this relay.
fn routing(world: &mut World) -> String {
    let events = &world.relay(ONE).events;
    let event = events.iter().find(|event| event.kind == Kind::GROUP_MESSAGE).unwrap();
    event.tag_value("h").unwrap().to_owned()
}

fn still_talking(world: &mut World) {
    let before = world.texts("Bob", "Alice").len();
    world.send("Alice", "Bob", "still here");
    world.pass(60_000);
    let texts = world.texts("Bob", "Alice");
    assert_eq!(texts.len(), before + 1);
    assert_eq!(texts.last().map(String::as_str), Some("still here"));
    assert_eq!(world.states("Alice", "Bob").last(), Some(&MessageState::Delivered));
}

#[test]
fn frames_that_are_nonsense_change_nothing() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Alice", "Bob");
    let deep = "[".repeat(100_000);
    for frame in [
        "",
        "null",
        "[]",
        "{}",
        "[\"EVENT\"]",
        "[\"EVENT\",\"groups\",{}]",
        "[\"OK\",\"zz\",true,\"\"]",
        "[\"EOSE\"]",
        "[\"CLOSED\",\"groups\",\"error: \u{202e}go away\"]",
        "[\"NOTICE\",17]",
        "\u{0}",
        &deep,
    ] {
        world.say(ONE, "Bob", frame);
    }
    world.restart("Bob");
    world.pass(1_000);
    still_talking(&mut world);
}

#[test]
fn an_event_that_is_not_what_it_claims_is_not_taken_and_does_not_hide_the_true_one() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE, TWO]);
    world.meet("Alice", "Bob");
    world.stop("Bob");
    world.send("Alice", "Bob", "the true one");
    world.pass(1_000);
    // The first relay hands out the same id with other content.
    let last = world.relay(ONE).events.iter().rposition(|e| e.kind == Kind::GROUP_MESSAGE).unwrap();
    let forged = &mut world.relay(ONE).events[last];
    forged.content = forged.content.chars().rev().collect();
    world.start("Bob");
    world.pass(10_000);
    assert_eq!(world.texts("Bob", "Alice"), ["the true one"]);
    still_talking(&mut world);
}

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

#[test]
fn gift_wraps_from_strangers_with_nothing_inside_are_dropped() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Alice", "Bob");
    let bob = world.person("Bob").account().public_key.as_str().to_owned();
    for seed in 0..20 {
        let tags = vec![Tag::new("p", [bob.clone()])];
        world.inject(ONE, stranger(Kind::GIFT_WRAP, tags, "AgAB", seed));
    }
    world.pass(1_000);
    assert_eq!(world.person("Bob").chats().len(), 1);
    still_talking(&mut world);
}

#[test]
fn a_replayed_message_is_shown_once() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE, TWO]);
    world.meet("Alice", "Bob");
    world.send("Alice", "Bob", "once");
    world.pass(1_000);
    let events = world.relay(ONE).events.clone();
    let names = world.relay(ONE).subscriptions_of("Bob");
    for event in events {
        for name in &names {
            let subscription = SubscriptionId::new(name).unwrap();
            let event = Box::new(event.clone());
            world.say(ONE, "Bob", &RelayMessage::Event { subscription, event }.to_json());
        }
        // The same MLS bytes under another event's id.
        if event.kind == Kind::GROUP_MESSAGE {
            world.inject(TWO, stranger(event.kind, event.tags.clone(), &event.content, 77));
        }
    }
    world.restart("Bob");
    world.pass(10_000);
    assert_eq!(world.texts("Bob", "Alice"), ["once"]);
}

#[test]
fn a_server_that_refuses_is_said_and_another_one_suffices() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE, TWO]);
    world.meet("Alice", "Bob");
    world.relay(ONE).refuses = Some("blocked: not you");
    world.send("Alice", "Bob", "by the other way");
    world.pass(2_000);
    assert_eq!(world.texts("Bob", "Alice"), ["by the other way"]);
    world.relay(TWO).refuses = Some("blocked: nor here");
    world.send("Alice", "Bob", "nowhere");
    world.pass(2_000);
    assert_eq!(world.states("Alice", "Bob").last(), Some(&MessageState::NotSent));
    let said = world.person("Alice").updates.iter().any(|update| {
        matches!(update, zajil_api::Update::ServerChanged(server) if server.said.as_deref() == Some("blocked: nor here"))
    });
    assert!(said);
}

#[test]
fn a_server_that_says_not_now_is_asked_again() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Alice", "Bob");
    world.relay(ONE).refuses = Some("rate-limited: slow down");
    world.send("Alice", "Bob", "patience");
    world.pass(1_000);
    assert_eq!(world.states("Alice", "Bob"), [MessageState::Sending]);
    world.relay(ONE).refuses = None;
    world.pass(30_000);
    assert_eq!(world.texts("Bob", "Alice"), ["patience"]);
}

#[test]
fn silence_is_not_success_and_the_same_event_is_sent_again() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Alice", "Bob");
    world.stop("Bob");
    world.relay(ONE).silent = true;
    let stored = world.relay(ONE).events.len();
    world.relay(ONE).forgets = true;
    world.send("Alice", "Bob", "hello?");
    world.pass(5_000);
    assert_eq!(world.states("Alice", "Bob"), [MessageState::Sending]);
    world.relay(ONE).silent = false;
    world.relay(ONE).forgets = false;
    world.pass(120_000);
    assert!(world.relay(ONE).events.len() > stored);
    world.start("Bob");
    world.pass(10_000);
    assert_eq!(world.texts("Bob", "Alice"), ["hello?"]);
}

#[test]
fn a_server_that_never_ends_its_list_does_not_hold_up_the_others() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE, TWO]);
    world.meet("Alice", "Bob");
    world.stop("Bob");
    world.send("Alice", "Bob", "one");
    world.relay(ONE).endless = true;
    world.start("Bob");
    world.pass(5_000);
    assert_eq!(world.texts("Bob", "Alice"), ["one"]);
    still_talking(&mut world);
}

/// Bob's commit reaches Alice with a broken signature from one server, before or after
/// the true one from another; `live` or in catching up.
fn commit_with_a_broken_copy(liar: &str, live: bool) {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE, TWO]);
    world.pass(1_000);
    let link = world.invite_of("Bob");
    world.stop("Bob");
    world.command("Alice", Command::StartChat { link });
    world.pass(5_000);
    let known = world.relay(ONE).events.len();
    if !live {
        world.stop("Alice");
    }
    world.relay(liar).breaks_signatures = true;
    world.start("Bob");
    world.pass(5_000);
    assert!(world.relay(ONE).events.len() > known);
    if !live {
        world.start("Alice");
    }
    world.pass(10_000);
    world.send("Bob", "Alice", "in the new epoch");
    world.pass(10_000);
    assert_eq!(world.texts("Alice", "Bob"), ["in the new epoch"], "{liar}, live: {live}");
}

#[test]
fn a_broken_signature_on_one_server_does_not_hide_the_true_event_of_another() {
    for liar in [ONE, TWO] {
        for live in [true, false] {
            commit_with_a_broken_copy(liar, live);
        }
    }
}
