use crate::{Place, UnixTime};
use serde::{Deserialize, Serialize};

/// Messages of the other's that are known to exist, because the other counts them, and
/// that are not here yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The first message behind the gap; [`Place::END`] where it is at the end of the chat.
    pub before: Place,
    /// How many are missing.
    pub count: u32,
    pub cause: GapCause,
    /// When they were first missed.
    pub since: UnixTime,
}

/// Why messages are missing. Closed: each has its words and its cure in every language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum GapCause {
    /// No server has handed them out yet. All of the chat's servers are asked again, then
    /// the author.
    NotHandedOut,
    /// A message is here, but the change of keys it was written after is not. Opens by
    /// itself when that arrives.
    KeyOnTheWay,
    /// A message is here, but its key was used or let go. The author is asked to send again.
    KeyGone,
    /// A copy is here and it is damaged. Other servers are asked, then the author.
    Damaged,
    /// Written by a newer version of the app; readable after an update.
    Newer,
    /// The author was asked and does not have them any more.
    GivenUp,
}
