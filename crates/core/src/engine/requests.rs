//! What a request may cost: of somebody who was not accepted so much is read, then nothing.
//!
//! Whoever is not accepted can write for ever, and each of their events would stay behind, if
//! only as seen. So what was read of them is counted, whatever it was. Then they are no longer
//! listened to: what servers keep of theirs is asked for once they are accepted.

use super::Engine;
use super::chat::Chat;
use super::seen::{SeenOf, routing_of};
use crate::nostr::{Event, Kind};
use crate::store::Table;
use zajil_api::Stage;

/// Events read of somebody whose request is not accepted.
const MAX_REQUEST_EVENTS: u64 = 50;

impl Chat {
    /// Whether what is written in the chat is asked for and read.
    pub fn is_listened_to(&self) -> bool {
        self.row.stage != Stage::Requested || self.row.received < MAX_REQUEST_EVENTS
    }
}

impl Engine {
    /// Whether an event is to be read. What was asked for before a chat was given up, or had
    /// said too much, may still arrive.
    pub(super) fn is_for_us(&self, event: &Event) -> bool {
        let chat = || self.chats.get(&self.chat_of_group(&routing_of(event)?)?);
        event.kind != Kind::GROUP_MESSAGE || chat().is_some_and(Chat::is_listened_to)
    }

    /// An event was read, and stays behind as seen.
    pub(super) fn count_of_request(&mut self, event: &Event) {
        let key = routing_of(event).and_then(|routing| self.chat_of_group(&routing));
        let chat = key.and_then(|key| self.chats.get_mut(&key));
        let Some(chat) = chat.filter(|chat| chat.row.stage == Stage::Requested) else { return };
        chat.row.received += 1;
        let (key, goes_on) = (chat.row.key, chat.is_listened_to());
        self.chat_changed(key);
        if !goes_on {
            tracing::debug!("a request has said enough");
            self.resubscribe();
        }
    }

    /// The chats that are asked for.
    pub(super) fn heard_chats(&self) -> impl Iterator<Item = &Chat> {
        self.chats.values().filter(|chat| chat.is_listened_to())
    }

    /// A chat is gone: nobody hands out again what was handled of it.
    pub(super) fn forget_seen_of(&mut self, routing: &[u8; 32]) {
        let of = SeenOf::group(routing);
        let mut groups = self.chats.values().flat_map(|chat| &chat.row.groups);
        if groups.any(|row| SeenOf::group(&row.nostr_group_id) == of) {
            return;
        }
        for key in self.seen.drop_of(of) {
            self.changes.delete(Table::Seen, key);
        }
    }
}
