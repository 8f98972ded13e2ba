//! The engine.
pub mod engine;
pub mod store;
