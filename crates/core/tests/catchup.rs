//! Catching up with servers that compare what they have with what we have (NIP-77).

mod world;

use world::World;
use zajil_api::{CatchUp, Command, Update};
use zajil_core::nostr::{Event, Kind, UnsignedEvent};
use zajil_core::store::Table;

const FIVE: [&str; 5] = [
    "wss://one.example",
    "wss://two.example",
    "wss://three.example",
    "wss://four.example",
    "wss://five.example",
];
const ONE: &str = FIVE[0];
const TWO: &str = FIVE[1];
const DAY: u64 = 86_400_000;

fn numbers(count: usize) -> Vec<String> {
    (0..count).map(|number| number.to_string()).collect()
}

/// Alice and Bob know each other, over relays that compare; Bob has caught up and left.
fn bob_is_away(relays: &[&str]) -> World {
    let mut world = World::with_accounts(&["Alice", "Bob"], relays);
    for url in relays {
        world.relay(url).comparing.speaks = true;
    }
    world.meet("Bob", "Alice");
    world.restart("Bob");
    world.pass(60_000);
    world.stop("Bob");
    world
}

fn alice_writes(world: &mut World, count: usize) {
    for text in numbers(count) {
        world.send("Alice", "Bob", &text);
        world.pass(200);
    }
    world.pass(60_000);
}

fn forget_counts(world: &mut World, relays: &[&str]) {
    for url in relays {
        let relay = world.relay(url);
        (relay.bytes_in, relay.bytes_out, relay.handed_out) = (0, 0, 0);
        (relay.comparing.opened, relay.comparing.messages, relay.comparing.bytes) = (0, 0, 0);
    }
}

fn comes_back(world: &mut World) {
    world.start("Bob");
    world.pass(120_000);
}

#[test]
fn what_waits_is_found_by_comparing_and_read_in_order() {
    let mut world = bob_is_away(&[ONE]);
    alice_writes(&mut world, 700);
    comes_back(&mut world);
    assert_eq!(world.texts("Bob", "Alice"), numbers(700));
    let relay = world.relay(ONE);
    assert!(relay.comparing.messages > 0);
    assert_eq!(relay.open_comparisons(), 0);
    let left: Vec<String> = relay.subscriptions_of("Bob");
    assert!(left.iter().all(|name| !name.starts_with('f')), "{left:?}");
}

/// Bodies handed out, and bytes of comparing, to fetch a thousand messages.
fn cost(relays: &[&str]) -> (usize, usize) {
    let mut world = bob_is_away(relays);
    alice_writes(&mut world, 1_000);
    world.stop("Alice");
    forget_counts(&mut world, relays);
    world.start("Bob");
    world.pass(20_000);
    assert_eq!(world.texts("Bob", "Alice"), numbers(1_000));
    let of = |relay: &mut world::SimRelay| (relay.handed_out, relay.comparing.bytes);
    let all: Vec<(usize, usize)> = relays.iter().map(|url| of(world.relay(url))).collect();
    (all.iter().map(|(events, _)| events).sum(), all.iter().map(|(_, bytes)| bytes).sum())
}

#[test]
fn five_servers_cost_little_more_than_one() {
    let (one, of_one) = cost(&[ONE]);
    let (five, of_five) = cost(&FIVE);
    println!("events: {one} and {five}; bytes of comparing: {of_one} and {of_five}");
    assert!(one >= 1_000);
    assert!(five * 10 <= one * 12, "{five} events from five servers, {one} from one");
    // An id is 64 digits; naming it costs little more.
    assert!(of_five <= 5 * 1_000 * 90, "{of_five} bytes to compare with five servers");
}

#[test]
fn where_nothing_is_new_a_server_costs_one_round_and_less_than_a_kilobyte() {
    let mut world = bob_is_away(&[ONE]);
    alice_writes(&mut world, 200);
    comes_back(&mut world);
    world.pass(60_000);
    world.take_down(ONE);
    forget_counts(&mut world, &[ONE]);
    world.bring_up(ONE);
    let connects = world.connects.len();
    world.pass(180_000);
    let people = world.connects.iter().skip(connects).count();
    assert!(people >= 2, "nobody came back");
    let relay = world.relay(ONE);
    let feeds = relay.comparing.opened;
    assert!(feeds >= 2);
    assert_eq!(relay.comparing.messages, feeds, "one round each");
    assert_eq!(relay.handed_out, 0);
    let bytes = relay.bytes_in + relay.bytes_out;
    println!("{feeds} feeds, {bytes} bytes");
    assert!(bytes <= 1024 * feeds, "{bytes} bytes for {feeds} feeds");
}

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
fn rubbish(world: &mut World, at: u64, number: u8) -> Event {
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

#[test]
fn a_device_that_dies_while_it_catches_up_does_not_fetch_again_what_it_kept() {
    let mut world = bob_is_away(&[ONE]);
    alice_writes(&mut world, 1_000);
    world.stop("Alice");
    forget_counts(&mut world, &[ONE]);
    // The server stops answering in the middle, and then the device dies.
    world.relay(ONE).answers_ids = 6;
    world.start("Bob");
    world.pass(5_000);
    let kept = world.person("Bob").rows(Table::Messages);
    assert!(kept >= 400, "{kept} messages were kept");
    world.stop("Bob");
    world.relay(ONE).answers_ids = usize::MAX;
    comes_back(&mut world);
    assert_eq!(world.texts("Bob", "Alice"), numbers(1_000));
    let handed_out = world.relay(ONE).handed_out;
    println!("{handed_out} events handed out");
    assert!(handed_out <= 1_000 + 450, "{handed_out} events handed out for a thousand");
}

#[test]
fn a_device_may_die_at_any_moment_of_catching_up() {
    for outputs in (1..120).step_by(7) {
        let mut world = bob_is_away(&[ONE, TWO]);
        alice_writes(&mut world, 120);
        world.crash = Some(("Bob", outputs));
        comes_back(&mut world);
        assert_eq!(world.texts("Bob", "Alice"), numbers(120), "died after {outputs} outputs");
    }
}

#[test]
fn people_are_told_how_far_it_has_come_a_few_times_and_at_the_end() {
    let mut world = bob_is_away(&[ONE]);
    alice_writes(&mut world, 600);
    comes_back(&mut world);
    let told: Vec<CatchUp> = (world.person("Bob").updates.iter())
        .filter_map(|update| match update {
            Update::CatchUpChanged(view) => Some(*view),
            _ => None,
        })
        .collect();
    assert_eq!(told.last(), Some(&CatchUp::Done));
    let running = |view: &&CatchUp| matches!(view, CatchUp::Running { .. });
    assert!((1..10).contains(&told.iter().filter(running).count()), "{told:?}");
    // Where nothing is new, nobody is told anything.
    world.restart("Bob");
    world.pass(60_000);
    let updates = &world.person("Bob").updates;
    assert!(!updates.iter().any(|update| matches!(update, Update::CatchUpChanged(_))));
}

#[test]
fn what_a_server_did_not_have_before_is_searched_for_when_it_is_missed() {
    let mut world = bob_is_away(&[ONE]);
    for text in ["one", "two", "three"] {
        world.send("Alice", "Bob", text);
        world.pass(5_000);
    }
    world.stop("Alice");
    // The server lost one, and finds it again a moment later.
    let chat = |event: &Event| event.kind == Kind::GROUP_MESSAGE;
    let at = world.relay(ONE).events.iter().rposition(chat).expect("sent") - 1;
    let lost = world.relay(ONE).events.remove(at);
    world.start("Bob");
    world.pass(3_000);
    assert_eq!(world.texts("Bob", "Alice"), ["one", "three"]);
    world.relay(ONE).events.push(lost);
    world.pass(10_000);
    assert_eq!(world.texts("Bob", "Alice"), ["one", "two", "three"]);
}

#[test]
fn a_chat_that_began_while_others_were_fetched_is_asked_for_too() {
    let mut world = World::with_accounts(&["Alice", "Bob", "Carol"], &[ONE]);
    world.relay(ONE).comparing.speaks = true;
    world.meet("Bob", "Alice");
    world.stop("Bob");
    alice_writes(&mut world, 200);
    let link = world.person("Bob").account().invite;
    world.command("Carol", Command::StartChat { link });
    world.pass(5_000);
    world.send("Carol", "Bob", "from Carol");
    world.pass(10 * DAY);
    comes_back(&mut world);
    assert_eq!(world.texts("Bob", "Alice"), numbers(200));
    assert_eq!(world.texts("Bob", "Carol"), ["from Carol"]);
}
