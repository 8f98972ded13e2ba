//! What no key opens yet has room to wait, whoever else wants that room.

use crate::world::World;
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use zajil_api::{Command, UnixTime};
use zajil_core::nostr::{Event, Kind, SecretKey, Tag, UnsignedEvent};

const ONE: &str = "wss://one.example";

/// Something long that nobody can open, properly signed. The first ten fill the room to the brim.
pub fn rubbish(routing: &str, date: u64, seed: u8) -> Event {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let mut rng = ChaCha20Rng::from_seed([seed; 32]);
    let key = SecretKey::generate(&mut rng);
    let mut bytes = vec![0; if seed == 9 { 66_300 } else { 80_000 }];
    rng.fill_bytes(&mut bytes);
    let unsigned = UnsignedEvent {
        pubkey: key.public_key(),
        created_at: UnixTime(date),
        kind: Kind::GROUP_MESSAGE,
        tags: vec![Tag::new("h", [routing.to_owned()])],
        content: STANDARD.encode(bytes),
    };
    Event::sign(unsigned, &key, &mut rng).unwrap()
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Rubbish {
    Before,
    Behind,
}

/// Bob writes under a key that Alice gets only later; somebody fills the room meanwhile.
fn reads_what_waited(rubbish_comes: Rubbish) {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.relay(ONE).comparing.speaks = true;
    let link = world.invite_of("Bob");
    world.stop("Bob");
    world.command("Alice", Command::StartChat { link });
    world.pass(5_000);
    world.stop("Alice");
    let before = world.relay(ONE).events.len();
    world.start("Bob");
    world.pass(5_000);
    let is_chat = |event: &Event| event.kind == Kind::GROUP_MESSAGE;
    let new = world.relay(ONE).events.iter().skip(before).position(is_chat).unwrap();
    let commit = world.relay(ONE).events.remove(before + new);
    let routing = commit.tag_value("h").unwrap().to_owned();
    world.start("Alice");
    world.pass(10_000);
    let date = world.now.0 / 1000;
    let fill = |world: &mut World| {
        for seed in 0..20 {
            world.inject(ONE, rubbish(&routing, date, seed));
        }
    };
    if rubbish_comes == Rubbish::Before {
        fill(&mut world);
    }
    world.send("Bob", "Alice", "under the new key");
    world.pass(1_000);
    if rubbish_comes == Rubbish::Behind {
        fill(&mut world);
    }
    assert_eq!(world.texts("Alice", "Bob"), Vec::<String>::new());
    world.inject(ONE, commit);
    world.pass(10_000);
    assert_eq!(world.texts("Alice", "Bob"), ["under the new key"], "{rubbish_comes:?}");
}

#[test]
fn rubbish_does_not_keep_out_what_waits_for_its_key() {
    reads_what_waited(Rubbish::Before);
}

#[test]
fn what_rubbish_drove_out_is_searched_for_once_its_key_is_here() {
    reads_what_waited(Rubbish::Behind);
}

#[test]
fn whoever_comes_back_too_late_to_follow_is_met_anew_within_minutes() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Alice", "Bob");
    world.pass(60_000);
    world.stop("Alice");
    // Bob goes on further than anybody goes back, and the server loses all but the last of it.
    for _ in 0..7 {
        world.restart("Bob");
        world.pass(10_000);
    }
    world.send("Bob", "Alice", "where are you?");
    world.pass(10_000);
    let events = &mut world.relay(ONE).events;
    let chat = events.iter().filter(|event| event.kind == Kind::GROUP_MESSAGE).count();
    let mut older = chat - 3;
    events.retain(|event| {
        let goes = event.kind == Kind::GROUP_MESSAGE && older > 0;
        older -= usize::from(goes);
        !goes
    });
    // He has been asking about rubbish, ever more patiently.
    let h = world.relay(ONE).events.iter().find_map(|event| event.tag_value("h"));
    let h = h.unwrap().to_owned();
    let now = world.now.0 / 1000;
    world.inject(ONE, rubbish(&h, now, 1));
    world.pass(5 * 3_600_000);
    world.start("Alice");
    world.pass(900_000);
    assert_eq!(world.texts("Alice", "Bob"), ["where are you?"]);
}
