//! The worker's end of the port to its tab.

use super::scope::scope;
use crate::{Arrival, Mouth};
use serde::Serialize;
use tracing::warn;
use wasm_bindgen::prelude::*;
use web_sys::MessageEvent;
use zajil_api::{Request, Update};

/// From now on requests go into `mouth`. What is no request is ignored.
///
/// What came before is not lost: the loader (`www/worker.js`) delivers it again.
pub(super) fn listen(mouth: Mouth) {
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        match serde_wasm_bindgen::from_value::<Request>(event.data()) {
            // Only frames are ever refused.
            Ok(request) => drop(mouth.drop_in(Arrival::Request(request))),
            Err(_) => warn!("a message that is no request was ignored"),
        }
    });
    // Heard for as long as the worker lives.
    scope().set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
}

/// What cannot be handed over ends the worker: a tab that misses one update shows from
/// then on something that is not so.
pub fn tell(update: &Update) {
    match encode(update) {
        Ok(value) => post(&value),
        Err(error) => stop(format!("an update could not be handed to the tab: {error}")),
    }
}

/// Says why there is no engine any more, then ends the worker: the lock goes to another
/// tab, and nothing runs on in a state that cannot be trusted.
pub(super) fn stop(detail: String) {
    // A text can always be handed over; if not, the end itself still says something.
    if let Ok(value) = encode(&Update::Stopped { detail }) {
        post(&value);
    }
    scope().close();
}

fn encode(update: &Update) -> Result<JsValue, serde_wasm_bindgen::Error> {
    update.serialize(&serde_wasm_bindgen::Serializer::new())
}

fn post(value: &JsValue) {
    // Plain data always clones.
    let _ = scope().post_message(value);
}
