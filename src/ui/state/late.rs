//! What came late: it stands above what is on the screen, and is pointed to until it was seen.

use super::Timeline;
use zajil_api::{Direction, Place};

impl Timeline {
    /// What is unread and not behind the unread line came late while the chat was closed.
    pub(super) fn find_late(&mut self) {
        let Some(read) = self.unread_after else { return };
        let unread = std::mem::take(&mut self.unread) as usize;
        let incoming = self.messages.iter().filter(|m| m.direction == Direction::Incoming);
        let (mut before, behind): (Vec<_>, Vec<_>) = incoming.partition(|m| m.place <= read);
        for _ in behind.len()..unread {
            let last = before.iter().enumerate().max_by_key(|(_, message)| message.received_at);
            let Some(at) = last.map(|(at, _)| at) else { return };
            insert(&mut self.late, before.swap_remove(at).place);
        }
    }

    /// What came late, above what is on the screen.
    pub fn late(&self) -> &[Place] {
        &self.late
    }

    /// The reader saw everything from `first` on; `false` when that changes nothing.
    pub fn saw_from(&mut self, first: Place) -> bool {
        let before = self.late.len();
        self.late.retain(|place| *place < first);
        self.late.len() != before
    }
}

/// Keeps the order.
pub(super) fn insert(places: &mut Vec<Place>, place: Place) {
    let at = places.partition_point(|held| *held < place);
    places.insert(at, place);
}
