use wasm_bindgen::{JsCast, JsValue};
use web_sys::DomException;
use zajil_core::store::StoreError;

/// What the browser threw, in words: its kind and its message. Both are the browser's
/// own text and hold nothing of ours.
pub(super) fn describe(thrown: &JsValue) -> String {
    if let Some(exception) = thrown.dyn_ref::<DomException>() {
        return format!("{}: {}", exception.name(), exception.message());
    }
    if let Some(error) = thrown.dyn_ref::<js_sys::Error>() {
        return format!("{}: {}", error.name(), error.message());
    }
    thrown.as_string().unwrap_or_else(|| "no reason given".to_owned())
}

/// Sorts what a write threw, or why its transaction was aborted.
pub(super) fn write_fault(thrown: &JsValue) -> StoreError {
    let what = describe(thrown);
    // A full disk has no name of its own in Chromium: it is an `UnknownError` with LevelDB's words.
    if kind(thrown).as_deref() == Some("QuotaExceededError") || what.contains("NO_SPACE") {
        return StoreError::Full;
    }
    StoreError::Aborted(what)
}

/// Why there is no connection.
#[derive(Debug)]
pub(super) enum OpenFault {
    /// The browser gives this page no database at all.
    Refused(StoreError),
    Store(StoreError),
}

impl From<StoreError> for OpenFault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<OpenFault> for StoreError {
    fn from(fault: OpenFault) -> Self {
        match fault {
            OpenFault::Refused(error) | OpenFault::Store(error) => error,
        }
    }
}

pub(super) fn open_fault(error: &rexie::Error) -> OpenFault {
    use idb::Error::{DomException, IndexedDbNotFound, IndexedDbOpenFailed};
    match error {
        rexie::Error::IdbError(DomException(exception)) => match exception.name().as_str() {
            "VersionError" => StoreError::Newer.into(),
            "QuotaExceededError" => StoreError::Full.into(),
            "SecurityError" => OpenFault::Refused(read_fault(error)),
            _ => read_fault(error).into(),
        },
        // Thrown at once, before the disk was looked at.
        rexie::Error::IdbError(IndexedDbNotFound(_) | IndexedDbOpenFailed(_)) => {
            OpenFault::Refused(read_fault(error))
        }
        other => read_fault(other).into(),
    }
}

pub(super) fn read_fault(error: &rexie::Error) -> StoreError {
    StoreError::Unavailable(match error {
        rexie::Error::IdbError(inner) => inner.to_string(),
        other => other.to_string(),
    })
}

fn kind(thrown: &JsValue) -> Option<String> {
    // A newer browser's quota error is no longer an exception of the old kind: ask by name.
    js_sys::Reflect::get(thrown, &"name".into()).ok()?.as_string()
}
