//! What somebody can do to us whom we never accepted: nothing much.

use crate::world::{Guest, World, key_package_of};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use zajil_api::{Command, Stage, UnixTime};
use zajil_core::nostr::{Event, Kind, SecretKey, UnsignedEvent};
use zajil_core::store::Table;

const ONE: &str = "wss://one.example";

/// Somebody founds a group with Bob's key package, as any software may, and invites him.
fn invites_bob(world: &mut World, seed: u8, nostr_group_id: [u8; 32], relays: Vec<String>) {
    let (_, key_package) = key_package_of(world, "Bob", ONE);
    let to = key_package.pubkey;
    let (_, wrap) = Guest::invites(world, seed, &key_package, to, nostr_group_id, relays, None);
    world.inject(ONE, wrap);
    world.pass(3_000);
}

#[test]
fn a_group_that_claims_anothers_routing_id_takes_none_of_its_mail() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Alice", "Bob");
    let mut events = world.relay(ONE).events.iter();
    let event = events.find(|event| event.kind == Kind::GROUP_MESSAGE).unwrap();
    let routing = hex::decode(event.tag_value("h").unwrap()).unwrap().try_into().unwrap();
    for seed in 1..=8 {
        invites_bob(&mut world, seed, routing, vec![ONE.to_owned()]);
    }
    world.send("Alice", "Bob", "still here");
    world.pass(60_000);
    assert_eq!(world.texts("Bob", "Alice"), ["still here"]);
}

#[test]
fn a_request_gets_us_to_nobodys_servers_and_changes_nothing_others_can_see() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Alice", "Bob");
    world.pass(5_000);
    world.connects.clear();
    let before = world.relay(ONE).events.len();
    for seed in 1..=4u8 {
        let relays = (0..9).map(|at| format!("wss://a{seed}{at}.elsewhere.example")).collect();
        invites_bob(&mut world, seed, [seed; 32], relays);
    }
    world.pass(60_000);
    let requests = world.person("Bob").chats();
    assert_eq!(requests.iter().filter(|chat| chat.stage == Stage::Requested).count(), 4);
    assert_eq!(world.connects, []);
    assert_eq!(world.relay(ONE).events.len(), before + 4, "only the four invitations");
}

#[test]
fn an_invitation_to_nobody_does_not_show_that_we_are_there() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.pass(2 * 3_600_000);
    // Made for Alice's device, and handed to Bob.
    let (_, of_alice) = key_package_of(&mut world, "Alice", ONE);
    let (bob, _) = key_package_of(&mut world, "Bob", ONE);
    let relays = vec![ONE.to_owned()];
    let (_, wrap) = Guest::invites(&world, 1, &of_alice, bob, [1; 32], relays, None);
    let before = world.relay(ONE).events.len();
    world.inject(ONE, wrap);
    world.pass(60_000);
    assert_eq!(world.relay(ONE).events.len(), before + 1, "only the invitation");
}

#[test]
fn a_hundred_and_one_requests_leave_the_latest_hundred() {
    let mut world = World::with_accounts(&["Bob"], &[ONE]);
    world.pass(1_000);
    for seed in 1..=101u8 {
        invites_bob(&mut world, seed, [seed; 32], vec![ONE.to_owned()]);
    }
    assert_eq!(world.person("Bob").chats().len(), 100);
    world.restart("Bob");
    world.pass(5_000);
    assert_eq!(world.person("Bob").chats().len(), 100);
}

#[test]
fn a_request_can_say_only_so_much() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    let link = world.invite_of("Alice");
    world.command("Alice", Command::RenewInvite);
    world.command("Bob", Command::StartChat { link });
    world.pass(2_000);
    for _ in 0..120 {
        world.send("Bob", "Alice", &"x".repeat(1_000));
        world.pass(300);
    }
    let rows = world.person("Alice").rows(Table::Messages);
    assert!((40..=50).contains(&rows), "{rows}");
}

#[test]
fn events_that_nobody_asked_for_leave_no_trace() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    let before = world.person("Bob").rows(Table::Seen);
    let mut rng = ChaCha20Rng::from_seed([3; 32]);
    let key = SecretKey::generate(&mut rng);
    let names = world.relay(ONE).subscriptions_of("Bob");
    assert!(!names.is_empty());
    for number in 0..200 {
        let unsigned = UnsignedEvent {
            pubkey: key.public_key(),
            created_at: UnixTime(number),
            kind: Kind(1),
            tags: vec![],
            content: "not asked for".to_owned(),
        };
        let event = Event::sign(unsigned, &key, &mut rng).unwrap().to_json();
        for name in &names {
            world.say(ONE, "Bob", &format!("[\"EVENT\",\"{name}\",{event}]"));
        }
    }
    assert_eq!(world.person("Bob").rows(Table::Seen), before);
}

/// Bob is away, Alice writes, and somebody who saw the chat's public routing id posts more
/// than a page of rubbish in front of her message.
fn reads_behind_rubbish(content: usize) -> Vec<String> {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.restart("Bob");
    world.pass(60_000);
    world.stop("Bob");
    world.send("Alice", "Bob", "hello");
    world.pass(4 * 86_400_000);
    let mut events = world.relay(ONE).events.iter().rev();
    let last = events.find(|event| event.kind == Kind::GROUP_MESSAGE).unwrap().clone();
    let mut rng = ChaCha20Rng::from_seed([9; 32]);
    let key = SecretKey::generate(&mut rng);
    for number in 0..150 {
        let unsigned = UnsignedEvent {
            pubkey: key.public_key(),
            created_at: UnixTime(last.created_at.0 + 100 + number),
            kind: Kind::GROUP_MESSAGE,
            tags: last.tags.clone(),
            content: "A".repeat(content),
        };
        world.inject(ONE, Event::sign(unsigned, &key, &mut rng).unwrap());
    }
    world.start("Bob");
    world.pass(60_000);
    world.texts("Bob", "Alice")
}

#[test]
fn a_page_of_rubbish_hides_nothing_behind_it() {
    assert_eq!(reads_behind_rubbish(100), ["hello"]);
}

#[test]
fn a_page_of_what_is_too_long_hides_nothing_behind_it() {
    assert_eq!(reads_behind_rubbish(140_000), ["hello"]);
}
