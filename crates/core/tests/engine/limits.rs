//! What servers say they do not take is not sent to them (NIP-11).

use crate::world::World;
use zajil_api::{Command, MessageState};
use zajil_core::nostr::{Event, Kind};

const ONE: &str = "wss://one.example";
const TWO: &str = "wss://two.example";

/// Alice and Bob know each other; the first server has said this of itself.
fn pair(limitation: &str) -> World {
    let mut world = World::new(&["Alice", "Bob"], &[ONE, TWO]);
    world.relay(ONE).manners.info = Some(format!("{{\"limitation\":{{{limitation}}}}}"));
    for name in ["Alice", "Bob"] {
        world.command(name, Command::CreateAccount { name: name.to_owned() });
    }
    world.meet("Bob", "Alice");
    world.pass(5_000);
    world
}

fn messages(world: &mut World, url: &str) -> Vec<Event> {
    let events = world.relay(url).events.iter();
    events.filter(|event| event.kind == Kind::GROUP_MESSAGE).cloned().collect()
}

#[test]
fn content_that_is_too_long_for_a_server_goes_to_the_others() {
    let mut world = pair(r#""max_content_length":4000"#);
    let before = (messages(&mut world, ONE).len(), messages(&mut world, TWO).len());
    world.stop("Alice");
    world.send("Bob", "Alice", &"long ".repeat(1_500));
    world.pass(5_000);
    assert_eq!(messages(&mut world, ONE).len(), before.0);
    assert_eq!(messages(&mut world, TWO).len(), before.1 + 1);
    assert_eq!(world.states("Bob", "Alice"), [MessageState::Sent { on: 1, of: 2 }]);
    assert!(world.server("Bob", ONE).said.unwrap().contains("length"));
}

#[test]
fn what_stands_behind_much_that_is_too_long_for_a_server_leaves_at_once() {
    let mut world = pair(r#""max_content_length":4000"#);
    world.take_down(TWO);
    world.take_down(ONE);
    for _ in 0..60 {
        world.send("Bob", "Alice", &"long ".repeat(1_500));
    }
    world.send("Bob", "Alice", "short");
    world.pass(5_000);
    world.bring_up(ONE);
    world.pass(60_000);
    assert_eq!(world.texts("Alice", "Bob"), ["short"]);
}

#[test]
fn an_event_that_a_server_would_find_too_old_is_made_anew_for_it() {
    let mut world = pair(r#""created_at_lower_limit":3600"#);
    world.stop("Alice");
    world.take_down(ONE);
    world.send("Bob", "Alice", "hello");
    world.pass(3 * 3_600_000);
    world.bring_up(ONE);
    world.pass(120_000);
    assert_eq!(world.states("Bob", "Alice"), [MessageState::Sent { on: 2, of: 2 }]);
    let youngest = messages(&mut world, ONE).iter().map(|event| event.created_at.0).max().unwrap();
    assert!(youngest + 3_600 > world.now.0 / 1000);
}

#[test]
fn an_event_is_not_sent_before_the_time_that_it_bears() {
    let mut world = pair(r#""created_at_upper_limit":1"#);
    world.stop("Alice");
    for number in 0..90 {
        world.send("Bob", "Alice", &number.to_string());
        let latest = messages(&mut world, ONE).iter().map(|event| event.created_at.0).max();
        assert!(latest.unwrap() <= world.now.0 / 1000 + 1);
    }
    world.pass(180_000);
    assert_eq!(world.states("Bob", "Alice"), [MessageState::Sent { on: 2, of: 2 }; 90]);
}

#[test]
fn what_a_server_wants_of_those_who_write_is_said_until_it_takes_an_event() {
    let mut world = pair(r#""payment_required":true"#);
    world.relay(ONE).refuses = Some("");
    world.restart("Bob");
    world.pass(1_000);
    assert_eq!(world.server("Bob", ONE).said.as_deref(), Some("wants to be paid"));
    world.relay(ONE).refuses = None;
    world.send("Bob", "Alice", "hello");
    world.pass(1_000);
    assert_eq!(world.server("Bob", ONE).said, None);
}

#[test]
fn a_clock_put_right_again_dates_what_is_written_and_what_waits_anew() {
    const DAY: i64 = 86_400_000;
    let mut world = pair(r#""created_at_upper_limit":900"#);
    world.take_down(TWO);
    world.set_clock("Bob", DAY);
    world.send("Bob", "Alice", "one");
    world.pass(5_000);
    world.set_clock("Bob", 0);
    world.send("Bob", "Alice", "two");
    world.pass(60_000);
    assert_eq!(world.texts("Alice", "Bob").len(), 2);
}

#[test]
fn an_invitation_is_no_older_than_a_server_takes() {
    for (strict, other) in [(ONE, TWO), (TWO, ONE)] {
        let mut world = World::new(&["Alice", "Bob"], &[ONE, TWO]);
        let limitation = r#"{"limitation":{"created_at_lower_limit":3600}}"#;
        world.relay(strict).manners.info = Some(limitation.to_owned());
        for name in ["Alice", "Bob"] {
            world.command(name, Command::CreateAccount { name: name.to_owned() });
        }
        // Whichever of them is offered it first.
        let link = world.invite_of("Alice");
        world.command("Bob", Command::StartChat { link });
        world.pass(5_000);
        let is_wrap = |event: &&Event| event.kind == Kind::GIFT_WRAP;
        assert!(world.relay(other).events.iter().any(|event| is_wrap(&event)));
        let wraps: Vec<Event> =
            world.relay(strict).events.iter().filter(is_wrap).cloned().collect();
        assert_eq!(wraps.len(), 1, "{strict}: it is sent there once");
        let age = world.now.0 / 1000 - wraps[0].created_at.0;
        assert!(age < 3_600, "{strict}: dated back by {age} seconds");
    }
}
