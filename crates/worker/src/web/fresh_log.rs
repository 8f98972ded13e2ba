//! Has Chromium begin another log before anything is written.
//!
//! Chromium keeps an origin's databases in one LevelDB, and goes on with the log that it finds.
//! Where the power failed, that log may end in zeros: a file system may keep a file's new size and
//! not yet its last bytes. Where the disk was full, it ends in a part of a record. Whatever is
//! written behind that is taken for damage by the next start: then every database of the origin is
//! deleted. Deleting one database writes out all that the log holds and begins another.
//!
//! That itself needs room: on an almost full disk it loses everything. Merely to open a database
//! writes behind what is torn. So nothing is opened before a file elsewhere could be written that is
//! as large as a log can be.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use zajil_core::store::StoreError;

#[wasm_bindgen]
extern "C" {
    /// In `www/worker.js`. Throws where it is missing: in tests of this crate alone.
    #[wasm_bindgen(catch, js_namespace = globalThis, js_name = freshLog)]
    fn fresh_log() -> Result<Promise, JsValue>;
}

/// To be done by whoever leads, before the account's database is opened: at the start, and after
/// a write that failed, with which Chromium ends all connections. A store that fails for another
/// reason than a full disk says so when it is opened.
pub(super) async fn begin_fresh_log() -> Result<(), StoreError> {
    let Ok(begun) = fresh_log() else { return Ok(()) };
    match JsFuture::from(begun).await {
        Ok(is_done) if is_done.is_falsy() => Err(StoreError::Full),
        _ => Ok(()),
    }
}
