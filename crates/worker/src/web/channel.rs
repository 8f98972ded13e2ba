//! What the workers of one account hear of each other.

use crate::tabs::{Event, Note, VERSION};
use js_sys::{Object, Reflect, Uint8Array};
use tracing::warn;
use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, MessageEvent};

/// Closed when dropped.
pub struct Channel {
    channel: BroadcastChannel,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
}

impl Channel {
    /// `None` where the browser has no such thing.
    pub fn open(name: &str, hear: impl Fn(Event) + 'static) -> Option<Self> {
        if !Reflect::has(&js_sys::global(), &"BroadcastChannel".into()).unwrap_or(false) {
            return None;
        }
        let channel = BroadcastChannel::new(name).ok()?;
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            match read(&event.data()) {
                Some(event) => hear(event),
                None => warn!("a note that is none was ignored"),
            }
        });
        channel.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        Some(Self { channel, _on_message: on_message })
    }

    /// What cannot be written down fails.
    pub fn post(&self, note: &Note) -> Result<(), postcard::Error> {
        let bytes = Uint8Array::from(postcard::to_allocvec(note)?.as_slice());
        let message = Object::new();
        // A plain object takes any field, and plain data always clones.
        let _ = Reflect::set(&message, &"version".into(), &VERSION.into());
        let _ = Reflect::set(&message, &"note".into(), &bytes);
        let _ = self.channel.post_message(&message);
        Ok(())
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.channel.set_onmessage(None);
        self.channel.close();
    }
}

/// The version is read first: the rest of another version may not even parse.
fn read(message: &JsValue) -> Option<Event> {
    let version = Reflect::get(message, &"version".into()).ok()?.as_f64()?;
    if version != f64::from(VERSION) {
        // Out of bounds saturates.
        return Some(Event::OtherVersion(version as u32));
    }
    let note = Reflect::get(message, &"note".into()).ok()?;
    let bytes = note.dyn_into::<Uint8Array>().ok()?.to_vec();
    postcard::from_bytes(&bytes).ok().map(Event::Heard)
}
