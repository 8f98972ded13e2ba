//! Servers that die for good: a chat goes on over those that are left.

use crate::world::World;
use zajil_api::{Command, MessageState, RelayUrl};

const ONE: &str = "wss://one.example";
const TWO: &str = "wss://two.example";
const HOUR: u64 = 3_600_000;

#[test]
fn a_link_leads_to_a_server_that_is_new_though_a_chat_has_two_groups_on_four_dead_ones() {
    const FOUR: [&str; 4] = [ONE, TWO, "wss://three.example", "wss://four.example"];
    const FIVE: &str = "wss://five.example";
    let mut world = World::with_accounts(&["Alice", "Bob"], &FOUR);
    world.pass(60_000);
    // Both begin in the same moment: a group each, on all four.
    let (of_alice, of_bob) = (world.invite_of("Alice"), world.invite_of("Bob"));
    FOUR.iter().for_each(|url| world.take_down(url));
    world.command("Bob", Command::StartChat { link: of_alice });
    world.command("Alice", Command::StartChat { link: of_bob });
    FOUR.iter().for_each(|url| world.bring_up(url));
    world.pass(180_000);
    world.send("Alice", "Bob", "before");
    world.pass(60_000);
    assert_eq!(world.texts("Bob", "Alice"), ["before"]);
    FOUR.iter().for_each(|url| world.take_down(url));
    world.set_up(FIVE);
    world.command("Bob", Command::AddServer { url: FIVE.to_owned() });
    world.pass(6 * HOUR);
    world.command("Bob", Command::RenewInvite);
    let link = world.invite_of("Bob");
    world.command("Alice", Command::StartChat { link });
    world.pass(300_000);
    world.send("Alice", "Bob", "there?");
    world.send("Bob", "Alice", "here");
    world.pass(60_000);
    assert_eq!(world.texts("Bob", "Alice"), ["before", "there?", "here"]);
    assert_eq!(world.texts("Alice", "Bob"), ["before", "there?", "here"]);
}

/// Alice and Bob have a group on the first server, and a later one on the second, which dies
/// for good; these start anew then.
fn the_later_group_has_no_server(start_anew: &[&'static str]) -> World {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.pass(60_000);
    world.meet("Alice", "Bob");
    world.pass(60_000);
    world.take_down(ONE);
    world.set_up(TWO);
    for who in ["Alice", "Bob"] {
        world.command(who, Command::AddServer { url: TWO.to_owned() });
        world.command(who, Command::RemoveServer { url: RelayUrl::new(ONE) });
    }
    world.pass(120_000);
    let link = world.invite_of("Bob");
    world.command("Alice", Command::StartChat { link });
    world.pass(120_000);
    world.send("Alice", "Bob", "on the second");
    world.pass(60_000);
    assert_eq!(world.texts("Bob", "Alice"), ["on the second"]);
    assert_eq!(world.states("Alice", "Bob"), [MessageState::Delivered]);
    world.bring_up(ONE);
    world.pass(600_000);
    world.take_down(TWO);
    for who in start_anew {
        world.restart(who);
    }
    world.pass(20_000);
    world
}

#[test]
fn what_is_written_where_no_server_is_left_goes_to_the_group_before() {
    let mut world = the_later_group_has_no_server(&["Alice", "Bob"]);
    world.send("Alice", "Bob", "hello");
    world.pass(300_000);
    assert_eq!(world.texts("Bob", "Alice"), ["on the second", "hello"]);
    assert_eq!(world.states("Alice", "Bob"), [MessageState::Delivered; 2]);
}

#[test]
fn what_is_written_long_after_a_start_goes_to_the_group_before() {
    let mut world = the_later_group_has_no_server(&["Alice", "Bob"]);
    world.pass(120_000);
    world.send("Alice", "Bob", "hello");
    world.pass(300_000);
    assert_eq!(world.texts("Bob", "Alice"), ["on the second", "hello"]);
}

#[test]
fn whoever_is_heard_in_the_group_before_is_answered_there() {
    // Alice goes on without a new key: all that Bob hears of her is the message.
    let mut world = the_later_group_has_no_server(&["Bob"]);
    world.send("Alice", "Bob", "hello");
    world.pass(120_000);
    assert_eq!(world.texts("Bob", "Alice"), ["on the second", "hello"]);
    world.send("Bob", "Alice", "I hear you");
    world.pass(20_000);
    assert_eq!(world.texts("Alice", "Bob"), ["on the second", "hello", "I hear you"]);
    assert_eq!(world.states("Alice", "Bob"), [MessageState::Delivered; 2]);
}

#[test]
fn whoever_renews_their_key_in_the_group_before_is_written_to_there() {
    let mut world = the_later_group_has_no_server(&["Alice", "Bob"]);
    world.send("Alice", "Bob", "hello");
    // Her device dies when her new key is out, and before the message is.
    let before = world.relay(ONE).events.len();
    world.relay(ONE).manners.latency_ms = 200;
    for _ in 0..4_000 {
        if world.relay(ONE).events.len() == before {
            world.pass(50);
        }
    }
    world.stop("Alice");
    world.relay(ONE).manners.latency_ms = 0;
    world.pass(1_000);
    let there = world.relay(ONE).events.len() - before;
    assert_eq!(there, 1 + 3, "and his key, name, and sign of life");
    world.send("Bob", "Alice", "I hear you");
    world.pass(20_000);
    assert_eq!(world.texts("Bob", "Alice"), ["on the second", "I hear you"]);
    assert_eq!(world.states("Bob", "Alice"), [MessageState::Sent { on: 1, of: 1 }]);
    world.start("Alice");
    world.pass(60_000);
    assert_eq!(world.texts("Alice", "Bob"), ["on the second", "hello", "I hear you"]);
}

#[test]
fn whoever_looks_for_the_other_after_an_outage_does_not_lead_back_to_the_servers_of_before() {
    let mut world = the_later_group_has_no_server(&[]);
    world.bring_up(TWO);
    world.pass(120_000);
    for url in [ONE, TWO] {
        world.take_down(url);
    }
    world.send("Alice", "Bob", "hello");
    world.pass(120_000);
    for url in [TWO, ONE] {
        world.bring_up(url);
        world.pass(60_000);
    }
    assert_eq!(world.texts("Bob", "Alice"), ["on the second", "hello"]);
    let before = world.relay(ONE).events.len();
    world.send("Alice", "Bob", "are we there still?");
    world.send("Bob", "Alice", "we are");
    world.pass(60_000);
    assert_eq!(world.texts("Alice", "Bob").len(), 4);
    assert_eq!(world.states("Bob", "Alice"), [MessageState::Delivered]);
    assert_eq!(world.relay(ONE).events.len(), before);
}
