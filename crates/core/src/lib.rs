//! The engine.
pub mod engine;
pub mod mls;
pub mod nostr;
pub mod store;
