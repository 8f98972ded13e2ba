//! Why something is missing, in the words of a closed list.

use crate::world::{Guest, World, talks_to_bob};
use zajil_api::{GapCause, UnixTime};
use zajil_core::envelope::{Count, InnerKind};
use zajil_core::nostr::Kind;

const ONE: &str = "wss://one.example";

fn now(world: &World) -> UnixTime {
    UnixTime(world.now.0 / 1000)
}

fn says(world: &mut World, guest: &mut Guest, kind: &InnerKind) {
    let event = guest.says(now(world), kind);
    world.inject(ONE, event);
}

fn message(number: u64) -> InnerKind {
    InnerKind::Chat { text: format!("{number}"), count: count(number), clock: number }
}

fn count(number: u64) -> Count {
    Count { run: 3, number }
}

/// What Bob is told to be missing.
fn told(world: &mut World) -> Vec<(GapCause, u32)> {
    world.pass(10_000);
    let gaps = world.person("Bob").chats()[0].gaps.clone();
    gaps.into_iter().map(|gap| (gap.cause, gap.count)).collect()
}

#[test]
fn what_nobody_hands_out_is_said_to_be_that() {
    let (mut world, mut guest) = talks_to_bob(ONE);
    says(&mut world, &mut guest, &message(2));
    assert_eq!(told(&mut world), [(GapCause::NotHandedOut, 1)]);
}

#[test]
fn what_a_newer_version_wrote_is_said_to_be_that_at_once_and_later() {
    let (mut world, mut guest) = talks_to_bob(ONE);
    says(&mut world, &mut guest, &InnerKind::Unknown { kind: Kind(7_777), count: count(1) });
    assert_eq!(told(&mut world), [(GapCause::Newer, 1)]);
    says(&mut world, &mut guest, &message(2));
    world.pass(60_000);
    assert_eq!(world.person("Bob").chats()[0].unread, 1, "what can be read is read");
    // Asking would bring nothing else, while nothing else reads it.
    let before = world.relay(ONE).events.len();
    says(&mut world, &mut guest, &InnerKind::Typing);
    world.pass(3_600_000);
    assert_eq!(told(&mut world), [(GapCause::Newer, 1)]);
    assert_eq!(world.relay(ONE).events.len(), before + 1);
}

/// What a newer version wrote says nothing of what is missing beside it.
#[test]
fn what_is_missing_beside_it_is_not_said_to_be_of_a_newer_version() {
    let (mut world, mut guest) = talks_to_bob(ONE);
    says(&mut world, &mut guest, &message(2));
    says(&mut world, &mut guest, &InnerKind::Unknown { kind: Kind(7_777), count: count(3) });
    says(&mut world, &mut guest, &InnerKind::Unknown { kind: Kind(7_777), count: count(2) });
    let (one, newer) = ((GapCause::NotHandedOut, 1), (GapCause::Newer, 1));
    assert_eq!(told(&mut world), [one, newer]);
    // Whoever does not count tells nothing of what is missing.
    let nowhere = Count { run: 0, number: 9 };
    says(&mut world, &mut guest, &InnerKind::Unknown { kind: Kind(7_777), count: nowhere });
    assert_eq!(told(&mut world), [one, newer]);
}

#[test]
fn what_is_damaged_is_said_to_be_that() {
    let (mut world, mut guest) = talks_to_bob(ONE);
    let nonsense = guest.says_nonsense(now(&world));
    world.inject(ONE, nonsense);
    says(&mut world, &mut guest, &message(2));
    assert_eq!(told(&mut world), [(GapCause::Damaged, 1)]);
}

#[test]
fn what_comes_after_its_key_is_gone_is_said_to_be_that() {
    let (mut world, mut guest) = talks_to_bob(ONE);
    let late = guest.says(now(&world), &message(1));
    says(&mut world, &mut guest, &message(2));
    assert_eq!(told(&mut world), [(GapCause::NotHandedOut, 1)]);
    // So many may overtake another, and no more.
    for _ in 0..1_100 {
        says(&mut world, &mut guest, &InnerKind::Typing);
    }
    world.inject(ONE, late);
    assert_eq!(told(&mut world), [(GapCause::KeyGone, 1)]);
}
