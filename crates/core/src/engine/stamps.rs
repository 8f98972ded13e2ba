//! The times that events of a chat bear.

use crate::sorted::SortedMap;
use zajil_api::UnixTime;

/// Events of one chat that bear the same second: a server's page must hold them all.
const PER_SECOND: u32 = 20;

/// The last second given to an event of each chat's group, and how many bear it.
#[derive(Debug, Default)]
pub(super) struct Stamps(SortedMap<[u8; 32], (UnixTime, u32)>);

impl Stamps {
    /// The time for a group's next event: now, or a little later where this second has its
    /// share already.
    pub fn next(&mut self, group: [u8; 32], now: UnixTime) -> UnixTime {
        let (time, count) = self.0.get(&group).copied().unwrap_or((now, 0));
        let next = match (time < now, count < PER_SECOND) {
            (true, _) => (now, 1),
            (false, true) => (time, count + 1),
            (false, false) => (UnixTime(time.0 + 1), 1),
        };
        self.0.insert(group, next);
        next.0
    }
}
