//! One engine per origin: the worker that holds the Web Lock.

use super::fault::describe;
use super::scope::scope;
use futures::channel::oneshot;
use js_sys::{Function, Object, Promise, Reflect};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// The lock's name for the first account.
pub const ENGINE: &str = "zajil-engine-1";

#[wasm_bindgen]
extern "C" {
    /// Declared here because web-sys keeps it behind a compiler flag.
    type LockManager;

    #[wasm_bindgen(method, catch)]
    fn request(
        this: &LockManager,
        name: &str,
        options: &Object,
        granted: &Function,
    ) -> Result<Promise, JsValue>;
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
    /// Takes the lock; `when_busy` is called once if somebody else holds it, then this
    /// waits until they let go.
    pub async fn take(name: &str, when_busy: impl FnOnce()) -> Result<Self, LockError> {
        if let Some(lock) = request(name, Wait::No).await? {
            return Ok(lock);
        }
        when_busy();
        match request(name, Wait::Yes).await? {
            Some(lock) => Ok(lock),
            None => Err(LockError::Refused("granted without a lock".to_owned())),
        }
    }
}

impl Drop for EngineLock {
    fn drop(&mut self) {
        // Settling a promise cannot throw.
        let _ = self.release.call0(&JsValue::UNDEFINED);
    }
}

#[derive(Clone, Copy)]
enum Wait {
    Yes,
    No,
}

/// `None` when the lock is held elsewhere and we do not wait.
async fn request(name: &str, wait: Wait) -> Result<Option<EngineLock>, LockError> {
    let locks: LockManager = Reflect::get(&scope().navigator(), &"locks".into())
        .ok()
        .filter(JsValue::is_object)
        .ok_or(LockError::Unsupported)?
        .unchecked_into();
    let options = Object::new();
    if let Wait::No = wait {
        Reflect::set(&options, &"ifAvailable".into(), &true.into())
            .map_err(|thrown| LockError::Refused(describe(&thrown)))?;
    }

    let (answer, answered) = oneshot::channel();
    let answer = Rc::new(Cell::new(Some(answer)));
    let refusal = answer.clone();
    // Called exactly once; the browser holds the lock until the promise it returns settles.
    let granted = Closure::once_into_js(move |lock: JsValue| {
        let mut release = None;
        let held = Promise::new(&mut |resolve, _| release = Some(resolve));
        let lock = release.filter(|_| !lock.is_null()).map(|release| EngineLock { release });
        let busy = lock.is_none();
        if let Some(answer) = answer.take() {
            let _ = answer.send(Ok(lock));
        }
        if busy { JsValue::UNDEFINED } else { held.into() }
    });
    let asked = locks
        .request(name, &options, granted.unchecked_ref())
        .map_err(|thrown| LockError::Refused(describe(&thrown)))?;
    wasm_bindgen_futures::spawn_local(async move {
        // Settles when the lock is released, or at once when it cannot be had.
        if let Err(thrown) = wasm_bindgen_futures::JsFuture::from(asked).await
            && let Some(refusal) = refusal.take()
        {
            let _ = refusal.send(Err(LockError::Refused(describe(&thrown))));
        }
    });
    answered.await.unwrap_or_else(|_| Err(LockError::Refused("no answer".to_owned())))
}
