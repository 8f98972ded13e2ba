//! A filter: which events a subscription asks for (NIP-01).

use super::json::{self, Sink};
use super::{Event, EventId, Kind, MessageError, PublicKey};
use crate::sorted::{SortedMap, SortedSet};
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use std::fmt;
use zajil_api::UnixTime;

/// Conditions that must all hold. One that was never set always holds; one that was set to
/// nothing never does, so that an empty list of chats does not ask for the whole world.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    ids: Option<SortedSet<EventId>>,
    authors: Option<SortedSet<PublicKey>>,
    kinds: Option<SortedSet<Kind>>,
    /// By the single letter that names the tag.
    tags: SortedMap<char, SortedSet<String>>,
    since: Option<UnixTime>,
    until: Option<UnixTime>,
    limit: Option<u64>,
}

impl Filter {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn ids(mut self, ids: impl IntoIterator<Item = EventId>) -> Self {
        self.ids.get_or_insert_default().extend(ids);
        self
    }

    pub fn authors(mut self, authors: impl IntoIterator<Item = PublicKey>) -> Self {
        self.authors.get_or_insert_default().extend(authors);
        self
    }

    pub fn kinds(mut self, kinds: impl IntoIterator<Item = Kind>) -> Self {
        self.kinds.get_or_insert_default().extend(kinds);
        self
    }

    /// Events with a tag of this one-letter name and one of these values.
    pub fn tags<S: Into<String>>(
        mut self,
        letter: char,
        values: impl IntoIterator<Item = S>,
    ) -> Self {
        self.tags.entry(letter).or_default().extend(values.into_iter().map(Into::into));
        self
    }

    /// Created then or later.
    pub fn since(mut self, time: UnixTime) -> Self {
        self.since = Some(time);
        self
    }

    /// Created then or earlier.
    pub fn until(mut self, time: UnixTime) -> Self {
        self.until = Some(time);
        self
    }

    /// Of those already stored at most so many, the newest.
    pub fn limit(mut self, limit: u64) -> Self {
        self.limit = Some(limit);
        self
    }

    /// How many stored events are wanted at most.
    pub fn wanted(&self) -> Option<u64> {
        self.limit
    }

    /// Whether the event fulfils every condition; the limit is none.
    pub fn matches(&self, event: &Event) -> bool {
        self.ids.as_ref().is_none_or(|ids| ids.contains(&event.id))
            && self.authors.as_ref().is_none_or(|authors| authors.contains(&event.pubkey))
            && self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&event.kind))
            && self.since.is_none_or(|since| since <= event.created_at)
            && self.until.is_none_or(|until| event.created_at <= until)
            && self.tags.iter().all(|(letter, values)| {
                let mut name = [0; 4];
                let name: &str = letter.encode_utf8(&mut name);
                event.tags.iter().any(|tag| {
                    tag.name() == name && tag.value().is_some_and(|value| values.contains(value))
                })
            })
    }

    pub fn parse(json: &str) -> Result<Self, MessageError> {
        serde_json::from_str(json).map_err(|error| MessageError::malformed(&error))
    }

    pub fn to_json(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    pub(super) fn write(&self, out: &mut String) {
        let mut members = Members { out, first: true };
        if let Some(ids) = &self.ids {
            let out = members.begin("ids");
            json::array(out, ids, |out, id| json::hex(out, id.as_bytes()));
        }
        if let Some(authors) = &self.authors {
            let out = members.begin("authors");
            json::array(out, authors, |out, author| json::hex(out, author.as_bytes()));
        }
        if let Some(kinds) = &self.kinds {
            json::array(members.begin("kinds"), kinds, |out, kind| {
                json::number(out, kind.0.into());
            });
        }
        for (letter, values) in &self.tags {
            let out = members.begin(&format!("#{letter}"));
            json::array(out, values, |out, value| json::string(out, value));
        }
        if let Some(since) = self.since {
            json::number(members.begin("since"), since.0);
        }
        if let Some(until) = self.until {
            json::number(members.begin("until"), until.0);
        }
        if let Some(limit) = self.limit {
            json::number(members.begin("limit"), limit);
        }
        members.end();
    }
}

/// A JSON object in the making.
struct Members<'a> {
    out: &'a mut String,
    first: bool,
}

impl Members<'_> {
    fn begin(&mut self, name: &str) -> &mut String {
        self.out.put(if self.first { "{" } else { "," });
        self.first = false;
        json::string(self.out, name);
        self.out.put(":");
        self.out
    }

    fn end(self) {
        self.out.put(if self.first { "{}" } else { "}" });
    }
}

/// Refuses conditions it does not know: ignoring one would match too much.
impl<'de> Deserialize<'de> for Filter {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_map(FilterVisitor)
    }
}

struct FilterVisitor;

impl<'de> Visitor<'de> for FilterVisitor {
    type Value = Filter;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a filter")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Filter, A::Error> {
        let mut filter = Filter::new();
        let mut seen = SortedSet::new();
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "ids" => filter.ids = Some(map.next_value()?),
                "authors" => filter.authors = Some(map.next_value()?),
                "kinds" => filter.kinds = Some(map.next_value()?),
                "since" => filter.since = Some(map.next_value()?),
                "until" => filter.until = Some(map.next_value()?),
                "limit" => filter.limit = Some(map.next_value()?),
                name => {
                    let letter =
                        tag_letter(name).ok_or_else(|| A::Error::custom("an unknown condition"))?;
                    filter.tags.insert(letter, map.next_value()?);
                }
            }
            if !seen.insert(name) {
                return Err(A::Error::custom("the same condition twice"));
            }
        }
        Ok(filter)
    }
}

/// The `e` of `#e`.
fn tag_letter(name: &str) -> Option<char> {
    let mut letters = name.strip_prefix('#')?.chars();
    let letter = letters.next()?;
    (letter.is_ascii_alphabetic() && letters.next().is_none()).then_some(letter)
}
