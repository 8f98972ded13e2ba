//! The events on disk, and why one was not kept.
//!
//! The library says "error: unknown" of everything that its store turns down, also where
//! nothing is wrong: an event whose successor is here already, or one that came over two
//! connections at once. Clients take that for a fault of the server's and send it again,
//! for ever. So the store's reason is remembered until the answer passes by.

use nostr::{JsonUtil, RelayMessage};
use nostr_lmdb::NostrLMDB;
use nostr_relay_builder::prelude::*;
use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What the library says of whatever its store turned down.
const UNKNOWN: &str = "error: unknown";
/// Reasons remembered at most: an answer may never pass by, where its client left.
const MAX_REASONS: usize = 4096;

#[derive(Debug)]
pub struct Store {
    events: NostrLMDB,
    reasons: Mutex<HashMap<EventId, RejectedReason>>,
}

impl Store {
    pub fn open(path: &Path) -> Result<Self, DatabaseError> {
        let events = NostrLMDB::open(path).map_err(DatabaseError::backend)?;
        Ok(Self { events, reasons: Mutex::default() })
    }

    /// A better answer than the library's, where there is one.
    pub fn explain(&self, frame: &str) -> Option<String> {
        if !frame.contains(UNKNOWN) {
            return None;
        }
        let Ok(RelayMessage::Ok { event_id, message, .. }) = RelayMessage::from_json(frame) else {
            return None;
        };
        if message != UNKNOWN {
            return None;
        }
        let reason = self.reasons().remove(&event_id)?;
        let (status, words) = answer_for(reason)?;
        let message = Cow::Borrowed(words);
        Some(RelayMessage::Ok { event_id, status, message }.as_json())
    }

    /// A map of plain values cannot be left half changed, so a panic elsewhere does not matter.
    fn reasons(&self) -> MutexGuard<'_, HashMap<EventId, RejectedReason>> {
        self.reasons.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the client may be content, and the words. NIP-01 knows no word for an event whose
/// successor is here; that it need not be sent again is what "duplicate" says.
fn answer_for(reason: RejectedReason) -> Option<(bool, &'static str)> {
    match reason {
        RejectedReason::Duplicate => Some((true, "duplicate: already have this event")),
        RejectedReason::Replaced => Some((true, "duplicate: have a newer one in its place")),
        RejectedReason::Deleted => Some((false, "blocked: this event is deleted")),
        RejectedReason::Expired => Some((false, "invalid: the event has expired")),
        RejectedReason::InvalidDelete => {
            Some((false, "invalid: an author can delete only what is their own"))
        }
        RejectedReason::Ephemeral | RejectedReason::Other => None,
    }
}

impl NostrDatabase for Store {
    fn backend(&self) -> Backend {
        self.events.backend()
    }

    fn save_event<'a>(
        &'a self,
        event: &'a Event,
    ) -> BoxedFuture<'a, Result<SaveEventStatus, DatabaseError>> {
        Box::pin(async move {
            let status = self.events.save_event(event).await?;
            if let SaveEventStatus::Rejected(reason) = status {
                let mut reasons = self.reasons();
                if reasons.len() >= MAX_REASONS {
                    reasons.clear();
                }
                reasons.insert(event.id, reason);
            }
            Ok(status)
        })
    }

    fn check_id<'a>(
        &'a self,
        event_id: &'a EventId,
    ) -> BoxedFuture<'a, Result<DatabaseEventStatus, DatabaseError>> {
        self.events.check_id(event_id)
    }

    fn event_by_id<'a>(
        &'a self,
        event_id: &'a EventId,
    ) -> BoxedFuture<'a, Result<Option<Event>, DatabaseError>> {
        self.events.event_by_id(event_id)
    }

    fn count(&self, filter: Filter) -> BoxedFuture<'_, Result<usize, DatabaseError>> {
        self.events.count(filter)
    }

    fn query(&self, filter: Filter) -> BoxedFuture<'_, Result<Events, DatabaseError>> {
        self.events.query(filter)
    }

    fn negentropy_items(
        &self,
        filter: Filter,
    ) -> BoxedFuture<'_, Result<Vec<(EventId, Timestamp)>, DatabaseError>> {
        self.events.negentropy_items(filter)
    }

    fn delete(&self, filter: Filter) -> BoxedFuture<'_, Result<(), DatabaseError>> {
        self.events.delete(filter)
    }

    fn wipe(&self) -> BoxedFuture<'_, Result<(), DatabaseError>> {
        self.events.wipe()
    }
}
