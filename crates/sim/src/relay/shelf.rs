//! What a relay keeps, found by what is asked for.

use super::query::Query;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;
use zajil_core::nostr::Event;

/// An event, parsed once for all relays, and as it stood on the wire.
pub struct Kept {
    pub event: Event,
    pub id: String,
    pub json: String,
}

impl Kept {
    pub fn of(json: &str) -> Option<Rc<Self>> {
        let event = Event::parse(json.as_bytes()).ok()?;
        Some(Rc::new(Self { id: event.id.to_hex(), event, json: json.to_owned() }))
    }

    fn key(&self) -> Key {
        (self.event.created_at.0, self.id.clone())
    }
}

/// Time, then id.
type Key = (u64, String);

#[derive(Default)]
pub struct Shelf {
    all: BTreeMap<Key, Rc<Kept>>,
    ids: BTreeMap<String, Key>,
    /// By the name and value of a tag, or `author` and a key.
    places: HashMap<(String, String), BTreeSet<Key>>,
}

impl Shelf {
    pub fn holds(&self, id: &str) -> bool {
        self.ids.contains_key(id)
    }

    pub fn len(&self) -> usize {
        self.all.len()
    }

    pub fn nth(&self, at: usize) -> Option<&Rc<Kept>> {
        self.all.values().nth(at)
    }

    pub fn contents(&self) -> impl Iterator<Item = &str> {
        self.all.values().map(|kept| kept.event.content.as_str())
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    pub fn insert(&mut self, kept: &Rc<Kept>) {
        let event = &kept.event;
        if event.kind.is_replaceable() || event.kind.is_addressable() {
            let slot = |other: &Event| {
                (other.kind, other.pubkey, other.tag_value("d").unwrap_or_default().to_owned())
            };
            let author = ("author".to_owned(), event.pubkey.to_hex());
            let same: Vec<Key> = self.places.get(&author).into_iter().flatten().cloned().collect();
            for key in same {
                let Some(old) = self.all.get(&key) else { continue };
                if slot(&old.event) != slot(event) {
                    continue;
                }
                if old.event.created_at >= event.created_at {
                    return;
                }
                self.ids.remove(&old.id);
                self.all.remove(&key);
            }
        }
        self.ids.insert(kept.id.clone(), kept.key());
        self.all.insert(kept.key(), Rc::clone(kept));
        let tags = event.tags.iter().filter(|tag| tag.name().len() == 1);
        let tags = tags.filter_map(|tag| Some((tag.name().to_owned(), tag.value()?.to_owned())));
        let author = ("author".to_owned(), event.pubkey.to_hex());
        for place in tags.chain([author]) {
            self.places.entry(place).or_default().insert(kept.key());
        }
    }

    /// What matches, newest first, at most `limit`.
    pub fn find(&self, query: &Query, limit: usize) -> Vec<Rc<Kept>> {
        let limit = query.limit.map_or(limit, |wanted| wanted.min(limit));
        let from = (query.since.unwrap_or(0), String::new());
        let to = (query.until.map_or(u64::MAX, |until| until.saturating_add(1)), String::new());
        if from >= to {
            return Vec::new();
        }
        if let Some(ids) = &query.ids {
            let found = ids.iter().filter_map(|id| self.all.get(self.ids.get(id)?));
            return found.filter(|kept| query.matches(&kept.event)).take(limit).cloned().collect();
        }
        let matching = |key: &Key| self.all.get(key).filter(|kept| query.matches(&kept.event));
        let named = match (&query.tags.first(), &query.authors) {
            (Some((name, values)), _) => Some((name.as_str(), values)),
            (None, Some(authors)) => Some(("author", authors)),
            (None, None) => None,
        };
        let mut found: Vec<Rc<Kept>> = Vec::new();
        match named {
            Some((name, values)) => {
                for value in values {
                    let place = (name.to_owned(), value.clone());
                    let Some(keys) = self.places.get(&place) else { continue };
                    let keys = keys.range(from.clone()..to.clone()).rev();
                    found.extend(keys.filter_map(matching).take(limit).cloned());
                }
                found.sort_by_key(|kept| std::cmp::Reverse(kept.key()));
                found.truncate(limit);
            }
            None => {
                let all = self.all.range(from..to).rev().map(|(_, kept)| kept);
                found.extend(all.filter(|kept| query.matches(&kept.event)).take(limit).cloned());
            }
        }
        found
    }
}
