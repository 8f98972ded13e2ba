//! What goes wrong in the fixtures.

use super::fixtures::{Scene, now};
use zajil_api::{
    ChatId, Direction, Gap, GapCause, Message, MessageState, Place, StopReason, Update,
};

pub fn stopped(scene: &str) -> Update {
    let detail = match scene {
        "stopped-gone" => "what was stored is gone: the site's data was cleared",
        _ => "store: the database could not be opened",
    };
    Update::Stopped { reason: reason(scene), detail: detail.to_owned() }
}

fn reason(scene: &str) -> StopReason {
    match scene.trim_start_matches("stopped-") {
        "unsupported" => StopReason::Unsupported,
        "unavailable" => StopReason::StorageUnavailable,
        "gone" => StopReason::StorageGone,
        "unreadable" => StopReason::StorageUnreadable,
        "newer" => StopReason::NewerVersion,
        _ => StopReason::Fault,
    }
}

/// One of every cause, among the last messages.
pub fn gaps(messages: &[Message]) -> Vec<Gap> {
    let gap = |back: usize, count, cause| {
        let place = messages.len().checked_sub(back).and_then(|at| messages.get(at));
        Gap { before: place.map_or(Place::END, |m| m.place), count, cause, since: now() }
    };
    vec![
        gap(9, 3, GapCause::KeyGone),
        gap(7, 1, GapCause::Damaged),
        gap(6, 11, GapCause::Newer),
        gap(4, 2, GapCause::GivenUp),
        gap(2, 1, GapCause::KeyOnTheWay),
        gap(0, 2, GapCause::NotHandedOut),
    ]
}

impl Scene {
    /// In the scene of that name there is no room, until it is tried again.
    pub fn is_full(&self) -> bool {
        self.name == "full"
    }

    pub fn make_room(&mut self) {
        if self.is_full() {
            self.name = "busy".to_owned();
        }
    }

    /// What was not sent waits again.
    pub fn retry(&mut self, chat: &ChatId, place: Place) {
        let all = self.messages.get_mut(chat).into_iter().flatten();
        for message in all.filter(|message| message.place == place) {
            message.direction = Direction::Outgoing(MessageState::Sending);
        }
    }
}
