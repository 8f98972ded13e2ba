//! Whether the browser promises to keep what is stored here.
//!
//! Asked for once there is something to lose, and never waited for: a browser may take
//! its time, put a question to the person, or say no.

use crate::ui::prefs;
use js_sys::Promise;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;
use web_sys::{StorageManager, window};

fn storage() -> Option<StorageManager> {
    let window = window().filter(|window| window.is_secure_context())?;
    Some(window.navigator().storage())
}

async fn answer(promise: Option<Promise>) -> bool {
    let Some(promise) = promise else { return false };
    JsFuture::from(promise).await.is_ok_and(|kept| kept.is_truthy())
}

/// Asks the browser to keep it; what it says.
pub async fn ask() -> bool {
    answer(storage().and_then(|storage| storage.persist().ok())).await
}

/// Whether it promised to, without asking it.
pub async fn is_promised() -> bool {
    answer(storage().and_then(|storage| storage.persisted().ok())).await
}

/// Asks by itself, the first time and never again.
pub fn ask_once() {
    if prefs::take_first_message() {
        spawn_local(async {
            ask().await;
        });
    }
}
