//! The simulator: whole histories of people, devices, relays and everything that goes wrong
//! with them, run natively in virtual time, held against what Zajil promises.
//!
//! | File | Story |
//! |---|---|
//! | `dice` | chance, from one seed |
//! | `history`, `fault`, `text`, `draw` | what happens, written down before it does |
//! | `world`, `relay` | devices, lines and relays to which it happens |
//! | `ledger`, `verdict` | who wrote and saw what, and what must never be |
//! | `run` | one history |
//! | `many` | a great many of them |
//!
//! It uses the engine as a host does, through inputs and outputs, and knows nothing of how it
//! works. It does not know browsers: what they do to disks and tabs is tested in them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test's world: what cannot be shall end the history, and the history is named"
)]

pub mod dice;
pub mod draw;
pub mod fault;
mod faults;
pub mod history;
mod ledger;
pub mod many;
pub mod mutants;
pub mod outage;
mod relay;
pub mod run;
pub mod shrink;
mod text;
pub mod verdict;
mod world;

/// The beginning of a frame, for a trace.
fn short(text: &str) -> &str {
    let end = text.char_indices().nth(400).map_or(text.len(), |(at, _)| at);
    &text[..end]
}
