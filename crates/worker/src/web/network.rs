//! What the browser says of the device's network, and that somebody looks.
//!
//! Said to any tab it is said to the engine, wherever that runs: a page hears of it before
//! its worker does, or alone, and the page that hears need not be the leader's.

use super::scope::scope;
use crate::{Arrival, Mouth};
use js_sys::Reflect;
use std::cell::Cell;
use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, Event, MessageEvent};
use zajil_core::engine::{Input, Network};

const CHANNEL: &str = "zajil-network";
const EVENTS: [(&str, Network); 2] = [("online", Network::Online), ("offline", Network::Offline)];

thread_local! {
    /// What this worker's own tab said last: it may have spoken before there was an ear.
    static SAID: Cell<Network> = const { Cell::new(Network::Online) };
}

/// Hands a tab's word on to whichever worker has the engine.
pub fn pass_on(word: &str) {
    if let Some((_, network)) = EVENTS.iter().find(|(event, _)| *event == word) {
        SAID.set(*network);
    }
    // Not the ear's own channel: that would be deaf to it.
    if let Some(channel) = open() {
        // A text always clones.
        let _ = channel.post_message(&word.into());
        channel.close();
    }
}

/// Hears the network come and go, until dropped. Hints only: a device that is online may
/// reach nothing.
pub struct NetworkEar {
    listeners: Vec<(&'static str, Listener)>,
    channel: Option<BroadcastChannel>,
    _of_tabs: Closure<dyn FnMut(MessageEvent)>,
}

type Listener = Closure<dyn FnMut(Event)>;

impl NetworkEar {
    /// Drops what it hears into `mouth`, and at once if there is no network now.
    pub fn listen(mouth: &Mouth) -> Self {
        if !scope().navigator().on_line() || SAID.get() == Network::Offline {
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
        let channel = open();
        let told = mouth.clone();
        let of_tabs = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
            let Some(word) = message.data().as_string() else { return };
            if word == "visible" {
                let _ = told.drop_in(Arrival::Said(Input::Woke));
            } else if let Some((_, network)) = EVENTS.iter().find(|(event, _)| *event == word) {
                say(&told, *network);
            }
        });
        if let Some(channel) = &channel {
            channel.set_onmessage(Some(of_tabs.as_ref().unchecked_ref()));
        }
        Self { listeners: EVENTS.map(listen).into(), channel, _of_tabs: of_tabs }
    }
}

impl Drop for NetworkEar {
    fn drop(&mut self) {
        for (event, listener) in &self.listeners {
            let _ = scope()
                .remove_event_listener_with_callback(event, listener.as_ref().unchecked_ref());
        }
        if let Some(channel) = &self.channel {
            channel.set_onmessage(None);
            channel.close();
        }
    }
}

/// `None` where the browser has no such thing.
fn open() -> Option<BroadcastChannel> {
    let exists = Reflect::has(&js_sys::global(), &"BroadcastChannel".into()).unwrap_or(false);
    exists.then(|| BroadcastChannel::new(CHANNEL).ok()).flatten()
}

fn say(mouth: &Mouth, network: Network) {
    // Only frames are ever refused.
    let _ = mouth.drop_in(Arrival::Said(Input::NetworkChanged(network)));
}
