//! The browser around the engine.
//!
//! A tab starts this crate as a dedicated worker. The worker that leads opens the store
//! and the vault, rebuilds the engine from what is stored, and from then on moves inputs
//! and outputs between the engine, the browser and the workers of the other tabs, which
//! only pass on what their tabs ask and are told:
//!
//! ```text
//!  tab ─Request─▶ Tabs ─▶ inbox ─Input─▶ Engine ─Output─▶ Carrier ─Effect─▶ Tabs, sockets
//!  other workers ──▲        ▲                               │
//!                     socket events                         └─▶ Store (a Save first becomes durable)
//! ```
//!
//! [`host`], [`inbox`] and [`carrier`] know order, [`patience`] what to do about a store that
//! fails, [`tabs`] which worker leads, [`web`] the
//! browser, and none of them knows what a message means: no protocol, no keys but the
//! vault's, no text.

mod carrier;
mod clock;
mod host;
mod inbox;
mod patience;
pub mod tabs;
pub mod web;

pub use carrier::{Carrier, Effect};
pub use clock::Clock;
pub use host::Host;
pub use inbox::{Arrival, Generation, Inbox, LinkEvent, Mouth, Overfull};
pub use patience::{End, Patience};

use wasm_bindgen::prelude::wasm_bindgen;

/// The worker's entry: called once by the loader when the module is ready.
#[wasm_bindgen]
pub fn start() {
    web::start();
}
