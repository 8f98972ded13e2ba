//! Zajil's interface: a single-page app that draws what the engine's worker tells it.
//!
//! `client` is the tab's end of the port to the engine; `ui` is everything on the
//! screen. There is no cryptography, no protocol and no stored message in here.

#[cfg(not(feature = "preview"))]
mod client;
#[cfg(feature = "preview")]
#[path = "preview/mod.rs"]
mod client;
mod ui;

pub use ui::start;
