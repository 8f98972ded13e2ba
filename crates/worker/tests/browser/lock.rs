use super::idb::new_name;
use futures::FutureExt;
use std::cell::Cell;
use wasm_bindgen_test::wasm_bindgen_test;
use zajil_worker::Clock;
use zajil_worker::web::{BrowserClock, EngineLock};

#[wasm_bindgen_test]
async fn a_free_lock_is_taken_without_a_word() {
    let lock = EngineLock::take(&new_name(), || panic!("nobody holds it")).await;
    assert!(lock.is_ok());
}

#[wasm_bindgen_test]
async fn a_second_engine_says_so_and_starts_when_the_first_ends() {
    let name = new_name();
    let first = EngineLock::take(&name, || panic!("nobody holds it")).await.unwrap();
    let told = Cell::new(0);
    let mut second = Box::pin(EngineLock::take(&name, || told.set(told.get() + 1)));

    futures::select! {
        _ = (&mut second).fuse() => panic!("two engines at once"),
        () = BrowserClock.sleep(1_000).fuse() => {}
    }
    assert_eq!(told.get(), 1);
    drop(first);
    let second = second.await;
    assert!(second.is_ok());
    assert_eq!(told.get(), 1);
}

#[wasm_bindgen_test]
async fn a_lock_given_back_at_once_is_taken_over_without_a_word() {
    let name = new_name();
    let first = EngineLock::take(&name, || panic!("nobody holds it")).await.unwrap();
    let mut second = Box::pin(EngineLock::take(&name, || panic!("it was given back")));
    futures::select! {
        _ = (&mut second).fuse() => panic!("two engines at once"),
        () = BrowserClock.sleep(50).fuse() => {}
    }
    drop(first);
    assert!(second.await.is_ok());
}
