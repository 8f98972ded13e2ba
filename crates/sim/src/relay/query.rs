//! A filter as a relay reads it (NIP-01), ready for an index.

use serde::Deserialize;
use serde_json::{Map, Value};
use zajil_core::nostr::Event;

#[derive(Clone, Debug, Default)]
pub struct Query {
    pub ids: Option<Vec<String>>,
    pub authors: Option<Vec<String>>,
    kinds: Option<Vec<u64>>,
    /// By the letter and the value.
    pub tags: Vec<(String, Vec<String>)>,
    pub since: Option<u64>,
    pub until: Option<u64>,
    pub limit: Option<usize>,
}

impl Query {
    /// `None` where it is not a filter.
    pub fn of(filter: &Value) -> Option<Self> {
        let filter = filter.as_object()?;
        let tags = filter
            .iter()
            .filter_map(|(name, values)| Some((name.strip_prefix('#')?.to_owned(), list(values)?)));
        Some(Self {
            ids: member(filter, "ids"),
            authors: member(filter, "authors"),
            kinds: member(filter, "kinds"),
            tags: tags.collect(),
            since: member(filter, "since"),
            until: member(filter, "until"),
            limit: member(filter, "limit"),
        })
    }

    pub fn matches(&self, event: &Event) -> bool {
        let at = event.created_at.0;
        self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&event.kind.0.into()))
            && self.since.is_none_or(|since| since <= at)
            && self.until.is_none_or(|until| at <= until)
            && self.tags.iter().all(|(name, values)| {
                event.tags.iter().any(|tag| {
                    tag.name() == name
                        && tag.value().is_some_and(|value| values.iter().any(|v| v == value))
                })
            })
            && self.authors.as_ref().is_none_or(|all| all.contains(&event.pubkey.to_hex()))
            && self.ids.as_ref().is_none_or(|ids| ids.contains(&event.id.to_hex()))
    }
}

fn list(values: &Value) -> Option<Vec<String>> {
    Vec::deserialize(values).ok()
}

fn member<'a, T: Deserialize<'a>>(filter: &'a Map<String, Value>, name: &str) -> Option<T> {
    T::deserialize(filter.get(name)?).ok()
}
