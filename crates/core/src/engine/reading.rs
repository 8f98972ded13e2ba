//! How far the person has read, and how much is still unread: by the other's latest messages,
//! which are remembered, and by the store where that is not enough.

use super::Engine;
use super::chat::Chat;
use super::history::Wanted;
use super::record::ChatKey;
use super::save::{MessagePart, message_key};
use crate::nostr::EventId;
use crate::store::{Order, Range, Row, Table};
use zajil_api::{Place, Receipts};

/// Rows of the store looked through for one report. What is beyond stays unread until the last
/// message is seen.
const MAX_READ_ROWS: u32 = 6_000;

impl Chat {
    /// A message came late, and was not on the screen: what is still to be said ends before it.
    pub fn read_ends_before(&mut self, place: Place) {
        let Some(told) = self.row.to_mark_read else { return };
        let told_up_to = self.recent.iter().find(|(_, id)| **id == told).map(|(at, _)| *at);
        // Where that is not remembered, it may be anywhere up to what was read.
        if place < told_up_to.unwrap_or(self.row.read_up_to) {
            self.row.to_mark_read = told_up_to.and_then(|_| self.last_incoming_until(place));
        }
    }

    /// Whether no message of the other's can stand at `place` yet, as far as remembered. The
    /// place is the author's choice, but for the first bytes of the message's id.
    pub fn is_free(&self, place: Place) -> bool {
        place > self.recent_from && !self.recent.contains_key(&place)
    }

    /// The other's message at `place`, as far as remembered.
    pub fn incoming_at(&self, place: Place) -> Option<EventId> {
        self.recent.get(&place).copied()
    }

    /// The other's last message up to `place`, as far as remembered.
    pub fn last_incoming_until(&self, place: Place) -> Option<EventId> {
        self.recent.range(..=place).next_back().map(|(_, id)| *id)
    }

    /// How many of the other's messages lie behind `place`, as far as remembered; and whether
    /// that is all.
    pub fn known_after(&self, place: Place) -> (u32, bool) {
        let behind = self.recent.range(place..).filter(|(at, _)| **at > place).count();
        (u32::try_from(behind).unwrap_or(u32::MAX), place >= self.recent_from)
    }

    /// What was read is said once more, unless something of it came late and was not seen.
    fn say_read_again(&mut self) {
        let read = self.row.read_up_to;
        let all_is_read = self.known_after(read) == (self.row.unread, true);
        if all_is_read && self.row.to_mark_read.is_none() {
            self.row.to_mark_read = self.last_incoming_until(read);
        }
    }
}

impl Engine {
    /// The other may not know any more what was read here.
    pub(super) fn say_read_again(&mut self, key: ChatKey) {
        let shared = self.settings.receipts == Receipts::Shared;
        if let Some(chat) = self.chats.get_mut(&key).filter(|_| shared) {
            chat.say_read_again();
        }
    }

    /// Everything up to `up_to` was on the screen, but for what no screen was told yet.
    pub(super) fn mark_read(&mut self, key: ChatKey, up_to: Place) {
        let shared = self.settings.receipts == Receipts::Shared;
        let Some(chat) = self.chats.get_mut(&key) else { return };
        // What came late has its place among what was read.
        let before = chat.row.read_up_to;
        let read = up_to.min(chat.row.newest).max(before);
        let (behind, is_all) = chat.known_after(read);
        if !is_all {
            chat.row.read_up_to = read;
            self.chat_changed(key);
            return self.load_read(key, before, read);
        }
        let untold = self.untold.iter().filter(|(chat, place)| *chat == key && *place <= read);
        let untold: Vec<Place> = untold.map(|(_, place)| *place).collect();
        let behind = behind.saturating_add(u32::try_from(untold.len()).unwrap_or(u32::MAX));
        let unread = behind.min(chat.row.unread);
        if read == before && unread == chat.row.unread {
            return;
        }
        let newest = match untold.iter().min() {
            Some(first) => chat.recent.range(..first).next_back().map(|(_, id)| *id),
            None => chat.last_incoming_until(read),
        };
        let was_read = chat.last_incoming_until(before);
        if shared && newest.is_some() && (newest != was_read || unread < chat.row.unread) {
            chat.row.to_mark_read = newest;
        }
        chat.row.unread = unread;
        chat.row.read_up_to = read;
        self.chat_changed(key);
        self.receipts_due(key);
    }

    /// Further back than is remembered: what was read is counted in the store.
    fn load_read(&mut self, chat: ChatKey, after: Place, up_to: Place) {
        if after < up_to {
            let range = Range {
                table: Table::Messages,
                from: message_key(chat, after, u8::MAX),
                to: Some(message_key(chat, up_to, u8::MAX)),
                order: Order::Descending,
                limit: Some(MAX_READ_ROWS),
            };
            self.load(range, Wanted::Read { chat });
        }
    }

    /// These messages of the chat were on the screen, the last of them first.
    pub(super) fn read_loaded(&mut self, key: ChatKey, rows: &[Row]) {
        let said = rows.iter().filter_map(|(name, row)| match self.read_message(name, row) {
            Some((_, MessagePart::Said(row))) if !row.mine => Some(row.id),
            _ => None,
        });
        let read: Vec<EventId> = said.collect();
        let shared = self.settings.receipts == Receipts::Shared;
        let Some(chat) = self.chats.get_mut(&key) else { return };
        let Some(newest) = read.first() else { return };
        if shared && chat.known_after(chat.row.read_up_to).0 > 0 {
            chat.row.to_mark_read = Some(*newest);
        }
        let count = u32::try_from(read.len()).unwrap_or(u32::MAX);
        let (behind, _) = chat.known_after(chat.row.read_up_to);
        chat.row.unread = chat.row.unread.saturating_sub(count).max(behind);
        self.chat_changed(key);
        self.receipts_due(key);
    }
}
