//! What somebody can cost us who asked to write, however much they write.

use crate::hostile::stranger;
use crate::world::{Guest, World, asks_bob};
use zajil_api::{ChatId, Command, Stage, UnixTime};
use zajil_core::envelope::{Count, Counts, InnerKind, ReceiptKind};
use zajil_core::nostr::{EventId, Kind};
use zajil_core::store::Table;

const ONE: &str = "wss://one.example";

/// Somebody asks Bob for a chat.
fn asked() -> (World, Guest) {
    let mut world = World::with_accounts(&["Bob"], &[ONE]);
    world.pass(5_000);
    let guest = asks_bob(&mut world, ONE, 1);
    (world, guest)
}

/// Bob declines what somebody had much to say about.
fn decline(world: &mut World, mut guest: Guest) {
    for number in 1..=100 {
        write(world, &mut guest, &message(number));
    }
    world.pass(5_000);
    world.command("Bob", Command::DeclineRequest { chat: request(world) });
    world.pass(5_000);
}

fn request(world: &World) -> ChatId {
    world.person("Bob").chats()[0].id.clone()
}

fn rows(world: &World) -> Vec<usize> {
    Table::ALL.into_iter().map(|table| world.person("Bob").rows(table)).collect()
}

fn now(world: &World) -> UnixTime {
    UnixTime(world.now.0 / 1000)
}

fn message(number: u64) -> InnerKind {
    let count = Count { run: 3, number };
    InnerKind::Chat { text: format!("{number}"), count, clock: number }
}

fn write(world: &mut World, guest: &mut Guest, kind: &InnerKind) {
    let event = guest.says(now(world), kind);
    world.inject(ONE, event);
}

#[test]
fn a_request_costs_no_more_however_much_of_whatever_kind_is_written() {
    let (kind, last) = (ReceiptKind::Delivered, Count::default());
    let of = || vec![EventId::from_bytes([9; 32])];
    let sorts: [fn(u64) -> InnerKind; 4] = [
        |_| InnerKind::Typing,
        |number| {
            let kind = Kind(u16::try_from(5_000 + number).unwrap());
            InnerKind::Unknown { kind, count: Count { run: 3, number } }
        },
        message,
        // The same message, encrypted anew.
        |_| message(1),
    ];
    let receipt = |_| InnerKind::Receipt { kind, of: of(), last, heard: None };
    let again = |_| InnerKind::Again(Vec::new());
    for sort in 0..7 {
        let (mut world, mut guest) = asked();
        let started_at = now(&world);
        let mut measured = Vec::new();
        for number in 1..=400 {
            let said = match sort {
                4 => receipt(number),
                5 => again(number),
                6 => InnerKind::Typing,
                sort => sorts[sort](number),
            };
            let event = match sort {
                6 => guest.says_words(started_at, "what is not even a message"),
                _ => guest.says(started_at, &said),
            };
            world.inject(ONE, event);
            if number == 100 || number == 400 {
                world.pass(1_000);
                measured.push((rows(&world), world.person("Bob").saved));
            }
        }
        assert_eq!(measured[0].0, measured[1].0, "rows, sort {sort}");
        let written = measured[1].1 - measured[0].1;
        assert!(written < 2_000, "{written} bytes, sort {sort}");
        // Nor is what it said fetched again and again.
        world.restart("Bob");
        world.pass(60_000);
        assert_eq!(world.relay(ONE).subscriptions_of("Bob").len(), 1, "gift wraps");
    }
}

#[test]
fn a_request_that_said_too_much_is_read_to_its_end_once_it_is_accepted() {
    for restarts in [false, true] {
        let (mut world, mut guest) = asked();
        for number in 1..=300 {
            write(&mut world, &mut guest, &message(number));
            world.pass(1_000);
        }
        if restarts {
            world.restart("Bob");
            world.pass(5_000);
        }
        let before = world.relay(ONE).events.len();
        // What is stored is handed out late.
        world.relay(ONE).slow_pages = Some("n");
        world.command("Bob", Command::AcceptRequest { chat: request(&world) });
        world.pass(5_000);
        let written = |world: &mut World| {
            let new = &world.relay(ONE).events[before..];
            new.iter().filter(|event| event.kind == Kind::GROUP_MESSAGE).count()
        };
        assert_eq!(written(&mut world), 0, "nothing is written in a state of long ago");
        world.release(ONE);
        world.pass(20_000);
        assert!(written(&mut world) > 0);
        assert_eq!(world.person("Bob").chats()[0].stage, Stage::Open);
        let shown = world.texts("Bob", "");
        assert_eq!(shown, (1..=300).map(|number| number.to_string()).collect::<Vec<_>>());
    }
}

#[test]
fn a_declined_request_leaves_its_invitation_and_whose_it_was() {
    let (mut world, guest) = asked();
    decline(&mut world, guest);
    let before = rows(&world);
    let another = asks_bob(&mut world, ONE, 2);
    decline(&mut world, another);
    let left: Vec<usize> = rows(&world).iter().zip(&before).map(|(now, then)| now - then).collect();
    let of = |table| left[Table::ALL.into_iter().position(|other| other == table).unwrap()];
    assert_eq!((of(Table::Messages), of(Table::Seen), of(Table::Records)), (0, 1, 1));
}

#[test]
fn whoever_was_declined_may_ask_once_more_with_a_link_that_was_given_since() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    let earlier = world.invite_of("Alice");
    world.command("Alice", Command::RenewInvite);
    let opens = |world: &mut World, link: String| {
        world.command("Bob", Command::StartChat { link });
        world.pass(60_000);
    };
    let stages = |world: &World| -> Vec<Stage> {
        world.person("Alice").chats().iter().map(|chat| chat.stage).collect()
    };
    opens(&mut world, earlier.clone());
    world.send("Bob", "Alice", "with the earlier link");
    world.pass(5_000);
    assert_eq!(stages(&world), [Stage::Requested]);
    let chat = world.person("Alice").chats()[0].id.clone();
    world.command("Alice", Command::DeclineRequest { chat });
    opens(&mut world, earlier);
    assert_eq!(stages(&world), [], "declined is declined");
    let link = world.invite_of("Alice");
    opens(&mut world, link);
    assert_eq!(stages(&world), [Stage::Requested], "and not let in without a question");
    world.restart("Alice");
    world.pass(5_000);
    let chat = world.person("Alice").chats()[0].id.clone();
    world.command("Alice", Command::AcceptRequest { chat });
    world.pass(60_000);
    world.send("Alice", "Bob", "there you are");
    world.pass(60_000);
    assert_eq!(world.texts("Bob", "Alice"), ["with the earlier link", "there you are"]);
    assert_eq!(world.texts("Alice", "Bob"), ["with the earlier link", "there you are"]);
}

#[test]
fn made_up_numbers_have_no_chat_looked_through() {
    let (mut world, mut guest) = asked();
    world.command("Bob", Command::AcceptRequest { chat: request(&world) });
    world.pass(5_000);
    let before = world.loads;
    for nth in 1..=20 {
        let of = vec![Counts { run: 77, first: nth * 100, last: nth * 100 + 99 }];
        write(&mut world, &mut guest, &InnerKind::Again(of));
        world.pass(6_000);
    }
    assert_eq!(world.loads, before);
}

#[test]
fn what_no_key_opens_counts_for_a_request_like_all_else() {
    let (mut world, mut guest) = asked();
    write(&mut world, &mut guest, &message(1));
    let tags = world.relay(ONE).events.last().unwrap().tags.clone();
    for seed in 0..60 {
        let sealed = "A".repeat(100);
        world.inject(ONE, stranger(Kind::GROUP_MESSAGE, tags.clone(), &sealed, seed));
    }
    world.pass(5_000);
    assert_eq!(world.relay(ONE).subscriptions_of("Bob").len(), 1, "gift wraps");
    world.restart("Bob");
    world.pass(60_000);
    assert_eq!(world.relay(ONE).subscriptions_of("Bob").len(), 1, "gift wraps");
}

#[test]
fn a_request_that_is_still_fetched_keeps_nobody_else_from_writing() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.relay(ONE).comparing.speaks = true;
    world.meet("Bob", "Alice");
    world.pass(5_000);
    let mut guest = asks_bob(&mut world, ONE, 1);
    world.restart("Bob");
    world.pass(60_000);
    world.stop("Bob");
    for number in 1..=5 {
        write(&mut world, &mut guest, &message(number));
    }
    // What the server names of them it does not hand out.
    world.relay(ONE).answers_ids = 0;
    world.start("Bob");
    world.send("Bob", "Alice", "hello");
    world.pass(15_000);
    assert_eq!(world.texts("Alice", "Bob"), ["hello"]);
}
