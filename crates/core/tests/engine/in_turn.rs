//! Invitations in turn: whoever was answered before our device was put back gets in, and whoever has
//! a link cannot do much with people who are not.

use crate::world::{Guest, World, key_package_of};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use zajil_api::{Chat, Command, Stage};
use zajil_core::nostr::Kind;

const ONE: &str = "wss://one.example";
const TWO: &str = "wss://two.example";
const DAY: u64 = 86_400_000;

#[test]
fn somebody_whose_device_was_put_back_before_they_met_invites_in_turn() {
    let mut world = World::with_accounts(&["Alice", "Bob", "Carol"], &[ONE]);
    world.pass(60_000);
    let backup = world.person("Bob").disk.clone();
    world.pass(2 * 3_600_000);
    world.meet("Carol", "Bob");
    world.pass(60_000);
    // Answered: Alice has no reason to look for another key package.
    world.meet("Alice", "Bob");
    world.pass(60_000);
    world.stop("Bob");
    world.send("Alice", "Bob", "hello");
    world.pass(60_000);
    world.put_back("Bob", backup);
    world.pass(300_000);
    assert_eq!(world.texts("Bob", "Alice"), ["hello"]);
    assert_eq!(world.chat_of("Bob", "Alice").with.name, "Alice");
    world.send("Bob", "Alice", "there you are");
    world.pass(60_000);
    assert_eq!(world.texts("Alice", "Bob"), ["hello", "there you are"]);
}

/// People whom nobody knows follow Bob's link with somebody else's key package: he cannot open it.
fn made_up_people_come(world: &mut World, seeds: std::ops::RangeInclusive<u8>) {
    let link = world.invite_of("Bob");
    let payload = BASE64URL.decode(link.rsplit('/').next().unwrap()).unwrap();
    let token = payload[35..51].try_into().unwrap();
    let (bob, _) = key_package_of(world, "Bob", ONE);
    let (_, not_bobs) = key_package_of(world, "Carol", ONE);
    for seed in seeds {
        let relays = (0..3).map(|nth| format!("wss://r{seed}-{nth}.example")).collect();
        let (_, wrap) =
            Guest::invites(world, seed, &not_bobs, bob, [seed; 32], relays, Some(token));
        world.inject(ONE, wrap);
    }
}

#[test]
fn whoever_has_a_link_cannot_keep_others_out_with_people_who_are_not() {
    let mut world = World::with_accounts(&["Alice", "Bob", "Carol"], &[ONE, TWO]);
    world.pass(60_000);
    made_up_people_come(&mut world, 1..=50);
    assert_eq!(world.person("Bob").chats().len(), 32);
    // He writes to one of them.
    let chat = world.person("Bob").chats()[7].id.clone();
    world.command("Bob", Command::SendMessage { chat: chat.clone(), text: "who?".to_owned() });
    // Whom he looks for himself he finds, on their server as well.
    world.meet("Bob", "Carol");
    world.send("Bob", "Carol", "hello");
    world.pass(60_000);
    assert_eq!(world.texts("Carol", "Bob"), ["hello"]);
    // A day later they give way to others, but for the one.
    world.pass(DAY);
    let before = world.person("Bob").chats();
    made_up_people_come(&mut world, 51..=90);
    world.pass(1_000);
    let chats = world.person("Bob").chats();
    let stayed: Vec<&Chat> =
        before.iter().filter(|old| chats.iter().any(|new| new.id == old.id)).collect();
    // Whom he writes to he does not wait for.
    assert_eq!((chats.len(), stayed.len()), (34, 2));
    assert!(stayed.iter().any(|old| old.id == chat));
    world.meet("Alice", "Bob");
    assert_eq!(world.stage("Bob", "Alice"), Stage::Open);
}

/// The same with key packages of their own, and each with servers that nobody else has.
fn people_nobody_needs_come(world: &mut World, seeds: std::ops::RangeInclusive<u8>) {
    for seed in seeds.clone() {
        let relays: Vec<String> =
            (0..8).map(|nth| format!("wss://a{seed}-{nth}.example")).collect();
        for event in Guest::publishes(world, seed, &relays) {
            world.inject(ONE, event);
        }
    }
    made_up_people_come(world, seeds);
    world.pass(60_000);
}

#[test]
fn those_invited_in_turn_are_counted_until_they_are_heard() {
    let mut world = World::with_accounts(&["Alice", "Bob", "Carol"], &[ONE]);
    world.pass(60_000);
    let backup = world.person("Bob").disk.clone();
    world.pass(2 * 3_600_000);
    world.meet("Carol", "Bob");
    world.meet("Alice", "Bob");
    world.pass(60_000);
    world.stop("Bob");
    people_nobody_needs_come(&mut world, 1..=25);
    world.put_back("Bob", backup);
    world.pass(300_000);
    let waiting = |world: &World| {
        let chats = world.person("Bob").chats();
        chats.iter().filter(|chat| !["Alice", "Carol"].contains(&chat.with.name.as_str())).count()
    };
    assert_eq!(waiting(&world), 25);
    // The two who were heard take none of the places, and who has one keeps it over a start.
    people_nobody_needs_come(&mut world, 26..=60);
    assert_eq!(waiting(&world), 32, "no more, though groups were founded with them");
    world.restart("Bob");
    world.pass(1_000);
    people_nobody_needs_come(&mut world, 61..=100);
    assert_eq!(waiting(&world), 32);
    let open = world.person("Bob").chats().into_iter().filter(|chat| chat.stage == Stage::Open);
    assert_eq!(open.count(), 34);
    world.send("Alice", "Bob", "hello");
    world.send("Carol", "Bob", "and I");
    world.pass(60_000);
    assert_eq!(world.texts("Bob", "Alice"), ["hello"]);
    assert_eq!(world.texts("Bob", "Carol"), ["and I"]);
}

#[test]
fn servers_of_people_who_are_not_are_tried_after_all_others() {
    const AWAY: &str = "wss://z.example";
    let mut world = World::with_accounts(&["Alice", "Bob", "Carol"], &[ONE]);
    for number in 0..6 {
        let url = format!("wss://y{number}.example");
        world.set_up(&url);
        world.command("Alice", Command::AddServer { url });
    }
    world.set_up(AWAY);
    world.command("Alice", Command::AddServer { url: AWAY.to_owned() });
    world.pass(60_000);
    people_nobody_needs_come(&mut world, 1..=40);
    // Her mail goes to eight servers, more than a chat has.
    let link = world.invite_of("Alice");
    world.stop("Alice");
    world.command("Bob", Command::StartChat { link });
    world.pass(60_000);
    let events = &world.relay(AWAY).events;
    assert_eq!(events.iter().filter(|event| event.kind == Kind::GIFT_WRAP).count(), 1);
}

#[test]
fn people_who_are_not_do_not_keep_out_whom_another_copy_of_us_knew() {
    let mut world = World::with_accounts(&["Alice", "Bob", "Carol"], &[ONE]);
    world.pass(60_000);
    let backup = world.person("Bob").disk.clone();
    world.pass(2 * 3_600_000);
    world.meet("Carol", "Bob");
    world.meet("Alice", "Bob");
    world.pass(60_000);
    world.stop("Bob");
    made_up_people_come(&mut world, 1..=20);
    world.put_back("Bob", backup);
    world.pass(300_000);
    world.send("Alice", "Bob", "hello");
    world.send("Carol", "Bob", "and I");
    world.pass(300_000);
    assert_eq!(world.texts("Bob", "Alice"), ["hello"]);
    assert_eq!(world.texts("Bob", "Carol"), ["and I"]);
}
