//! The times that events of a chat bear.

use crate::sorted::SortedMap;
use zajil_api::UnixTime;

/// Events of one chat that bear the same second. A server's page must hold them all, beside those
/// of the others in the chat and of other chats: no filter goes further into one second.
const PER_SECOND: u32 = 10;
/// Nothing is dated further ahead than this: servers refuse it. What was, was made with a clock
/// that has been set back since, or there were 9,000 at once: then seconds are shared after all.
const MAX_AHEAD_SECONDS: u64 = 900;

/// Whether a date of ours lies further ahead than we date anything.
pub(super) fn is_ahead(date: UnixTime, now: UnixTime) -> bool {
    date.0 > now.0.saturating_add(MAX_AHEAD_SECONDS)
}

/// The last second given to an event of each chat's group, and how many bear it.
#[derive(Debug, Default)]
pub(super) struct Stamps(SortedMap<[u8; 32], (UnixTime, u32)>);

impl Stamps {
    /// The time for a group's next event: now, or a little later where this second has its
    /// share already.
    pub fn next(&mut self, group: [u8; 32], now: UnixTime) -> UnixTime {
        let (time, count) = self.0.get(&group).copied().unwrap_or((now, 0));
        let is_over = time < now || is_ahead(time, now);
        let next = match (is_over, count < PER_SECOND) {
            (true, _) => (now, 1),
            (false, true) => (time, count + 1),
            (false, false) => (UnixTime(time.0 + 1), 1),
        };
        self.0.insert(group, next);
        next.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_has_its_share_and_a_clock_that_was_set_back_is_followed() {
        let mut stamps = Stamps::default();
        let mut at = |now| stamps.next([1; 32], UnixTime(now)).0;
        let burst: Vec<u64> = (0..41).map(|_| at(100_000)).collect();
        assert_eq!(
            (burst[0], burst[9], burst[10], burst[40]),
            (100_000, 100_000, 100_001, 100_004)
        );
        assert_eq!(at(99_500), 100_004, "a little back: on it goes");
        assert_eq!(at(90_000), 90_000, "far back: from there");
        assert_eq!(at(90_007), 90_007);
    }
}
