//! One WebSocket per server.

use super::fault::describe;
use crate::{Arrival, Generation, LinkEvent, Mouth};
use js_sys::JsString;
use wasm_bindgen::prelude::*;
use web_sys::{CloseEvent, Event, MessageEvent, WebSocket};
use zajil_api::RelayUrl;
use zajil_core::sorted::SortedMap;

/// A frame of more UTF-16 units than this is not read and ends the connection.
const LONGEST_FRAME: u32 = 1 << 20;

/// The sockets that are open, or about to be.
#[derive(Debug)]
pub struct Sockets {
    mouth: Mouth,
    links: SortedMap<RelayUrl, Link>,
}

impl Sockets {
    /// What happens on the sockets is dropped into `mouth`.
    pub fn new(mouth: Mouth) -> Self {
        Self { mouth, links: SortedMap::new() }
    }

    /// Replaces whatever socket this server had.
    pub fn connect(&mut self, relay: RelayUrl, generation: Generation) {
        self.links.remove(&relay);
        let ear = Ear { mouth: self.mouth.clone(), relay: relay.clone(), generation };
        match WebSocket::new(relay.as_str()) {
            Ok(socket) => {
                self.links.insert(relay, Link::listen(socket, ear));
            }
            Err(thrown) => ear.closed(describe(&thrown)),
        }
    }

    pub fn disconnect(&mut self, relay: &RelayUrl) {
        self.links.remove(relay);
    }

    /// Dropped silently when the socket is not open.
    pub fn send(&self, relay: &RelayUrl, text: &str) {
        if let Some(link) = self.links.get(relay)
            && link.socket.ready_state() == WebSocket::OPEN
        {
            // Throws only while connecting, which we are not.
            let _ = link.socket.send_with_str(text);
        }
    }
}

/// A socket and its listeners. Silent and closed when dropped.
#[derive(Debug)]
struct Link {
    socket: WebSocket,
    _opened: Closure<dyn FnMut(Event)>,
    _closed: Closure<dyn FnMut(CloseEvent)>,
    _frame: Closure<dyn FnMut(MessageEvent)>,
}

impl Link {
    fn listen(socket: WebSocket, ear: Ear) -> Self {
        let at_open = ear.clone();
        let opened = Closure::new(move |_: Event| at_open.hear(LinkEvent::Opened));
        let at_close = ear.clone();
        let closed = Closure::new(move |event: CloseEvent| {
            at_close.closed(match event.reason() {
                reason if reason.is_empty() => format!("closed ({})", event.code()),
                reason => reason,
            });
        });
        let source = socket.clone();
        let frame = Closure::new(move |event: MessageEvent| {
            if let Err(reason) = ear.frame(&event.data()) {
                give_up(&source);
                ear.closed(reason.to_owned());
            }
        });
        socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
        socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(frame.as_ref().unchecked_ref()));
        Self { socket, _opened: opened, _closed: closed, _frame: frame }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        give_up(&self.socket);
    }
}

/// From here on the socket says nothing more.
fn give_up(socket: &WebSocket) {
    socket.set_onopen(None);
    socket.set_onclose(None);
    socket.set_onmessage(None);
    // Throws for a bad close code only, and we give none.
    let _ = socket.close();
}

/// Knows whose events it hears.
#[derive(Clone, Debug)]
struct Ear {
    mouth: Mouth,
    relay: RelayUrl,
    generation: Generation,
}

impl Ear {
    /// Fails when the connection must end.
    fn frame(&self, data: &JsValue) -> Result<(), &'static str> {
        let text = data.dyn_ref::<JsString>().ok_or("the server sent something that is no text")?;
        if text.length() > LONGEST_FRAME {
            return Err("the server sent a frame that is too long");
        }
        let event = LinkEvent::Frame { text: text.into() };
        self.drop_in(event).map_err(|_| "more came in than can be stored now")
    }

    fn closed(&self, reason: String) {
        self.hear(LinkEvent::Closed { reason });
    }

    fn hear(&self, event: LinkEvent) {
        // Only frames are ever refused.
        let _ = self.drop_in(event);
    }

    fn drop_in(&self, event: LinkEvent) -> Result<(), crate::Overfull> {
        let (relay, generation) = (self.relay.clone(), self.generation);
        self.mouth.drop_in(Arrival::Link { relay, generation, event })
    }
}
