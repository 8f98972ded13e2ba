//! Who answers nothing is asked ever more patiently, but not where they are there.

use crate::parked::rubbish;
use crate::world::{Guest, World, talks_to_bob};
use zajil_api::UnixTime;
use zajil_core::envelope::{Count, InnerKind};

const ONE: &str = "wss://one.example";

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
    let (mut world, guest) = talks_to_bob(ONE);
    let now = world.now.0 / 1000;
    world.inject(ONE, rubbish(&"01".repeat(32), now, 1));
    asks_again(world, guest);
}

#[test]
fn whoever_is_heard_right_after_a_question_about_a_gap_is_asked_again_soon() {
    let (mut world, mut guest) = talks_to_bob(ONE);
    let count = Count { run: 3, number: 2 };
    says(&mut world, &mut guest, &InnerKind::Chat { text: "two".into(), count, clock: 1 });
    asks_again(world, guest);
}
