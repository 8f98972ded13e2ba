//! The browser around the engine.
//!
//! A tab starts this crate as a dedicated worker. It waits until no other tab of
//! the origin holds the engine, opens the store and the vault, rebuilds the engine
//! from what is stored, and from then on moves inputs and outputs between the
//! engine and the browser:
//!
//! ```text
//!  tab ─Request─▶ inbox ─Input─▶ Engine ─Output─▶ Carrier ─Effect─▶ tab, sockets
//!  socket events ──▲                                 │
//!                                                    └─▶ Store (a Save first becomes durable)
//! ```
//!
//! [`host`], [`inbox`] and [`carrier`] know order, [`web`] knows the browser, and none
//! of them knows what a message means: no protocol, no keys but the vault's, no text.

mod carrier;
mod clock;
mod host;
mod inbox;
pub mod web;

pub use carrier::{Carrier, Effect};
pub use clock::Clock;
pub use host::Host;
pub use inbox::{Arrival, Generation, Inbox, LinkEvent, Mouth, Overfull};

use wasm_bindgen::prelude::wasm_bindgen;

/// The worker's entry: called once by the loader when the module is ready.
#[wasm_bindgen]
pub fn start() {
    web::start();
}
