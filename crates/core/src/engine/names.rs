//! The events that were made for what is on its way, and which of them each server has.
//!
//! A message may leave as several events in time; a server is asked only for the one that it
//! was sent. Not stored: after a restart only the latest event of a row is known.

use crate::nostr::EventId;
use crate::sorted::SortedMap;
use std::collections::HashMap;
use zajil_api::RelayUrl;

/// Rows of the outbox and their events.
#[derive(Debug, Default)]
pub(super) struct Names {
    rows: HashMap<EventId, u64>,
    /// Every event that was made for a row.
    events: HashMap<u64, Vec<EventId>>,
    /// The one that a server was last sent, or said it has.
    at: HashMap<u64, SortedMap<RelayUrl, EventId>>,
}

impl Names {
    pub fn row_of(&self, event: &EventId) -> Option<u64> {
        self.rows.get(event).copied()
    }

    /// One more event of a row; the earlier ones are still known as its.
    pub fn add(&mut self, row: u64, event: EventId) {
        self.rows.insert(event, row);
        self.events.entry(row).or_default().push(event);
    }

    pub fn forget(&mut self, row: u64) {
        self.at.remove(&row);
        for event in self.events.remove(&row).unwrap_or_default() {
            self.rows.remove(&event);
        }
    }

    /// A server was sent this event of the row, or says that it has it.
    pub fn went_to(&mut self, relay: &RelayUrl, row: u64, event: EventId) {
        self.at.entry(row).or_default().insert(relay.clone(), event);
    }

    /// A server said that it does not take what it was sent.
    pub fn went_in_vain(&mut self, relay: &RelayUrl, row: u64) {
        if let Some(at) = self.at.get_mut(&row) {
            at.remove(relay);
        }
    }

    /// Which of the row's events a server is to be asked for, as far as known.
    pub fn at(&self, relay: &RelayUrl, row: u64) -> Option<EventId> {
        self.at.get(&row)?.get(relay).copied()
    }
}
