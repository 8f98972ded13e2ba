//! The members of an event, read from JSON in one pass.
//!
//! Two policies: relays may add members to an event and we look past them; a rumor has exactly
//! six. Under either a member that comes twice is refused, because two readers could take
//! different ones.

use super::event::{EventError, MAX_TAGS};
use super::{EventId, Kind, PublicKey, Signature, Tag, UnsignedEvent};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;
use zajil_api::UnixTime;

/// The latest time an event may have: the last whole number that every JSON reader holds
/// exactly. No structured clone carries a greater one, so a single such event would stop
/// whoever passes its time on.
pub const MAX_TIME: UnixTime = UnixTime((1 << 53) - 1);

/// Which members there may be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// All seven; others are ignored.
    Event,
    /// All but the signature; others are refused.
    Rumor,
}

pub(super) struct Fields {
    pub id: EventId,
    pub pubkey: PublicKey,
    pub created_at: UnixTime,
    pub kind: Kind,
    pub tags: Vec<Tag>,
    pub content: String,
    /// Always there in the shape of an event.
    pub sig: Option<Signature>,
    /// A rumor had a `sig` of whatever form.
    pub signed: bool,
}

impl Fields {
    /// Reads exactly one JSON object with nothing but white space around it.
    pub fn parse(json: &[u8], shape: Shape) -> Result<Self, EventError> {
        let mut input = serde_json::Deserializer::from_slice(json);
        let fields = shape.deserialize(&mut input).and_then(|fields| {
            input.end()?;
            Ok(fields)
        });
        // The column only: serde's own words may repeat a content that is private.
        fields.map_err(|error| EventError::Malformed { column: error.column() })
    }

    pub fn into_unsigned(self) -> UnsignedEvent {
        UnsignedEvent {
            pubkey: self.pubkey,
            created_at: self.created_at,
            kind: self.kind,
            tags: self.tags,
            content: self.content,
        }
    }
}

impl<'de> DeserializeSeed<'de> for Shape {
    type Value = Fields;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Fields, D::Error> {
        input.deserialize_map(self)
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Name {
    Id,
    Pubkey,
    CreatedAt,
    Kind,
    Tags,
    Content,
    Sig,
    #[serde(other)]
    Unknown,
}

impl<'de> Visitor<'de> for Shape {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let (mut id, mut pubkey, mut created_at, mut kind) = (None, None, None, None);
        let (mut tags, mut content, mut sig, mut signed) = (None, None, None, false);
        while let Some(name) = map.next_key::<Name>()? {
            match name {
                Name::Id => fill(&mut id, "id", &mut map)?,
                Name::Pubkey => fill(&mut pubkey, "pubkey", &mut map)?,
                Name::CreatedAt => fill(&mut created_at, "created_at", &mut map)?,
                Name::Kind => fill(&mut kind, "kind", &mut map)?,
                Name::Tags => fill(&mut tags, "tags", &mut map)?,
                Name::Content => fill(&mut content, "content", &mut map)?,
                Name::Sig if self == Shape::Event => fill(&mut sig, "sig", &mut map)?,
                Name::Sig => {
                    signed = true;
                    map.next_value::<IgnoredAny>()?;
                }
                Name::Unknown if self == Shape::Event => {
                    map.next_value::<IgnoredAny>()?;
                }
                Name::Unknown => return Err(A::Error::custom("an unknown member")),
            }
        }
        if self == Shape::Event && sig.is_none() {
            return Err(A::Error::missing_field("sig"));
        }
        let created_at = created_at.ok_or_else(|| A::Error::missing_field("created_at"))?;
        if created_at > MAX_TIME {
            return Err(A::Error::custom("a time beyond all others"));
        }
        let Tags(tags) = tags.ok_or_else(|| A::Error::missing_field("tags"))?;
        Ok(Fields {
            id: id.ok_or_else(|| A::Error::missing_field("id"))?,
            pubkey: pubkey.ok_or_else(|| A::Error::missing_field("pubkey"))?,
            created_at,
            kind: kind.ok_or_else(|| A::Error::missing_field("kind"))?,
            tags,
            content: content.ok_or_else(|| A::Error::missing_field("content"))?,
            sig,
            signed,
        })
    }
}

/// Reads a member into its place, which must still be empty.
fn fill<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    place: &mut Option<T>,
    name: &'static str,
    map: &mut A,
) -> Result<(), A::Error> {
    if place.is_some() {
        return Err(A::Error::duplicate_field(name));
    }
    *place = Some(map.next_value()?);
    Ok(())
}

/// At most [`MAX_TAGS`] of them, counted while reading.
struct Tags(Vec<Tag>);

impl<'de> Deserialize<'de> for Tags {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_seq(TagsVisitor)
    }
}

struct TagsVisitor;

impl<'de> Visitor<'de> for TagsVisitor {
    type Value = Tags;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of tags")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tags, A::Error> {
        let mut tags = Vec::new();
        while let Some(strings) = seq.next_element()? {
            let tag = Tag::from_strings(strings);
            tags.push(tag.ok_or_else(|| A::Error::custom("an empty tag"))?);
            if tags.len() > MAX_TAGS {
                return Err(A::Error::custom("too many tags"));
            }
        }
        Ok(Tags(tags))
    }
}
