//! What was fetched is read a batch at a time, each batch saved before the next.

use super::{DAY, ONE, TWO, alice_writes, bob_is_away};
use zajil_core::engine::{Engine, Input, Output, Timestamp};
use zajil_core::store::Table;

/// Messages in the next write.
fn written(engine: &mut Engine) -> usize {
    let said = |(table, _, _): &(Table, &[u8], Option<&[u8]>)| *table == Table::Messages;
    match engine.poll_output() {
        Some(Output::Save(changes)) => changes.iter().filter(said).count(),
        _ => 0,
    }
}

#[test]
fn however_many_inputs_come_together_one_batch_is_read_before_it_is_saved() {
    let mut world = bob_is_away(&[ONE, TWO]);
    alice_writes(&mut world, 1_000);
    world.pass(10 * DAY);
    world.stop("Alice");
    // One hands out everything; the other is in the middle of a page that does not end.
    world.relay(TWO).comparing.speaks = false;
    world.relay(TWO).endless = true;
    world.start("Bob");
    world.pass(1);
    let now = world.now;
    let engine = world.people.get_mut("Bob").unwrap().engine.as_mut().unwrap();
    let mut read = Vec::new();
    for round in 1..=100 {
        for _ in 0..50 {
            engine.handle_input(Timestamp(now.0 + round * 200), Input::TimedOut);
        }
        read.push(written(engine));
        while engine.poll_output().is_some() {}
    }
    // What is of one second is read together.
    assert!(read.iter().all(|messages| *messages < 300), "{read:?}");
    assert_eq!(read.iter().sum::<usize>(), 1_000, "{read:?}");
}
