//! The browser's side, in a real browser: run with `--target wasm32-unknown-unknown`
//! and a WebDriver.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

#[path = "browser/beside.rs"]
mod beside;
#[path = "browser/channel.rs"]
mod channel;
#[path = "browser/desk.rs"]
mod desk;
#[path = "browser/fence.rs"]
mod fence;
#[path = "browser/idb.rs"]
mod idb;
#[path = "browser/lock.rs"]
mod lock;
#[path = "browser/opening.rs"]
mod opening;
#[path = "browser/raise.rs"]
mod raise;
#[path = "browser/socket.rs"]
mod socket;
#[path = "browser/store.rs"]
mod store;
#[path = "browser/tab.rs"]
mod tab;
#[path = "browser/trouble.rs"]
mod trouble;
#[path = "browser/vault.rs"]
mod vault;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);
