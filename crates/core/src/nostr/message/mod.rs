//! What a client and a relay say to each other: JSON arrays, one to a frame (NIP-01, NIP-42, NIP-77).

mod client;
mod relay;

pub use client::ClientMessage;
pub use relay::{RelayMessage, peek_created_at, peek_event_id};

use super::fields::Shape;
use super::{Event, json};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error};
use std::fmt;
use thiserror::Error;

/// A longer frame, in bytes, is not even looked at. Relays' own limits are around 128 KiB.
pub const MAX_FRAME: usize = 1 << 20;

/// What is wrong with a frame. The other end of the socket is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MessageError {
    #[error("a frame of {found} bytes is too long")]
    TooLong { found: usize },
    #[error("not a message (column {column})")]
    Malformed { column: usize },
}

impl MessageError {
    /// Keeps the place and drops serde's words, which may repeat what was in the frame.
    pub(super) fn malformed(error: &serde_json::Error) -> Self {
        Self::Malformed { column: error.column() }
    }
}

/// Names a subscription on one connection: 1 to 64 characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriptionId(String);

impl SubscriptionId {
    /// `None` if it has no characters or more than 64.
    pub fn new(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        let fits = !text.is_empty() && text.chars().take(65).count() <= 64;
        fits.then_some(Self(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn write(&self, out: &mut String) {
        json::string(out, &self.0);
    }
}

impl fmt::Display for SubscriptionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for SubscriptionId {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(input)?)
            .ok_or_else(|| D::Error::custom("not a subscription id"))
    }
}

/// An event inside a message.
impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        Event::from_fields(Shape::Event.deserialize(input)?)
            .ok_or_else(|| D::Error::missing_field("sig"))
    }
}

fn parse<'de, T: Deserialize<'de>>(frame: &'de str) -> Result<T, MessageError> {
    if frame.len() > MAX_FRAME {
        return Err(MessageError::TooLong { found: frame.len() });
    }
    serde_json::from_str(frame).map_err(|error| MessageError::malformed(&error))
}

/// Bytes as NIP-77 writes them: hex of any length.
fn bytes<E: Error>(text: &str) -> Result<Vec<u8>, E> {
    hex::decode(text).map_err(|_| E::custom("not hex"))
}

fn write_bytes(out: &mut String, bytes: &[u8]) {
    json::string(out, &hex::encode(bytes));
}

/// Begins `["NAME"`.
fn begin(name: &str) -> String {
    format!("[\"{name}\"")
}
