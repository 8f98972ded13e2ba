//! Serves the built app and a relay, for development and for self-hosting.
//!
//! ```text
//!              ┌ /            assets   the files of dist/, from memory, compressed
//!  browser ──▶ ├ /config.json config   the list of servers the app starts with
//!              └ /relay       relay    gate ─▶ nostr-relay-builder ─▶ LMDB
//! ```
//!
//! Every answer carries the same security headers. The relay itself is a library;
//! what stands before it (`relay`) adds what it lacks: a NIP-11 document, limits of
//! size, number and speed, and NIP-40 expiry.
//!
//! It does not do TLS: put a proxy before it on the open internet. It knows nothing
//! of chats: to it, as to every relay, a message is ciphertext.

mod app_config;
mod assets;
mod encoding;
mod error;
mod headers;
mod relay;
mod server;

pub use error::Fault;
pub use relay::Limits;
pub use server::{Config, Server};
