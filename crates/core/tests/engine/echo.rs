//! What a server passes on it need not have kept: an own event that comes back proves nothing.

use crate::world::World;
use zajil_api::MessageState;

const ONE: &str = "wss://one.example";
const HOUR: u64 = 3_600_000;

/// What a server is doing all the time while Bob writes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Busy {
    /// It hands out old pages.
    WithPages,
    /// It hands out one that does not end.
    WithoutEnd,
}

/// Bob's server is busy, passes on what it is sent, and keeps none of it.
fn echoes_and_forgets(busy: Busy) -> World {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    for number in 0..150 {
        world.send("Alice", "Bob", &number.to_string());
        world.pass(1_000);
    }
    world.stop("Alice");
    world.pass(60_000);
    world.restart("Bob");
    world.pass(60_000);
    (world.relay(ONE).forgets, world.relay(ONE).echoes) = (true, true);
    match busy {
        Busy::WithPages => world.relay(ONE).slow_pages = Some("-older"),
        Busy::WithoutEnd => world.relay(ONE).endless = true,
    }
    world.take_down(ONE);
    world.bring_up(ONE);
    world.pass(20_000);
    let names = world.relay(ONE).subscriptions_of("Bob");
    let is_older = |name: &String| name.ends_with("-older");
    assert_eq!(names.iter().any(is_older), busy == Busy::WithPages, "{names:?}");
    world
}

#[test]
fn what_a_server_passes_on_and_does_not_keep_is_not_sent() {
    for busy in [Busy::WithPages, Busy::WithoutEnd] {
        let mut world = echoes_and_forgets(busy);
        world.send("Bob", "Alice", "hello");
        world.pass(5_000);
        assert_eq!(world.states("Bob", "Alice"), [MessageState::Sending], "{busy:?}");
        assert_eq!(world.server("Bob", ONE).held, 0, "{busy:?}");
    }
}

#[test]
fn what_a_server_only_passed_on_is_offered_to_it_again() {
    let mut world = echoes_and_forgets(Busy::WithPages);
    // The first word after a start follows a commit, of which the same is true.
    world.send("Bob", "Alice", "hello");
    world.pass(2_000);
    world.relay(ONE).forgets = false;
    world.pass(HOUR);
    assert_eq!(world.states("Bob", "Alice"), [MessageState::Sent { on: 1, of: 1 }]);
    world.start("Alice");
    world.pass(60_000);
    let mut texts = world.texts("Alice", "Bob");
    assert_eq!(texts.pop().as_deref(), Some("hello"));
}

#[test]
fn what_a_server_hands_out_when_asked_for_it_is_held_though_it_never_says_that_this_was_all() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.stop("Alice");
    world.relay(ONE).endless = true;
    world.send("Bob", "Alice", "hello");
    world.pass(1_000);
    assert_eq!(world.states("Bob", "Alice"), [MessageState::Sent { on: 1, of: 1 }]);
}

#[test]
fn what_is_passed_on_while_it_is_asked_for_is_not_held() {
    let mut world = World::with_accounts(&["Alice", "Bob"], &[ONE]);
    world.meet("Bob", "Alice");
    world.pass(10_000);
    world.stop("Alice");
    world.send("Bob", "Alice", "hello");
    let event = world.relay(ONE).events.pop().unwrap();
    let id = event.id.to_hex();
    world.relay(ONE).manners.hangs = true;
    world.pass(1_000);
    let unheard = |world: &mut World| -> Vec<String> {
        let unheard = world.relay(ONE).manners.unheard.iter();
        unheard.map(|(_, text)| text.clone()).collect()
    };
    let question = |world: &mut World| {
        let asks = |text: &&String| text.starts_with("[\"REQ\",\"b-") && text.contains(&id);
        let all = unheard(world);
        let last = all.iter().rev().find(asks).unwrap();
        last.split('"').nth(3).unwrap().to_owned()
    };
    // While it is asked for it says once more that it has it, and then that it has not: it is
    // asked again, and sent to it again.
    let first = question(&mut world);
    world.say(ONE, "Bob", &format!("[\"OK\",\"{id}\",true,\"\"]"));
    world.say(ONE, "Bob", &format!("[\"EOSE\",\"{first}\"]"));
    world.pass(1_000);
    let second = question(&mut world);
    assert_ne!(first, second);
    world.pass(8_000);
    assert!(unheard(&mut world).iter().any(|text| text.starts_with("[\"EVENT\"")));
    world.say(ONE, "Bob", &format!("[\"EVENT\",\"{second}\",{}]", event.to_json()));
    world.pass(1_000);
    assert_eq!(world.states("Bob", "Alice"), [MessageState::Sending]);
    assert_eq!(world.server("Bob", ONE).held, 0);
}
