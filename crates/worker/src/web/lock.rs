//! One engine per origin: the worker that holds the Web Lock.

use super::fault::describe;
use super::scope::scope;
use futures::channel::oneshot;
use futures::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Function, Promise, Reflect};
use std::pin::pin;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// The lock's name for the first account.
pub const ENGINE: &str = "zajil-engine-1";

/// A page that is being reloaded gives the lock back within this time.
const PATIENCE_MS: u32 = 400;

#[wasm_bindgen]
extern "C" {
    /// Declared here because web-sys keeps it behind a compiler flag.
    type LockManager;

    #[wasm_bindgen(method, catch)]
    fn request(this: &LockManager, name: &str, granted: &Function) -> Result<Promise, JsValue>;
}

/// Why the lock cannot even be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LockError {
    Unsupported,
    Refused(String),
}

impl std::fmt::Display for LockError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unsupported => f.write_str(
                "This browser is too old to keep two windows from disturbing each other \
                 (it has no Web Locks). Please use a newer one.",
            ),
            Self::Refused(detail) => {
                write!(f, "This browser did not let the app claim its storage. ({detail})")
            }
        }
    }
}

impl std::error::Error for LockError {}

/// Held until dropped, or until the worker ends in whatever way.
#[derive(Debug)]
pub struct EngineLock {
    release: Function,
}

impl EngineLock {
    /// Waits for the lock; `when_busy` is called once if that takes long.
    pub async fn take(name: &str, when_busy: impl FnOnce()) -> Result<Self, LockError> {
        let granted = pin!(request(name));
        match select(granted, TimeoutFuture::new(PATIENCE_MS)).await {
            Either::Left((lock, _)) => lock,
            Either::Right(((), granted)) => {
                when_busy();
                granted.await
            }
        }
    }
}

impl Drop for EngineLock {
    fn drop(&mut self) {
        // Settling a promise cannot throw.
        let _ = self.release.call0(&JsValue::UNDEFINED);
    }
}

async fn request(name: &str) -> Result<EngineLock, LockError> {
    let locks: LockManager = Reflect::get(&scope().navigator(), &"locks".into())
        .ok()
        .filter(JsValue::is_object)
        .ok_or(LockError::Unsupported)?
        .unchecked_into();
    let (answer, answered) = oneshot::channel();
    // The browser holds the lock until the promise that this returns settles.
    let granted = Closure::once_into_js(move |_lock: JsValue| {
        let mut release = None;
        let held = Promise::new(&mut |resolve, _| release = Some(resolve));
        if let Some(release) = release {
            // Where nobody waits any more, the lock is dropped and so given back.
            let _ = answer.send(EngineLock { release });
        }
        held
    });
    let asked = locks
        .request(name, granted.unchecked_ref())
        .map_err(|thrown| LockError::Refused(describe(&thrown)))?;
    let refused = pin!(JsFuture::from(asked));
    match select(answered, refused).await {
        Either::Left((Ok(lock), _)) => Ok(lock),
        Either::Right((Err(thrown), _)) => Err(LockError::Refused(describe(&thrown))),
        // Neither can be: the answer outlives the question, which settles by the lock's release.
        Either::Left((Err(_), _)) | Either::Right((Ok(_), _)) => {
            Err(LockError::Refused("no answer".to_owned()))
        }
    }
}
