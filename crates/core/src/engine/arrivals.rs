//! From messages that were read to their places in the chat.

use super::Engine;
use super::record::{ChatKey, MessageRow};
use crate::mutant::{self, Mutant};
use crate::store::Row;
use zajil_api::{MessageState, Update};

/// A message that was read and has no place in its chat yet.
#[derive(Debug)]
pub(super) struct Arrival {
    pub chat: ChatKey,
    pub row: MessageRow,
}

/// Events that were read together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Batch {
    number: u64,
    /// The next row of the outbox when it began.
    pub first_row: u64,
}

impl Engine {
    /// Runs `read`, in which any number of events are read in any order, and gives the
    /// messages among them their places in the order in which they were written.
    pub(super) fn in_written_order(&mut self, read: impl FnOnce(&mut Self)) {
        if self.arrivals.is_some() {
            return read(self);
        }
        self.arrivals = Some(Vec::new());
        self.begin_batch();
        read(self);
        let mut arrivals = self.arrivals.take().unwrap_or_default();
        arrivals.sort_by_key(|arrival| arrival.row.place());
        for arrival in arrivals {
            self.place_arrival(arrival);
        }
    }

    /// What is read from now on came later than what was read before.
    fn begin_batch(&mut self) {
        self.batch = Batch { number: self.batch.number + 1, first_row: self.outbox.next_id() };
    }

    /// The batch that an event read now belongs to: one that came by itself has its own.
    pub(super) fn batch_now(&mut self) -> Batch {
        if self.arrivals.is_none() {
            self.begin_batch();
        }
        self.batch
    }

    pub(super) fn place_arrival(&mut self, Arrival { chat: key, row }: Arrival) {
        let now = self.unix_now();
        let Some(chat) = self.chats.get_mut(&key) else { return };
        let is_free = chat.is_free(row.place());
        let is_counted = row.count.number > 0;
        if chat.note_heard(row.count, row.place(), now) && is_free && is_counted {
            self.keep_arrival(key, &row);
        } else {
            // It came again, because somebody asked for it; or its author lost count, or does
            // not count; or another may stand in its place. What was noted is saved with that.
            self.chat_changed(key);
            self.look_for_known(key, row);
        }
    }

    /// What may be here already: its row is there, or it is new after all. A message that would
    /// take another's place is not shown: its author searched for an id with the same beginning.
    pub(super) fn known_loaded(&mut self, key: ChatKey, row: &MessageRow, rows: &[Row]) {
        self.forget_doubted(&row.id);
        let here = self.said_in(rows).map(|said| said.id);
        let Some(chat) = self.chats.get(&key) else { return };
        let Some(here) = here.or_else(|| chat.incoming_at(row.place())) else {
            return self.keep_arrival(key, row);
        };
        if here != row.id {
            return tracing::debug!("a message in another's place");
        }
        if let Some(chat) = self.chats.get_mut(&key) {
            chat.confirm_once_more(row.id);
            if row.place() <= chat.row.read_up_to {
                // They were not told of it, or did not hear it.
                self.say_read_again(key);
            }
            self.chat_changed(key);
            self.receipts_due(key);
        }
    }

    fn keep_arrival(&mut self, key: ChatKey, row: &MessageRow) {
        let now = self.unix_now();
        let late = mutant::active(Mutant::PlaceByArrival)
            .then(|| MessageRow { sent_at: now, ..row.clone() });
        let row = late.as_ref().unwrap_or(row);
        let Some(chat) = self.chats.get_mut(&key) else { return };
        chat.confirm(row.id);
        let place = chat.place(row, now);
        self.untold.push((key, place));
        self.gaps_due(key);
        self.save_message(key, place, row);
        self.chat_changed(key);
        let message = row.view(MessageState::Sending);
        if !mutant::active(Mutant::SaveAndKeepQuiet) {
            self.update(Update::MessageAdded { answers: None, chat: key.to_id(), message });
        }
        self.receipts_due(key);
    }
}
