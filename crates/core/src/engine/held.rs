//! Events that were fetched and wait to be read in their order.

use super::progress::weight;
use crate::nostr::{Event, EventId, Kind, Signature};
use std::collections::BTreeMap;
use zajil_api::UnixTime;

/// By time, id and signature: the id does not vouch for the signature, and a copy with
/// a broken one must not take the place of the true one.
pub(super) type Place = (UnixTime, EventId, Signature);

/// Invitations come before messages: they may be what makes these readable.
#[derive(Debug, Default)]
pub(super) struct Held {
    wraps: BTreeMap<Place, Event>,
    messages: BTreeMap<Place, Event>,
    bytes: usize,
}

impl Held {
    pub fn len(&self) -> usize {
        self.wraps.len() + self.messages.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn bytes(&self) -> usize {
        self.bytes
    }

    pub fn hold(&mut self, event: Event) {
        let cost = weight(&event);
        let events = match event.kind {
            Kind::GIFT_WRAP => &mut self.wraps,
            _ => &mut self.messages,
        };
        if events.insert((event.created_at, event.id, event.sig), event).is_none() {
            self.bytes = self.bytes.saturating_add(cost);
        }
    }

    /// The next event to be read, if it is not dated after `horizon`.
    pub fn next(&mut self, horizon: UnixTime) -> Option<Event> {
        let events = match self.wraps.first_key_value() {
            Some(((time, ..), _)) if *time <= horizon => &mut self.wraps,
            _ => &mut self.messages,
        };
        let first = events.first_entry().filter(|entry| entry.key().0 <= horizon)?;
        let event = first.remove();
        self.bytes = self.bytes.saturating_sub(weight(&event));
        Some(event)
    }

    pub fn has_next(&self, horizon: UnixTime) -> bool {
        [&self.wraps, &self.messages]
            .into_iter()
            .filter_map(|events| events.first_key_value())
            .any(|((time, ..), _)| *time <= horizon)
    }
}
