use super::idb::new_name;
use futures::channel::mpsc::{UnboundedReceiver, unbounded};
use futures::{FutureExt, StreamExt};
use wasm_bindgen_test::wasm_bindgen_test;
use zajil_worker::Clock;
use zajil_worker::web::{BrowserClock, Lock, LockEvent};

fn find(name: &str) -> (Lock, UnboundedReceiver<LockEvent>) {
    let (sender, events) = unbounded();
    let tell = move |event| drop(sender.unbounded_send(event));
    (Lock::find(name, tell).unwrap(), events)
}

async fn next(events: &mut UnboundedReceiver<LockEvent>) -> LockEvent {
    futures::select! {
        event = events.next() => event.unwrap(),
        () = BrowserClock.sleep(5_000).fuse() => panic!("nothing became of the lock"),
    }
}

async fn silence(events: &mut UnboundedReceiver<LockEvent>) {
    futures::select! {
        event = events.next() => panic!("{event:?}"),
        () = BrowserClock.sleep(200).fuse() => {}
    }
}

#[wasm_bindgen_test]
async fn a_free_lock_is_granted() {
    let (lock, mut events) = find(&new_name());
    lock.queue();
    assert_eq!(next(&mut events).await, LockEvent::Granted);
}

#[wasm_bindgen_test]
async fn the_next_in_the_queue_is_granted_what_the_first_gives_back() {
    let name = new_name();
    let (first, mut of_first) = find(&name);
    let (second, mut of_second) = find(&name);
    first.queue();
    assert_eq!(next(&mut of_first).await, LockEvent::Granted);
    second.queue();
    silence(&mut of_second).await;
    drop(first);
    assert_eq!(next(&mut of_second).await, LockEvent::Granted);
}

#[wasm_bindgen_test]
async fn a_stolen_lock_is_told_to_both() {
    let name = new_name();
    let (victim, mut of_victim) = find(&name);
    let (thief, mut of_thief) = find(&name);
    victim.queue();
    assert_eq!(next(&mut of_victim).await, LockEvent::Granted);
    thief.steal();
    assert_eq!(next(&mut of_thief).await, LockEvent::Granted);
    assert_eq!(next(&mut of_victim).await, LockEvent::Lost);

    // What was lost is not given back for the thief.
    victim.release();
    victim.queue();
    silence(&mut of_victim).await;
    thief.release();
    assert_eq!(next(&mut of_victim).await, LockEvent::Granted);
}

#[wasm_bindgen_test]
async fn who_steals_keeps_a_place_in_the_queue_and_is_not_granted_twice() {
    let name = new_name();
    let (victim, mut of_victim) = find(&name);
    let (thief, mut of_thief) = find(&name);
    victim.queue();
    assert_eq!(next(&mut of_victim).await, LockEvent::Granted);
    thief.queue();
    thief.steal();
    assert_eq!(next(&mut of_thief).await, LockEvent::Granted);
    thief.queue();
    silence(&mut of_thief).await;

    assert_eq!(next(&mut of_victim).await, LockEvent::Lost);
    victim.steal();
    assert_eq!(next(&mut of_victim).await, LockEvent::Granted);
    assert_eq!(next(&mut of_thief).await, LockEvent::Lost);
    victim.release();
    assert_eq!(next(&mut of_thief).await, LockEvent::Granted, "from its place in the queue");
}
