//! What crosses the port between a tab and the engine's worker.
//!
//! A tab sends [`Command`]s: wishes, in the imperative. It receives [`Update`]s:
//! facts, in the past tense, each already durable when it arrives. Between them
//! stand the view types, which hold just what a screen draws.
//!
//! This crate does no work: no protocol, no cryptography, no storage. Everything
//! in it survives a structured clone, so it may contain plain data only, and it
//! never contains a key or any other secret, with one exception that is meant to
//! be shared: the payload of the person's own invite link. What people say, are
//! called and share is not for logs either: `Debug` shows its length.

mod command;
mod failure;
mod id;
mod redact;
mod update;
mod view;

pub use command::{Command, CommandId, Request};
pub use failure::Failure;
pub use id::{ChatId, MessageId, PublicKey, RelayUrl, Seq, UnixTime};
pub use update::{Storage, Update};
pub use view::{
    Account, Chat, Contact, Direction, Invite, LinkState, Message, MessageState, Preview, Receipts,
    Server, Settings, Snapshot, Stage,
};

#[cfg(test)]
mod secrets_tests;
