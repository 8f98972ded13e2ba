//! Own messages whose last word is not spoken: not yet read by the other.

use super::record::{ChatKey, UnsettledRow};
use crate::nostr::EventId;
use std::collections::{BTreeMap, HashMap};
use zajil_api::{MessageState, Place, UnixTime};

/// More of one chat are not waited for to be read.
const MAX_PER_CHAT: usize = 2_000;

/// By place and by id; a message leaves when it was read.
#[derive(Debug, Default)]
pub(super) struct Unsettled {
    by_place: BTreeMap<(ChatKey, Place), UnsettledRow>,
    by_id: HashMap<EventId, (ChatKey, Place)>,
}

impl Unsettled {
    /// Remembers a message. Some people never tell that they read: where a chat has too
    /// many, the oldest that reached the other is let go, and its id returned.
    pub fn insert(&mut self, row: UnsettledRow) -> Option<EventId> {
        self.by_id.insert(row.id, (row.chat, row.place));
        self.by_place.insert((row.chat, row.place), row);
        let mut of_chat = self.by_place.range((row.chat, Place::START)..=(row.chat, Place::END));
        if of_chat.clone().count() <= MAX_PER_CHAT {
            return None;
        }
        let (_, oldest) = of_chat.find(|(_, row)| row.state >= MessageState::Delivered)?;
        let (chat, place) = (oldest.chat, oldest.place);
        self.remove(chat, place)
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

    /// Own messages in `chat` up to `place` that had reached the other `by` then.
    pub fn delivered_up_to(&self, chat: ChatKey, place: Place, by: UnixTime) -> Vec<Place> {
        let range = self.by_place.range((chat, Place::START)..=(chat, place));
        let reached =
            range.filter(|(_, row)| row.state == MessageState::Delivered && row.delivered_at <= by);
        reached.map(|((_, place), _)| *place).collect()
    }

    /// The other says at `at` that a message reached them. The first time counts.
    pub fn reached(&mut self, chat: ChatKey, place: Place, at: UnixTime) {
        if let Some(row) = self.by_place.get_mut(&(chat, place)) {
            let is_first = row.state < MessageState::Delivered;
            row.delivered_at = if is_first { at } else { row.delivered_at.min(at) };
        }
    }

    /// What was sent was not answered, or was taken and lost: whatever servers say from now on,
    /// it may have reached the other.
    pub fn may_be_out(&mut self, chat: ChatKey, place: Place) {
        if let Some(row) = self.by_place.get_mut(&(chat, place)) {
            row.may_be_out |= row.state == MessageState::Sending;
        }
    }

    /// Whether a server may have it, and none was seen to.
    pub fn is_doubtful(&self, chat: ChatKey, place: Place) -> bool {
        let row = self.by_place.get(&(chat, place));
        row.is_some_and(|row| row.may_be_out && row.state == MessageState::Sending)
    }

    /// Whether anybody may have it but us.
    pub fn may_have_left(&self, chat: ChatKey, place: Place) -> bool {
        let row = self.by_place.get(&(chat, place));
        row.is_some_and(|row| row.may_be_out || row.state > MessageState::Sending)
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
        let is_sending = row.state == MessageState::Sending && !row.may_be_out;
        let fails = state == MessageState::NotSent && is_sending;
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

#[cfg(test)]
mod tests {
    use super::*;

    const CHAT: ChatKey = ChatKey([7; 16]);

    fn row(number: u32) -> UnsettledRow {
        let mut id = [0; 32];
        id[..4].copy_from_slice(&number.to_be_bytes());
        let place = Place { at: UnixTime(number.into()), ..Place::START };
        let state = MessageState::Sending;
        UnsettledRow::new(CHAT, place, EventId::from_bytes(id), state)
    }

    #[test]
    fn what_has_not_reached_the_other_is_waited_for_however_much_there_is() {
        let mut unsettled = Unsettled::default();
        let many = u32::try_from(MAX_PER_CHAT).unwrap() + 10;
        for number in 0..many {
            assert_eq!(unsettled.insert(row(number)), None);
        }
        assert_eq!(unsettled.state_at(CHAT, row(0).place), Some(MessageState::Sending));
        for number in [4, 3] {
            unsettled.advance(CHAT, row(number).place, MessageState::Delivered);
        }
        assert_eq!(unsettled.insert(row(many)), Some(row(3).id), "the oldest of those that did");
        assert_eq!(unsettled.state_at(CHAT, row(3).place), None);
        assert_eq!(unsettled.place_of(&row(3).id), None);
        assert_eq!(unsettled.state_at(CHAT, row(4).place), Some(MessageState::Delivered));
    }
}
