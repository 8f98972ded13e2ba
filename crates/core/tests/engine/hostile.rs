//! Peers and relays that lie, forge, flood and refuse: no panic, nothing lost, and
//! the chat goes on.

use crate::world::World;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use zajil_api::{Command, MessageState, UnixTime};
use zajil_core::nostr::{Event, Kind, RelayMessage, SecretKey, SubscriptionId, Tag, UnsignedEvent};

const ONE: &str = "wss://one.example";
const TWO: &str = "wss://two.example";

pub fn stranger(kind: Kind, tags: Vec<Tag>, content: &str, seed: u8) -> Event {
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
pub fn routing(world: &mut World) -> String {
    let events = &world.relay(ONE).events;
    let event = events.iter().find(|event| event.kind == Kind::GROUP_MESSAGE).unwrap();
    event.tag_value("h").unwrap().to_owned()
}

pub fn still_talking(world: &mut World) {
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
fn a_server_that_wants_to_be_left_in_peace_is_not_told_of_typing() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    let chat = world.meet("Alice", "Bob");
    world.send("Bob", "Alice", "there?");
    world.pass(1_000);
    world.relay(ONE).refuses = Some("rate-limited: slow down");
    world.send("Alice", "Bob", "here");
    world.run();
    let frames = world.relay(ONE).frames;
    world.command("Alice", Command::Typing { chat });
    assert_eq!(world.relay(ONE).frames, frames);
}

#[test]
fn a_damaged_copy_of_our_own_message_is_no_copy() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Alice", "Bob");
    world.pass(5_000);
    world.stop("Bob");
    world.relay(ONE).breaks_signatures = true;
    world.send("Alice", "Bob", "whole?");
    for _ in 0..2 {
        world.pass(60_000);
        assert_eq!(world.states("Alice", "Bob"), [MessageState::Sending]);
        world.restart("Alice");
    }
    world.relay(ONE).breaks_signatures = false;
    world.restart("Alice");
    world.pass(60_000);
    assert_eq!(world.states("Alice", "Bob"), [MessageState::Sent { on: 1, of: 1 }]);
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
