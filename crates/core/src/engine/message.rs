//! A message: its place, and how it is shown.

use super::chat::PREVIEW;
use super::record::MessageRow;
use crate::envelope::{Inner, InnerKind};
use crate::nostr::{EventId, Rumor};
use zajil_api::{Direction, Message, MessageId, MessageState, Place, Preview};

impl MessageRow {
    pub fn place(&self) -> Place {
        Place { at: self.sent_at, clock: self.clock, tie: tie(&self.id) }
    }

    /// The message as it is said to the other.
    pub fn to_rumor(&self) -> Rumor {
        let text = self.text.clone();
        let said = InnerKind::Chat { text, count: self.count, clock: self.clock };
        Inner::rumor(self.author, self.sent_at, &said)
    }

    pub fn preview(&self) -> Preview {
        let direction = match self.mine {
            true => Direction::Outgoing(MessageState::Sending),
            false => Direction::Incoming,
        };
        let text = self.text.chars().take(PREVIEW).collect();
        Preview { text, direction, sent_at: self.sent_at }
    }

    pub fn view(&self, state: MessageState) -> Message {
        Message {
            id: MessageId::new(self.id.to_hex()),
            place: self.place(),
            direction: match self.mine {
                true => Direction::Outgoing(state),
                false => Direction::Incoming,
            },
            author: zajil_api::PublicKey::new(self.author.to_hex()),
            text: self.text.clone(),
            sent_at: self.sent_at,
            received_at: self.received_at,
        }
    }
}

/// How a message's id stands in its place.
pub(super) fn tie(id: &EventId) -> (u32, u32) {
    let (high, low) = id.as_bytes().split_at(4);
    let half =
        |bytes: &[u8]| bytes.first_chunk::<4>().map_or(0, |bytes| u32::from_be_bytes(*bytes));
    (half(high), half(low))
}
