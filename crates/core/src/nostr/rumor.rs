//! A rumor: an event without a signature (NIP-59), and what an MLS message carries (Marmot).

use super::event::EventError;
use super::fields::{Fields, Shape};
use super::{EventId, UnsignedEvent, json};
use std::ops::Deref;

/// An unsigned event together with its id. The id always matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rumor {
    id: EventId,
    event: UnsignedEvent,
}

impl Rumor {
    pub fn new(event: UnsignedEvent) -> Self {
        Self { id: event.id(), event }
    }

    pub fn id(&self) -> EventId {
        self.id
    }

    pub fn into_unsigned(self) -> UnsignedEvent {
        self.event
    }

    /// Reads one JSON object with exactly the members id, pubkey, created_at, kind, tags and
    /// content, each once. A signature is refused, and so is an id that does not match.
    pub fn parse_strict(json: &[u8]) -> Result<Self, EventError> {
        let fields = Fields::parse(json, Shape::Rumor)?;
        if fields.signed {
            return Err(EventError::Signed);
        }
        let claimed = fields.id;
        let rumor = Self::new(fields.into_unsigned());
        if rumor.id != claimed {
            return Err(EventError::Id);
        }
        Ok(rumor)
    }

    pub fn to_json(&self) -> String {
        let mut out = String::with_capacity(256 + self.event.content.len());
        out.push_str("{\"id\":");
        json::hex(&mut out, self.id.as_bytes());
        self.event.write_members(&mut out);
        out.push('}');
        out
    }
}

impl Deref for Rumor {
    type Target = UnsignedEvent;

    fn deref(&self) -> &UnsignedEvent {
        &self.event
    }
}
