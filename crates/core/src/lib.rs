//! The engine.
pub mod engine;
pub mod envelope;
pub mod mls;
pub mod nostr;
pub mod relay;
pub mod store;
