//! Who answers nothing is asked ever more patiently, but not where they are there.

use crate::parked::rubbish;
use crate::world::{Guest, World, key_package_of};
use zajil_api::{Command, UnixTime};
use zajil_core::envelope::{Count, InnerKind};

const ONE: &str = "wss://one.example";

/// Bob talks with somebody who never answers a question.
fn talk() -> (World, Guest) {
    let mut world = World::with_accounts(&["Bob"], &[ONE]);
    world.pass(5_000);
    let (bob, key_package) = key_package_of(&mut world, "Bob", ONE);
    let relays = vec![ONE.to_owned()];
    let (guest, wrap) = Guest::invites(&world, 1, &key_package, bob, [1; 32], relays, None);
    world.inject(ONE, wrap);
    world.pass(5_000);
    let chat = world.person("Bob").chats()[0].id.clone();
    world.command("Bob", Command::AcceptRequest { chat });
    world.pass(5_000);
    (world, guest)
}

fn says(world: &mut World, guest: &mut Guest, kind: &InnerKind) {
    let event = guest.says(UnixTime(world.now.0 / 1000), kind);
    world.inject(ONE, event);
}

/// They write now and then, so often that Bob's next question could be a day away; then twice, and
/// nothing more. He asks at the first word, and ten minutes later for the second's sake.
fn asks_again(mut world: World, mut guest: Guest) {
    for _ in 0..9 {
        says(&mut world, &mut guest, &InnerKind::Typing);
        world.pass(1_300_000);
    }
    let before = world.relay(ONE).events.len();
    let asked = |world: &mut World| world.relay(ONE).events.len() - before - 2;
    says(&mut world, &mut guest, &InnerKind::Typing);
    world.pass(1_000);
    says(&mut world, &mut guest, &InnerKind::Typing);
    assert_eq!(asked(&mut world), 1, "he asks at their first word");
    world.pass(700_000);
    assert_eq!(asked(&mut world), 2, "and again, for there was another word since");
    world.pass(700_000);
    assert_eq!(asked(&mut world), 2, "and not while they say nothing");
}

#[test]
fn whoever_is_heard_right_after_a_question_about_what_no_key_opens_is_asked_again_soon() {
    let (mut world, guest) = talk();
    let now = world.now.0 / 1000;
    world.inject(ONE, rubbish(&"01".repeat(32), now, 1));
    asks_again(world, guest);
}

#[test]
fn whoever_is_heard_right_after_a_question_about_a_gap_is_asked_again_soon() {
    let (mut world, mut guest) = talk();
    let count = Count { run: 3, number: 2 };
    says(&mut world, &mut guest, &InnerKind::Chat { text: "two".into(), count, clock: 1 });
    asks_again(world, guest);
}
