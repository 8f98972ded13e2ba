//! What goes wrong in the fixtures.

use super::fixtures::now;
use zajil_api::{Gap, GapCause, Message, Place, StopReason, Update};

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
