//! The worker's end of the port to its tab.

use super::Tray;
use super::scope::scope;
use crate::tabs::{Event, Sight};
use js_sys::Uint8Array;
use tracing::warn;
use wasm_bindgen::prelude::*;
use web_sys::MessageEvent;
use zajil_api::{StopReason, Update};

/// From now on what the tab says goes to the desk. What is neither a request nor a word
/// about the tab being seen is ignored.
///
/// What came before is not lost: the loader (`www/worker.js`) delivers it again.
pub(super) fn listen(tray: Tray) {
    let on_message =
        Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            match read(event.data()) {
                Some(event) => tray.event(event),
                None => warn!("a message that is no request was ignored"),
            }
        });
    // Heard for as long as the worker lives.
    scope().set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
}

fn read(message: JsValue) -> Option<Event> {
    match message.as_string().as_deref() {
        Some("visible") => Some(Event::Sight(Sight::Visible)),
        Some("hidden") => Some(Event::Sight(Sight::Hidden)),
        Some(_) => None,
        None => {
            let bytes = message.dyn_into::<Uint8Array>().ok()?.to_vec();
            postcard::from_bytes(&bytes).ok().map(Event::FromTab)
        }
    }
}

/// What cannot be handed over ends the worker: a tab that misses one update shows from
/// then on something that is not so.
pub fn tell(update: &Update) {
    match encode(update) {
        Ok(value) => post(&value),
        Err(error) => {
            let detail = format!("an update could not be handed to the tab: {error}");
            stop(StopReason::Fault, detail);
        }
    }
}

/// Says why there is no engine any more, then ends the worker: the lead goes to another
/// tab, and nothing runs on in a state that cannot be trusted.
pub(super) fn stop(reason: StopReason, detail: String) {
    // A text can always be handed over; if not, the end itself still says something.
    if let Ok(value) = encode(&Update::Stopped { reason, detail }) {
        post(&value);
    }
    scope().close();
}

fn encode(update: &Update) -> Result<Uint8Array, postcard::Error> {
    postcard::to_allocvec(update).map(|bytes| Uint8Array::from(bytes.as_slice()))
}

fn post(value: &JsValue) {
    // Bytes always clone.
    let _ = scope().post_message(value);
}
