//! Own messages whose last word is not spoken: not yet read by the other.

use super::record::{ChatKey, UnsettledRow};
use crate::nostr::EventId;
use std::collections::{BTreeMap, HashMap};
use zajil_api::{MessageState, Place};

/// More of one chat are not waited for.
const MAX_PER_CHAT: usize = 2_000;

/// By place and by id; a message leaves when it was read.
#[derive(Debug, Default)]
pub(super) struct Unsettled {
    by_place: BTreeMap<(ChatKey, Place), UnsettledRow>,
    by_id: HashMap<EventId, (ChatKey, Place)>,
}

impl Unsettled {
    /// Remembers a message. Some people never tell that they read: where a chat has too
    /// many, the oldest is let go, and its id returned.
    pub fn insert(&mut self, row: UnsettledRow) -> Option<EventId> {
        self.by_id.insert(row.id, (row.chat, row.place));
        self.by_place.insert((row.chat, row.place), row);
        let of_chat = || self.by_place.range((row.chat, Place::START)..=(row.chat, row.place));
        let oldest = of_chat().next().map(|(place, row)| (*place, row.id))?;
        if of_chat().count() <= MAX_PER_CHAT {
            return None;
        }
        self.by_place.remove(&oldest.0);
        self.by_id.remove(&oldest.1);
        Some(oldest.1)
    }

    pub fn place_of(&self, id: &EventId) -> Option<(ChatKey, Place)> {
        self.by_id.get(id).copied()
    }

    pub fn state_at(&self, chat: ChatKey, place: Place) -> Option<MessageState> {
        self.by_place.get(&(chat, place)).map(|row| row.state)
    }

    /// Own messages in `chat` that are not known to have reached the other, oldest first.
    pub fn undelivered(&self, chat: ChatKey) -> Vec<Place> {
        let of_chat = self.by_place.range((chat, Place::START)..=(chat, Place::END));
        let waiting = of_chat.filter(|(_, row)| row.state < MessageState::Delivered);
        waiting.map(|((_, place), _)| *place).collect()
    }

    /// Own messages in `chat` up to `place` that reached the other.
    pub fn delivered_up_to(&self, chat: ChatKey, place: Place) -> Vec<Place> {
        let range = self.by_place.range((chat, Place::START)..=(chat, place));
        let reached = range.filter(|(_, row)| row.state == MessageState::Delivered);
        reached.map(|((_, place), _)| *place).collect()
    }

    /// Forgets a message that was taken back.
    pub fn remove(&mut self, chat: ChatKey, place: Place) -> Option<EventId> {
        let row = self.by_place.remove(&(chat, place))?;
        self.by_id.remove(&row.id);
        Some(row.id)
    }

    /// The row with its new state; `None` where that would be no step forward.
    pub fn advance(
        &mut self,
        chat: ChatKey,
        place: Place,
        state: MessageState,
    ) -> Option<UnsettledRow> {
        let row = self.by_place.get_mut(&(chat, place))?;
        let fails = state == MessageState::NotSent && row.state == MessageState::Sending;
        if state <= row.state && !fails {
            return None;
        }
        row.state = state;
        let row = *row;
        if state == MessageState::Read {
            self.by_place.remove(&(chat, place));
            self.by_id.remove(&row.id);
        }
        Some(row)
    }
}
