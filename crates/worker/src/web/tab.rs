//! The worker's end of the port to its tab.

use super::scope::scope;
use super::{Tray, network};
use crate::tabs::{Event, Sight};
use js_sys::Uint8Array;
use tracing::warn;
use wasm_bindgen::prelude::*;
use web_sys::MessageEvent;
use zajil_api::{Request, StopReason, Update};

/// From now on what the tab says goes to the desk, and what concerns the whole device to
/// whoever leads. What is neither a request nor one of a few words is ignored.
///
/// What came before is not lost: the loader (`www/worker.js`) delivers it again.
pub(super) fn listen(tray: Tray) {
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let message = event.data();
        if let Some(word) = message.as_string() {
            hear(&tray, &word);
        } else if let Some(request) = read(message) {
            tray.event(Event::FromTab(request));
        } else {
            warn!("a message that is no request was ignored");
        }
    });
    // Heard for as long as the worker lives.
    scope().set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
}

fn hear(tray: &Tray, word: &str) {
    match word {
        "visible" => {
            tray.event(Event::Sight(Sight::Visible));
            network::pass_on(word);
        }
        "hidden" => tray.event(Event::Sight(Sight::Hidden)),
        "online" | "offline" => network::pass_on(word),
        _ => warn!("a word that is none was ignored"),
    }
}

fn read(message: JsValue) -> Option<Request> {
    let bytes = message.dyn_into::<Uint8Array>().ok()?.to_vec();
    postcard::from_bytes(&bytes).ok()
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
