//! What others need to reach us is on our servers, or comes back there.

use crate::world::World;
use zajil_api::{Command, RelayUrl, Stage};
use zajil_core::nostr::{Event, Kind, RelayMessage};
use zajil_core::store::Table;

const ONE: &str = "wss://one.example";
const TWO: &str = "wss://two.example";

fn has_key_package(world: &mut World, url: &str) -> bool {
    world.relay(url).events.iter().any(|event| event.kind == Kind::KEY_PACKAGE)
}

#[test]
fn servers_that_forgot_us_learn_again_how_we_are_reached() {
    let mut world = World::with_accounts(&["Alice"], &[ONE, TWO]);
    world.pass(60_000);
    for url in [ONE, TWO] {
        world.take_down(url);
        world.relay(url).events.clear();
        world.bring_up(url);
    }
    world.pass(120_000);
    assert!(has_key_package(&mut world, ONE) && has_key_package(&mut world, TWO));
    // What was made anew is not made anew once more.
    let before = world.relay(ONE).events.len();
    world.take_down(ONE);
    world.bring_up(ONE);
    world.pass(120_000);
    assert_eq!(world.relay(ONE).events.len(), before);
}

#[test]
fn one_server_that_forgot_is_enough_to_notice() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE, TWO]);
    world.pass(60_000);
    world.take_down(ONE);
    world.relay(ONE).events.clear();
    world.bring_up(ONE);
    world.pass(120_000);
    world.take_down(TWO);
    world.meet("Bob", "Alice");
    assert_eq!(world.stage("Bob", "Alice"), Stage::Open);
}

#[test]
fn a_server_that_forgot_is_noticed_though_another_never_took_anything() {
    let mut world = World::new(&["Alice"], &[ONE, TWO]);
    world.relay(TWO).manners.hangs = true;
    world.command("Alice", Command::CreateAccount { name: "Alice".to_owned() });
    world.pass(60_000);
    assert!(has_key_package(&mut world, ONE));
    world.relay(ONE).manners.hangs = true;
    world.pass(3_600_000);
    world.relay(ONE).events.clear();
    world.relay(ONE).manners.hangs = false;
    world.pass(3_600_000);
    assert!(has_key_package(&mut world, ONE));
}

#[test]
fn a_device_that_was_put_back_is_reached_by_new_people() {
    let mut world = World::with_accounts(&["Alice", "Bob", "Carol"], &[ONE]);
    world.pass(60_000);
    let backup = world.person("Alice").disk.clone();
    world.pass(2 * 3_600_000);
    // Somebody uses the key package, so that another takes its place.
    world.meet("Bob", "Alice");
    world.pass(60_000);
    world.put_back("Alice", backup);
    world.pass(60_000);
    world.meet("Carol", "Alice");
    world.send("Carol", "Alice", "hello");
    world.pass(60_000);
    assert_eq!(world.texts("Alice", "Carol"), ["hello"]);
}

/// The key packages that somebody would find at `url`, told apart by their bytes.
fn key_packages(world: &mut World, url: &str) -> Vec<String> {
    let is_one = |event: &&Event| event.kind == Kind::KEY_PACKAGE;
    world.relay(url).events.iter().filter(is_one).map(|event| event.content.clone()).collect()
}

#[test]
fn a_server_that_forgets_us_again_and_again_gets_the_same_key_package() {
    let mut world = World::with_accounts(&["Alice"], &[ONE]);
    world.pass(60_000);
    let first = key_packages(&mut world, ONE);
    assert_eq!(first.len(), 1);
    for _ in 0..5 {
        world.take_down(ONE);
        world.relay(ONE).events.clear();
        world.bring_up(ONE);
        world.pass(900_000);
        assert_eq!(key_packages(&mut world, ONE), first);
    }
}

#[test]
fn a_server_that_forgets_us_twice_in_a_moment_learns_again_how_we_are_reached() {
    let mut world = World::with_accounts(&["Alice"], &[ONE]);
    world.pass(60_000);
    for _ in 0..2 {
        world.take_down(ONE);
        world.relay(ONE).events.clear();
        world.bring_up(ONE);
        world.pass(180_000);
    }
    assert!(!has_key_package(&mut world, ONE), "it was published a moment ago");
    world.pass(900_000);
    assert!(has_key_package(&mut world, ONE));
}

#[test]
fn a_server_that_keeps_nothing_for_a_while_learns_again_how_we_are_reached() {
    let mut world = World::new(&["Alice"], &[ONE]);
    world.relay(ONE).forgets = true;
    world.command("Alice", Command::CreateAccount { name: "Alice".to_owned() });
    world.pass(300_000);
    world.relay(ONE).forgets = false;
    world.pass(3_600_000);
    assert!(has_key_package(&mut world, ONE));
}

#[test]
fn an_account_made_while_the_clock_was_far_ahead_can_be_reached_once_it_is_right() {
    let mut world = World::new(&["Alice", "Bob"], &[ONE]);
    world.command("Bob", Command::CreateAccount { name: "Bob".to_owned() });
    world.set_clock("Alice", 200 * 86_400_000);
    world.command("Alice", Command::CreateAccount { name: "Alice".to_owned() });
    world.pass(60_000);
    world.set_clock("Alice", 0);
    world.restart("Alice");
    world.pass(60_000);
    world.meet("Bob", "Alice");
    world.pass(5_000);
    assert_eq!(world.stage("Bob", "Alice"), Stage::Open);
}

#[test]
fn what_speaks_for_the_account_waits_once_for_a_server_that_is_gone() {
    let mut world = World::with_accounts(&["Alice"], &[ONE, TWO]);
    world.take_down(TWO);
    world.pass(5_000);
    let before = world.person("Alice").rows(Table::Records);
    for _ in 0..10 {
        let url = "wss://more.example".to_owned();
        world.command("Alice", Command::AddServer { url: url.clone() });
        world.pass(5_000);
        world.command("Alice", Command::RemoveServer { url: RelayUrl::new(&url) });
        world.pass(5_000);
    }
    let grown = world.person("Alice").rows(Table::Records) - before;
    assert!(grown < 5, "{grown} rows more");
}

#[test]
fn a_server_that_never_comes_to_an_end_is_not_asked_for_ever() {
    let mut world = World::with_accounts(&["Alice"], &[ONE]);
    world.pass(60_000);
    world.take_down(ONE);
    world.relay(ONE).manners.never_ends = Some("o-");
    world.bring_up(ONE);
    world.pass(5_000);
    let asks = |world: &mut World| {
        let names = world.relay(ONE).subscriptions_of("Alice");
        names.iter().any(|name| name.starts_with("o-"))
    };
    assert!(asks(&mut world));
    world.pass(20_000);
    assert!(!asks(&mut world));
}

#[test]
fn a_server_that_says_it_has_us_and_does_not_learns_of_us_though_another_takes_nothing() {
    let mut world = World::new(&["Alice"], &[ONE, TWO]);
    world.relay(TWO).manners.hangs = true;
    world.relay(ONE).forgets = true;
    world.command("Alice", Command::CreateAccount { name: "Alice".to_owned() });
    world.pass(24 * 3_600_000);
    world.relay(ONE).forgets = false;
    world.pass(24 * 3_600_000);
    assert!(has_key_package(&mut world, ONE));
}

#[test]
fn a_question_that_another_takes_the_place_of_is_ended() {
    let mut world = World::with_accounts(&["Alice"], &[ONE]);
    world.pass(60_000);
    world.relay(ONE).manners.never_ends = Some("o-");
    world.take_down(ONE);
    world.bring_up(ONE);
    world.pass(3_000);
    // The server wants to know who asks, and then it is asked for everything once more.
    let challenge = RelayMessage::Auth { challenge: "who?".to_owned() };
    world.say(ONE, "Alice", &challenge.to_json());
    let names = world.relay(ONE).subscriptions_of("Alice");
    let asked = names.iter().filter(|name| name.starts_with("o-")).count();
    assert_eq!(asked, 1, "{names:?}");
}
