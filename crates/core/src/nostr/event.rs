//! An event: the only object of Nostr (NIP-01), and its parts before it is signed.

use super::fields::{Fields, Shape};
use super::hex::{self, hex_bytes};
use super::json::{self, Sink};
use super::{HexError, Kind, PublicKey, SecretKey, Signature, Tag};
use rand_core::CryptoRngCore;
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;
use zajil_api::UnixTime;

/// More tags than this no event may have.
pub const MAX_TAGS: usize = 2000;

/// What is wrong with an event. Whoever handed it over is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum EventError {
    /// Not JSON, not the members of an event, or too many tags.
    #[error("not an event (column {column})")]
    Malformed { column: usize },
    #[error("the id is not the hash of the event")]
    Id,
    #[error("the signature does not belong to the event")]
    Signature,
    /// It must not be signed, and is.
    #[error("the inner event carries a signature")]
    Signed,
    /// We tried to sign somebody else's event.
    #[error("the event names another author than the signing key")]
    Author,
}

hex_bytes! {
    /// The SHA-256 of an event's canonical serialization.
    EventId, 32
}

impl EventId {
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl FromStr for EventId {
    type Err = HexError;

    fn from_str(text: &str) -> Result<Self, HexError> {
        hex::decode(text.as_bytes()).map(Self)
    }
}

/// Everything of an event but its id and signature.
#[derive(Clone, PartialEq, Eq)]
pub struct UnsignedEvent {
    pub pubkey: PublicKey,
    pub created_at: UnixTime,
    pub kind: Kind,
    pub tags: Vec<Tag>,
    pub content: String,
}

impl UnsignedEvent {
    /// The hash of `[0,pubkey,created_at,kind,tags,content]`.
    pub fn id(&self) -> EventId {
        id(&self.pubkey, self.created_at, self.kind, &self.tags, &self.content)
    }

    pub(super) fn write_members(&self, out: &mut String) {
        write_members(out, &self.pubkey, self.created_at, self.kind, &self.tags, &self.content);
    }
}

/// A signed event. Its members are what somebody claims until [`verify`](Self::verify) says so.
#[derive(Clone, PartialEq, Eq)]
pub struct Event {
    pub id: EventId,
    pub pubkey: PublicKey,
    pub created_at: UnixTime,
    pub kind: Kind,
    pub tags: Vec<Tag>,
    pub content: String,
    pub sig: Signature,
}

impl Event {
    /// Signs with the key of the author it names; any other key is refused.
    pub fn sign(
        event: UnsignedEvent,
        secret: &SecretKey,
        rng: &mut impl CryptoRngCore,
    ) -> Result<Self, EventError> {
        if event.pubkey != secret.public_key() {
            return Err(EventError::Author);
        }
        let id = event.id();
        let sig = secret.sign(id.as_bytes(), rng);
        let UnsignedEvent { pubkey, created_at, kind, tags, content } = event;
        Ok(Self { id, pubkey, created_at, kind, tags, content, sig })
    }

    /// Reads one JSON object. Members unknown to NIP-01 are ignored, double ones refused.
    pub fn parse(json: &[u8]) -> Result<Self, EventError> {
        let malformed = EventError::Malformed { column: 0 };
        Self::from_fields(Fields::parse(json, Shape::Event)?).ok_or(malformed)
    }

    /// `None` if there is no signature.
    pub(super) fn from_fields(fields: Fields) -> Option<Self> {
        let Fields { id, pubkey, created_at, kind, tags, content, sig, .. } = fields;
        sig.map(|sig| Self { id, pubkey, created_at, kind, tags, content, sig })
    }

    /// Recomputes the id. Without this one hostile relay poisons whatever goes by id.
    pub fn verify_id(&self) -> Result<(), EventError> {
        let id = id(&self.pubkey, self.created_at, self.kind, &self.tags, &self.content);
        if id == self.id { Ok(()) } else { Err(EventError::Id) }
    }

    /// Recomputes the id and checks the author's signature over it.
    pub fn verify(&self) -> Result<(), EventError> {
        self.verify_id()?;
        self.pubkey.verify(self.id.as_bytes(), &self.sig).map_err(|_| EventError::Signature)
    }

    /// The value of the first tag of that name.
    pub fn tag_value(&self, name: &str) -> Option<&str> {
        self.tags.iter().find(|tag| tag.name() == name).and_then(Tag::value)
    }

    pub fn to_json(&self) -> String {
        let mut out = String::with_capacity(384 + self.content.len());
        self.write(&mut out);
        out
    }

    pub(super) fn write(&self, out: &mut String) {
        out.push_str("{\"id\":");
        json::hex(out, self.id.as_bytes());
        write_members(out, &self.pubkey, self.created_at, self.kind, &self.tags, &self.content);
        out.push_str(",\"sig\":");
        json::hex(out, self.sig.as_bytes());
        out.push('}');
    }
}

fn id(
    pubkey: &PublicKey,
    created_at: UnixTime,
    kind: Kind,
    tags: &[Tag],
    content: &str,
) -> EventId {
    let mut hash = Sha256::new();
    hash.put("[0,");
    json::hex(&mut hash, pubkey.as_bytes());
    hash.put(",");
    json::number(&mut hash, created_at.0);
    hash.put(",");
    json::number(&mut hash, kind.0.into());
    hash.put(",");
    json::array(&mut hash, tags, |hash, tag| tag.write(hash));
    hash.put(",");
    json::string(&mut hash, content);
    hash.put("]");
    EventId(hash.finalize().into())
}

fn write_members(
    out: &mut String,
    pubkey: &PublicKey,
    created_at: UnixTime,
    kind: Kind,
    tags: &[Tag],
    content: &str,
) {
    out.push_str(",\"pubkey\":");
    json::hex(out, pubkey.as_bytes());
    out.push_str(",\"created_at\":");
    json::number(out, created_at.0);
    out.push_str(",\"kind\":");
    json::number(out, kind.0.into());
    out.push_str(",\"tags\":");
    json::array(out, tags, |out, tag| tag.write(out));
    out.push_str(",\"content\":");
    json::string(out, content);
}

/// The content may be what people wrote: only its length is shown.
impl fmt::Debug for UnsignedEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnsignedEvent")
            .field("pubkey", &self.pubkey)
            .field("created_at", &self.created_at.0)
            .field("kind", &self.kind.0)
            .field("tags", &self.tags)
            .field("content", &format_args!("{} bytes", self.content.len()))
            .finish()
    }
}

/// Shows of the content only its length.
impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("id", &self.id)
            .field("pubkey", &self.pubkey)
            .field("created_at", &self.created_at.0)
            .field("kind", &self.kind.0)
            .field("tags", &self.tags)
            .field("content", &format_args!("{} bytes", self.content.len()))
            .finish_non_exhaustive()
    }
}
