//! Relays as places to reach: addresses, connections, patience.
//!
//! Knows when to connect and when to try again. Does not know what is said over a
//! connection: that is the engine's.

mod link;
mod pool;
mod url;

pub use link::Link;
pub use pool::Pool;
pub use url::{RelayUrlError, parse_relay_url};
