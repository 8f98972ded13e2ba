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
mod delivery;
mod failure;
mod gap;
mod id;
mod place;
mod redact;
mod server;
mod update;
mod view;

pub use command::{Command, CommandId, Page, Request};
pub use delivery::{CopyState, Delivery, ServerCopy};
pub use failure::Failure;
pub use gap::{Gap, GapCause};
pub use id::{ChatId, MessageId, PublicKey, RelayUrl, UnixTime};
pub use place::{Place, PlaceError};
pub use server::{Advice, LinkState, Server};
pub use update::{Lead, StopReason, Storage, Update};
pub use view::{
    Account, CatchUp, Chat, Contact, Direction, Invite, Message, MessageState, Preview, Receipts,
    Settings, Snapshot, Stage,
};

#[cfg(test)]
mod secrets_tests;
