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
    by_row: HashMap<u64, Made>,
}

#[derive(Debug, Default)]
struct Made {
    /// Every event that was made for a row.
    events: Vec<EventId>,
    /// The one that a server was last sent, or said it has.
    at: SortedMap<RelayUrl, EventId>,
}

impl Names {
    pub fn row_of(&self, event: &EventId) -> Option<u64> {
        self.rows.get(event).copied()
    }

    /// One more event of a row; the earlier ones are still known as its.
    pub fn add(&mut self, row: u64, event: EventId) {
        self.rows.insert(event, row);
        self.by_row.entry(row).or_default().events.push(event);
    }

    pub fn forget(&mut self, row: u64) {
        for event in self.by_row.remove(&row).unwrap_or_default().events {
            self.rows.remove(&event);
        }
    }

    /// A server was sent this event of the row, or says that it has it.
    pub fn went_to(&mut self, relay: &RelayUrl, row: u64, event: EventId) {
        self.by_row.entry(row).or_default().at.insert(relay.clone(), event);
    }

    /// A server said that it does not take what it was sent.
    pub fn went_in_vain(&mut self, relay: &RelayUrl, row: u64) {
        if let Some(made) = self.by_row.get_mut(&row) {
            made.at.remove(relay);
        }
    }

    /// Which of the row's events a server is to be asked for, as far as known.
    pub fn at(&self, relay: &RelayUrl, row: u64) -> Option<EventId> {
        self.by_row.get(&row)?.at.get(relay).copied()
    }
}
