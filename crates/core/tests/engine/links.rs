//! Connections that die silently, networks that come and go, clocks that are set back,
//! servers that are slow or hang: none holds up a message for long.

use crate::world::World;
use zajil_api::{Advice, Command, Failure, LinkState, MessageState, RelayUrl, Server, Update};
use zajil_core::engine::{Input, Network, Timestamp};

const ONE: &str = "wss://one.example";
const TWO: &str = "wss://two.example";
const HOUR: u64 = 3_600_000;

/// Alice and Bob know each other and are both there.
fn pair(relays: &[&str]) -> World {
    let mut world = World::with_accounts(&["Alice", "Bob"], relays);
    world.meet("Bob", "Alice");
    world
}

/// How `who`'s Servers page shows it.
fn server(world: &mut World, who: &'static str, url: &str) -> Server {
    let updates = world.command(who, Command::Attach);
    let snapshot = updates.into_iter().find_map(|update| match update {
        Update::Attached { snapshot, .. } => Some(snapshot),
        _ => None,
    });
    snapshot.unwrap().servers.into_iter().find(|server| server.url.as_str() == url).unwrap()
}

fn connects(world: &World, who: &str) -> usize {
    world.connects.iter().filter(|(other, _)| *other == who).count()
}

#[test]
fn a_socket_that_died_silently_is_noticed_by_what_it_does_not_answer() {
    let mut world = pair(&[ONE]);
    world.pass(10 * 60_000);
    world.relay(ONE).disconnect("Bob");
    world.send("Bob", "Alice", "are you there?");
    world.pass(9_000);
    assert!(world.texts("Alice", "Bob").is_empty());
    world.pass(3_000);
    assert_eq!(world.texts("Alice", "Bob"), ["are you there?"]);
}

#[test]
fn a_socket_that_died_silently_is_noticed_without_a_word_of_ours() {
    let mut world = pair(&[ONE]);
    world.pass(10 * 60_000);
    world.relay(ONE).disconnect("Bob");
    world.send("Alice", "Bob", "hello");
    world.pass(32_000);
    assert_eq!(world.texts("Bob", "Alice"), ["hello"]);
}

#[test]
fn while_somebody_looks_a_socket_that_died_silently_is_noticed_within_seconds() {
    let mut world = pair(&[ONE]);
    world.pass(20 * 60_000);
    world.happen("Bob", Input::Woke);
    world.pass(60_000);
    world.relay(ONE).manners.hangs = true;
    world.pass(11_000);
    assert!(matches!(server(&mut world, "Bob", ONE).link, LinkState::Offline { .. }));
}

#[test]
fn a_network_that_is_said_to_be_gone_is_believed_after_five_seconds_without_an_answer() {
    let mut world = pair(&[ONE]);
    world.relay(ONE).manners.hangs = true;
    world.happen("Bob", Input::NetworkChanged(Network::Offline));
    world.pass(5_000);
    assert!(matches!(server(&mut world, "Bob", ONE).link, LinkState::Offline { .. }));
}

#[test]
fn a_network_that_went_once_makes_nobody_slower_to_notice_it_the_next_time() {
    let mut world = pair(&[ONE]);
    world.relay(ONE).manners.hangs = true;
    world.happen("Bob", Input::NetworkChanged(Network::Offline));
    world.pass(5_000);
    world.relay(ONE).manners.hangs = false;
    world.happen("Bob", Input::NetworkChanged(Network::Online));
    world.pass(2_000);
    assert_eq!(server(&mut world, "Bob", ONE).link, LinkState::Connected);
    world.relay(ONE).manners.hangs = true;
    let before = connects(&world, "Bob");
    world.pass(13_000);
    assert!(connects(&world, "Bob") > before, "it was given up, and is tried again");
}

#[test]
fn whoever_does_not_look_asks_a_silent_server_seldom() {
    let mut world = pair(&[ONE]);
    world.pass(20 * 60_000);
    let frames = |world: &mut World| world.relay(ONE).frames;
    let before = frames(&mut world);
    world.pass(10 * 60_000);
    let unseen = frames(&mut world) - before;
    // A probe and its end, of two people, three times a minute at most.
    assert!(unseen <= 2 * 2 * 3 * 10, "{unseen} frames in ten minutes");
}

#[test]
fn a_device_that_woke_doubts_its_sockets_at_once() {
    let mut world = pair(&[ONE]);
    world.relay(ONE).disconnect("Bob");
    world.send("Alice", "Bob", "hello");
    world.happen("Bob", Input::Woke);
    world.pass(6_500);
    assert_eq!(world.texts("Bob", "Alice"), ["hello"]);
}

#[test]
fn a_live_socket_that_is_doubted_is_kept() {
    let mut world = pair(&[ONE]);
    let before = connects(&world, "Bob");
    for input in [
        Input::Woke,
        Input::NetworkChanged(Network::Offline),
        Input::NetworkChanged(Network::Online),
    ] {
        world.happen("Bob", input);
        world.pass(60_000);
    }
    assert_eq!(connects(&world, "Bob"), before);
    assert!(world.relay(ONE).subscriptions_of("Bob").iter().all(|name| !name.starts_with("p-")));
    assert_eq!(server(&mut world, "Bob", ONE).answers_in_ms, Some(0));
}

#[test]
fn without_a_network_nobody_hammers_and_with_it_again_all_connect_at_once() {
    let mut world = pair(&[ONE]);
    world.take_down(ONE);
    world.happen("Bob", Input::NetworkChanged(Network::Offline));
    let before = connects(&world, "Bob");
    world.pass(10 * 60_000);
    let tries = connects(&world, "Bob") - before;
    assert!((5..40).contains(&tries), "{tries} in ten minutes");
    world.bring_up(ONE);
    world.happen("Bob", Input::NetworkChanged(Network::Online));
    world.pass(500);
    assert_eq!(server(&mut world, "Bob", ONE).link, LinkState::Connected);
}

#[test]
fn a_clock_that_is_set_back_stops_nothing_and_a_message_bears_the_time_of_day() {
    let mut world = pair(&[ONE]);
    world.take_down(ONE);
    world.pass(60_000);
    world.now = Timestamp(world.now.0 - 5 * HOUR);
    // A host looks at the clock once a minute at least.
    world.happen("Alice", Input::TimedOut);
    world.send("Bob", "Alice", "late");
    let written = world.now.0 / 1000;
    world.bring_up(ONE);
    // Long enough for the link to count as steady.
    world.pass(240_000);
    let sent_at: Vec<u64> =
        world.messages("Alice", "Bob").iter().map(|message| message.sent_at.0).collect();
    assert_eq!(sent_at, [written]);
    let LinkState::Offline { retry_at } = ({
        world.take_down(ONE);
        server(&mut world, "Bob", ONE).link
    }) else {
        panic!("it is down");
    };
    let retry_at = retry_at.unwrap().0;
    assert!((world.now.0 / 1000..=world.now.0 / 1000 + 3).contains(&retry_at), "{retry_at}");
    world.now = Timestamp(world.now.0 + 5 * HOUR);
    world.bring_up(ONE);
    world.pass(90_000);
    world.send("Alice", "Bob", "on time");
    assert_eq!(world.texts("Bob", "Alice"), ["late", "on time"]);
}

#[test]
fn a_server_that_hangs_or_is_slow_or_refuses_holds_up_no_other() {
    const HANGS: &str = "wss://hangs.example";
    const SLOW: &str = "wss://slow.example";
    const REFUSES: &str = "wss://refuses.example";
    let mut world = pair(&[ONE, HANGS, SLOW, REFUSES]);
    world.relay(HANGS).manners.hangs = true;
    world.relay(SLOW).manners.latency_ms = 4_000;
    world.relay(REFUSES).refuses = Some("blocked: no");
    for text in ["1", "2", "3"] {
        world.send("Alice", "Bob", text);
    }
    // Without any time passing.
    assert_eq!(world.texts("Bob", "Alice"), ["1", "2", "3"]);
    world.pass(10 * 60_000);
    world.send("Bob", "Alice", "4");
    assert_eq!(world.texts("Alice", "Bob"), ["1", "2", "3", "4"]);
    let slow = server(&mut world, "Alice", SLOW).answers_in_ms.unwrap();
    assert!((3_000..=4_000).contains(&slow), "{slow} ms");
}

#[test]
fn a_server_that_hangs_is_not_hammered() {
    let mut world = pair(&[ONE, TWO]);
    world.relay(TWO).manners.hangs = true;
    let before = connects(&world, "Bob");
    world.pass(HOUR);
    let tries = connects(&world, "Bob") - before;
    assert!((2..40).contains(&tries), "{tries} in an hour");
}

#[test]
fn practising_an_outage_cuts_the_named_servers_and_chats_go_on() {
    let mut world = pair(&[ONE, TWO]);
    let servers = vec![RelayUrl::new(ONE)];
    world.command("Bob", Command::PractiseOutage { servers, seconds: 60 });
    let LinkState::Cut { until } = server(&mut world, "Bob", ONE).link else {
        panic!("it is cut");
    };
    assert_eq!(until.0, (world.now.0 + 60_000).div_ceil(1000));
    assert!(world.relay(ONE).subscriptions_of("Bob").is_empty());
    world.send("Bob", "Alice", "still here");
    world.send("Alice", "Bob", "so am I");
    assert_eq!(world.texts("Bob", "Alice"), ["still here", "so am I"]);
    world.happen("Bob", Input::NetworkChanged(Network::Online));
    world.pass(58_000);
    assert!(matches!(server(&mut world, "Bob", ONE).link, LinkState::Cut { .. }));
    world.pass(3_000);
    assert_eq!(server(&mut world, "Bob", ONE).link, LinkState::Connected);
    assert!(matches!(world.states("Bob", "Alice")[0], MessageState::Delivered));
}

#[test]
fn with_every_server_cut_what_is_written_waits_and_a_restart_ends_the_practice() {
    let mut world = pair(&[ONE, TWO]);
    let servers = vec![RelayUrl::new(ONE), RelayUrl::new(TWO)];
    world.command("Bob", Command::PractiseOutage { servers: servers.clone(), seconds: 600 });
    world.send("Bob", "Alice", "1");
    world.pass(60_000);
    assert!(world.texts("Alice", "Bob").is_empty());
    world.command("Bob", Command::EndPractice);
    world.pass(1);
    assert_eq!(world.texts("Alice", "Bob"), ["1"]);
    world.command("Bob", Command::PractiseOutage { servers, seconds: 600 });
    world.restart("Bob");
    world.pass(1);
    assert_eq!(server(&mut world, "Bob", ONE).link, LinkState::Connected);
}

#[test]
fn a_practice_that_makes_no_sense_is_refused() {
    let mut world = pair(&[ONE, TWO]);
    let known = vec![RelayUrl::new(ONE)];
    let unknown = vec![RelayUrl::new(ONE), RelayUrl::new("wss://elsewhere.example")];
    for (servers, seconds) in
        [(vec![], 60), (unknown, 60), (known.clone(), 0), (known.clone(), 601)]
    {
        let updates = world.command("Bob", Command::PractiseOutage { servers, seconds });
        let refused = |update: &Update| {
            matches!(update, Update::Refused { failure: Failure::PracticeInvalid, .. })
        };
        assert!(updates.iter().any(refused), "{updates:?}");
    }
    assert_eq!(server(&mut world, "Bob", ONE).link, LinkState::Connected);
}

#[test]
fn servers_are_known_by_what_they_did_even_after_a_restart() {
    let mut world = pair(&[ONE, TWO]);
    world.take_down(ONE);
    for hour in 0..6 {
        world.pass(HOUR);
        world.send("Bob", "Alice", &hour.to_string());
        world.pass(60_000);
    }
    let (one, two) = (server(&mut world, "Bob", ONE), server(&mut world, "Bob", TWO));
    assert!(one.score.unwrap() < 10 && two.score.unwrap() > 95, "{one:?} {two:?}");
    assert_eq!((one.advice, two.advice), (Some(Advice::OftenAway), None));
    world.restart("Bob");
    let again = server(&mut world, "Bob", ONE);
    assert!(again.score.unwrap() < 20, "{again:?}");
    assert_eq!(again.advice, Some(Advice::OftenAway));
}

#[test]
fn while_no_server_can_be_reached_none_is_blamed() {
    let mut world = pair(&[ONE, TWO]);
    world.take_down(ONE);
    world.take_down(TWO);
    world.pass(6 * HOUR);
    for url in [ONE, TWO] {
        assert_eq!(server(&mut world, "Bob", url).advice, None);
    }
}

#[test]
fn whoever_writes_does_not_wait_for_a_servers_turn() {
    let mut world = pair(&[ONE]);
    world.take_down(ONE);
    world.pass(600_000);
    world.bring_up(ONE);
    world.send("Bob", "Alice", "is anybody there?");
    world.pass(600);
    assert_eq!(server(&mut world, "Bob", ONE).link, LinkState::Connected);
}
