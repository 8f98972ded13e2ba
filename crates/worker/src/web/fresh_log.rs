//! Has Chromium begin another log before anything is written.
//!
//! Chromium keeps an origin's databases in one LevelDB, and goes on with the log of the start
//! before. Where the power failed, that log may end in zeros: a file system may keep a file's new
//! size and not yet its last bytes. Whatever is written behind them is skipped by the next start
//! up to the end of a block, and a record that reaches into the next block is taken for damage:
//! then every database of the origin is deleted. Deleting one database writes out all that the
//! log holds and begins another.

use futures::channel::oneshot;
use futures::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use js_sys::Reflect;
use rexie::Rexie;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

/// Made and deleted at every start.
const NAME: &str = "fresh-log";

/// A frozen tab may be in the midst of the same, and holds it up.
const PATIENCE_MS: u32 = 2_000;

/// To be done by whoever leads, before the first write of this start.
pub(super) async fn begin_fresh_log() {
    if !is_chromium() {
        return;
    }
    let (sender, done) = oneshot::channel();
    // It goes on where nobody waits for it any more: what was made is deleted, and late is better
    // than never.
    spawn_local(async move {
        let outcome = make_and_delete().await;
        if let Err(error) = outcome {
            // A store that fails says so when the account is opened.
            tracing::warn!(%error, "no fresh log");
        }
        // Refused where nobody waits.
        let _ = sender.send(());
    });
    if let Either::Right(_) = select(done, TimeoutFuture::new(PATIENCE_MS)).await {
        tracing::warn!("a fresh log takes too long");
    }
}

async fn make_and_delete() -> rexie::Result<()> {
    Rexie::builder(NAME).version(1).build().await?.close();
    Rexie::delete(NAME).await
}

/// Client hints are Chromium's alone.
fn is_chromium() -> bool {
    let navigator = Reflect::get(&js_sys::global(), &JsValue::from_str("navigator"));
    let hints = JsValue::from_str("userAgentData");
    navigator.is_ok_and(|navigator| Reflect::has(&navigator, &hints).unwrap_or(false))
}
