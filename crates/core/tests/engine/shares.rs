//! Servers that take only short questions are asked in several, and strangers take no room
//! from the person's own chats.

use crate::world::World;
use zajil_api::{Command, Stage};
use zajil_core::nostr::Kind;

const ONE: &str = "wss://one.example";
const TWO: &str = "wss://two.example";
const OTHERS: [&str; 24] = [
    "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s",
    "t", "u", "v", "w", "x",
];
/// Long enough for a short message and for a dozen chats' ids.
const SHORT: &str = r#"{"limitation":{"max_message_length":1400}}"#;

/// Bob and many others; the first server takes only what is short.
fn many() -> World {
    let names: Vec<&'static str> = ["Bob", "Alice"].into_iter().chain(OTHERS).collect();
    let mut world = World::new(&names, &[ONE, TWO]);
    world.relay(ONE).manners.info = Some(SHORT.to_owned());
    for name in names {
        world.command(name, Command::CreateAccount { name: name.to_owned() });
    }
    world
}

/// Bob has the first server only, and knows what it takes.
fn only_short_questions(world: &mut World) {
    world.take_down(TWO);
    world.take_down(ONE);
    world.relay(ONE).longest_in = 0;
    world.bring_up(ONE);
    world.pass(120_000);
    let longest = world.relay(ONE).longest_in;
    assert!(longest <= 1400, "a frame of {longest} bytes");
}

#[test]
fn more_chats_than_fit_into_one_question_are_asked_for_in_several() {
    let mut world = many();
    for name in OTHERS {
        world.meet(name, "Bob");
    }
    only_short_questions(&mut world);
    for name in OTHERS {
        world.send(name, "Bob", "hello");
    }
    world.pass(60_000);
    for name in OTHERS {
        assert_eq!(world.texts("Bob", name), ["hello"], "{name}");
    }
    let kept = world.relay(ONE).events.iter().filter(|event| event.kind == Kind::GROUP_MESSAGE);
    assert!(kept.count() >= OTHERS.len());
}

#[test]
fn strangers_requests_are_asked_for_apart_from_ones_own_chats() {
    let mut world = many();
    world.meet("Alice", "Bob");
    let link = world.invite_of("Bob");
    world.command("Bob", Command::RenewInvite);
    for name in OTHERS {
        world.command(name, Command::StartChat { link: link.clone() });
    }
    world.pass(60_000);
    assert_eq!(world.stage("Bob", "a"), Stage::Requested);
    only_short_questions(&mut world);
    world.send("Alice", "Bob", "hello");
    for name in OTHERS {
        world.send(name, "Bob", "who are you?");
    }
    world.pass(60_000);
    assert_eq!(world.texts("Bob", "Alice"), ["hello"]);
    assert_eq!(world.texts("Bob", "t"), ["who are you?"]);
    let letters = |world: &mut World| -> String {
        let names = world.relay(ONE).subscriptions_of("Bob").into_iter();
        names.filter_map(|name| name.chars().next()).collect()
    };
    let open = letters(&mut world);
    assert!(open.contains(['g', 'n']) && open.contains(['r', 'q']), "{open}");
}
