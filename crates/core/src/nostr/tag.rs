//! A tag: a name and its values, the part of an event that relays can search (NIP-01).

use super::{EventId, PublicKey, json};
use std::fmt;

/// One or more strings, the first of which is the name. An empty tag does not exist.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Tag(Vec<String>);

impl Tag {
    pub fn new<S: Into<String>>(
        name: impl Into<String>,
        values: impl IntoIterator<Item = S>,
    ) -> Self {
        let mut strings = vec![name.into()];
        strings.extend(values.into_iter().map(Into::into));
        Self(strings)
    }

    /// `None` if there is not even a name.
    pub fn from_strings(strings: Vec<String>) -> Option<Self> {
        (!strings.is_empty()).then_some(Self(strings))
    }

    /// `["e", id]`: this event is about that event.
    pub fn event(id: EventId) -> Self {
        Self::new("e", [id.to_hex()])
    }

    /// `["p", key]`: this event is for, or about, that account.
    pub fn public_key(key: PublicKey) -> Self {
        Self::new("p", [key.to_hex()])
    }

    pub fn name(&self) -> &str {
        self.0.first().map(String::as_str).unwrap_or_default()
    }

    /// Everything after the name.
    pub fn values(&self) -> &[String] {
        self.0.get(1..).unwrap_or_default()
    }

    /// The value relays search by: the first after the name.
    pub fn value(&self) -> Option<&str> {
        self.values().first().map(String::as_str)
    }

    /// Name and values.
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }

    pub(super) fn write(&self, out: &mut impl json::Sink) {
        json::array(out, &self.0, |out, text| json::string(out, text));
    }
}

/// The name and the number of values. Values may be personal and stay out of logs.
impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tag({:?} +{})", self.name(), self.values().len())
    }
}
