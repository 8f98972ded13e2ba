//! What the browser says of the device's network.

use super::scope::scope;
use crate::{Arrival, Mouth};
use wasm_bindgen::prelude::*;
use web_sys::Event;
use zajil_core::engine::{Input, Network};

const EVENTS: [(&str, Network); 2] = [("online", Network::Online), ("offline", Network::Offline)];

/// Hears the network come and go, until dropped. Hints only: a device that is online may
/// reach nothing.
pub struct NetworkEar {
    listeners: Vec<(&'static str, Listener)>,
}

type Listener = Closure<dyn FnMut(Event)>;

impl NetworkEar {
    /// Drops what it hears into `mouth`, and at once if there is no network now.
    pub fn listen(mouth: &Mouth) -> Self {
        if !scope().navigator().on_line() {
            say(mouth, Network::Offline);
        }
        let listen = |(event, network)| {
            let mouth = mouth.clone();
            let listener = Closure::new(move |_: Event| say(&mouth, network));
            // Fails for no known event.
            let _ =
                scope().add_event_listener_with_callback(event, listener.as_ref().unchecked_ref());
            (event, listener)
        };
        Self { listeners: EVENTS.map(listen).into() }
    }
}

impl Drop for NetworkEar {
    fn drop(&mut self) {
        for (event, listener) in &self.listeners {
            let _ = scope()
                .remove_event_listener_with_callback(event, listener.as_ref().unchecked_ref());
        }
    }
}

fn say(mouth: &Mouth, network: Network) {
    // Only frames are ever refused.
    let _ = mouth.drop_in(Arrival::Said(Input::NetworkChanged(network)));
}
