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
    match kind(thrown).as_deref() {
        Some("QuotaExceededError") => StoreError::Full,
        _ => StoreError::Aborted(describe(thrown)),
    }
}

pub(super) fn open_fault(error: &rexie::Error) -> StoreError {
    match error {
        rexie::Error::IdbError(idb::Error::DomException(exception))
            if exception.name() == "VersionError" =>
        {
            let newer = "a newer version of this app has been used here; reload the page";
            StoreError::Unavailable(newer.to_owned())
        }
        other => read_fault(other),
    }
}

pub(super) fn read_fault(error: &rexie::Error) -> StoreError {
    StoreError::Unavailable(match error {
        rexie::Error::IdbError(inner) => inner.to_string(),
        other => other.to_string(),
    })
}

/// Why the app cannot start on this store, as a sentence for the person.
pub(super) fn sentence(error: &StoreError) -> String {
    match error {
        StoreError::Full => "There is no room left on this device for this site. \
                             Free some space, then reload the page."
            .to_owned(),
        StoreError::Aborted(detail) | StoreError::Unavailable(detail) => {
            format!("This browser's storage cannot be used. ({detail})")
        }
    }
}

fn kind(thrown: &JsValue) -> Option<String> {
    // A newer browser's quota error is no longer an exception of the old kind: ask by name.
    js_sys::Reflect::get(thrown, &"name".into()).ok()?.as_string()
}
