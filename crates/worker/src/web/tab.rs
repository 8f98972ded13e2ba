//! The worker's end of the port to its tab.

use super::scope::scope;
use crate::{Arrival, Mouth};
use serde::Serialize;
use tracing::{error, warn};
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

pub(super) fn tell(update: &Update) {
    match update.serialize(&serde_wasm_bindgen::Serializer::new()) {
        Ok(value) => post(&value),
        Err(_) => error!("an update could not be handed to the tab"),
    }
}

/// Says why there is no engine any more, then ends the worker: the lock goes to another
/// tab, and nothing runs on in a state that cannot be trusted.
pub(super) fn stop(detail: String) {
    tell(&Update::Stopped { detail });
    scope().close();
}

fn post(value: &JsValue) {
    // Plain data always clones.
    let _ = scope().post_message(value);
}
