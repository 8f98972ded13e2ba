//! Own messages whose last word is not spoken: not yet read by the other.

use super::record::{ChatKey, UnsettledRow};
use crate::nostr::EventId;
use std::collections::BTreeMap;
use zajil_api::{MessageState, Seq};

/// More of one chat are not waited for.
const MAX_PER_CHAT: usize = 2_000;

/// By place and by id; a message leaves when it was read.
#[derive(Debug, Default)]
pub(super) struct Unsettled {
    by_place: BTreeMap<(ChatKey, Seq), UnsettledRow>,
    by_id: BTreeMap<EventId, (ChatKey, Seq)>,
}

impl Unsettled {
    /// Remembers a message. Some people never tell that they read: where a chat has too
    /// many, the oldest is let go, and its id returned.
    pub fn insert(&mut self, row: UnsettledRow) -> Option<EventId> {
        self.by_id.insert(row.id, (row.chat, row.seq));
        self.by_place.insert((row.chat, row.seq), row);
        let of_chat = || self.by_place.range((row.chat, Seq(0))..=(row.chat, row.seq));
        let oldest = of_chat().next().map(|(place, row)| (*place, row.id))?;
        if of_chat().count() <= MAX_PER_CHAT {
            return None;
        }
        self.by_place.remove(&oldest.0);
        self.by_id.remove(&oldest.1);
        Some(oldest.1)
    }

    pub fn place_of(&self, id: &EventId) -> Option<(ChatKey, Seq)> {
        self.by_id.get(id).copied()
    }

    pub fn state_at(&self, chat: ChatKey, seq: Seq) -> Option<MessageState> {
        self.by_place.get(&(chat, seq)).map(|row| row.state)
    }

    /// Places in `chat` up to `seq`.
    pub fn up_to(&self, chat: ChatKey, seq: Seq) -> Vec<Seq> {
        self.by_place.range((chat, Seq(0))..=(chat, seq)).map(|((_, seq), _)| *seq).collect()
    }

    /// The row with its new state; `None` where that would be no step forward.
    pub fn advance(
        &mut self,
        chat: ChatKey,
        seq: Seq,
        state: MessageState,
    ) -> Option<UnsettledRow> {
        let row = self.by_place.get_mut(&(chat, seq))?;
        let fails = state == MessageState::NotSent && row.state == MessageState::Sending;
        if state <= row.state && !fails {
            return None;
        }
        row.state = state;
        let row = *row;
        if state == MessageState::Read {
            self.by_place.remove(&(chat, seq));
            self.by_id.remove(&row.id);
        }
        Some(row)
    }
}
