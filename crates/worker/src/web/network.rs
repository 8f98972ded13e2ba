//! What the browser says of the device's network.

use super::scope::scope;
use crate::{Arrival, Mouth};
use wasm_bindgen::prelude::*;
use web_sys::Event;
use zajil_core::engine::{Input, Network};

/// From now on the network's coming and going is dropped into `mouth`, and its absence at
/// the start. Hints only: a device that is online may reach nothing.
pub(super) fn listen(mouth: Mouth) {
    if !scope().navigator().on_line() {
        say(&mouth, Network::Offline);
    }
    for (event, network) in [("online", Network::Online), ("offline", Network::Offline)] {
        let mouth = mouth.clone();
        let on_event = Closure::<dyn FnMut(Event)>::new(move |_: Event| say(&mouth, network));
        let listener = on_event.into_js_value();
        // Heard for as long as the worker lives; fails for no known event.
        let _ = scope().add_event_listener_with_callback(event, listener.unchecked_ref());
    }
}

fn say(mouth: &Mouth, network: Network) {
    // Only frames are ever refused.
    let _ = mouth.drop_in(Arrival::Said(Input::NetworkChanged(network)));
}
