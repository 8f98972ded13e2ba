//! What catching up costs: the messages themselves, once, and little more.

use super::{FIVE, ONE, alice_writes, bob_is_away, comes_back, forget_counts, numbers};
use crate::world;

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
    // The first connection after a start looks for our key package too.
    world.take_down(ONE);
    world.bring_up(ONE);
    // And while somebody looks, the server is asked whether it is there.
    world.pass(10 * 60_000);
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
    assert_eq!(relay.handed_out, people, "each asks for their own list of servers");
    let bytes = relay.bytes_in + relay.bytes_out;
    println!("{feeds} feeds, {bytes} bytes");
    assert!(bytes <= 1024 * feeds + 600 * people, "{bytes} bytes for {feeds} feeds");
}
