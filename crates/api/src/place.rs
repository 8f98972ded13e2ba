use crate::UnixTime;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// Where a message stands in its chat: on every device of every member the same, because
/// each part is the author's word. Compared from the first field to the last.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Place {
    /// When it was written; never before what the author had read by then.
    pub at: UnixTime,
    /// One more than the largest that the author had seen in the chat (Lamport's clock).
    pub clock: u64,
    /// The first eight bytes of the message's id, in two halves.
    pub tie: (u32, u32),
}

impl Place {
    /// Before every message.
    pub const START: Place = Place { at: UnixTime(0), clock: 0, tie: (0, 0) };
    /// Behind every message. Numbers that JavaScript still tells apart.
    pub const END: Place =
        Place { at: UnixTime(Self::LARGEST), clock: Self::LARGEST, tie: (u32::MAX, u32::MAX) };

    /// Times and clocks at or above this are no message's.
    pub const LARGEST: u64 = 1 << 52;
}

/// For attributes of elements; [`FromStr`] reads it back.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, clock, tie: (high, low) } = self;
        write!(f, "{}-{clock}-{high:x}-{low:x}", at.0)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a place")]
pub struct PlaceError;

impl FromStr for Place {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        let mut parts = text.split('-');
        let mut part = || parts.next().ok_or(PlaceError);
        let at = part()?.parse().map_err(|_| PlaceError)?;
        let clock = part()?.parse().map_err(|_| PlaceError)?;
        let high = u32::from_str_radix(part()?, 16).map_err(|_| PlaceError)?;
        let low = u32::from_str_radix(part()?, 16).map_err(|_| PlaceError)?;
        let place = Place { at: UnixTime(at), clock, tie: (high, low) };
        if parts.next().is_none() { Ok(place) } else { Err(PlaceError) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_back_as_it_was_written() {
        let place = Place { at: UnixTime(1_800_000_000), clock: 12, tie: (0xdead_beef, 7) };
        for place in [place, Place::START, Place::END] {
            assert_eq!(place.to_string().parse(), Ok(place));
        }
        for text in ["", "1-2-3", "1-2-3-4-5", "a-2-3-4", "1-2-g-4", "-1-2-3-4"] {
            assert_eq!(text.parse::<Place>(), Err(PlaceError), "{text}");
        }
    }

    #[test]
    fn time_goes_before_the_clock_and_the_clock_before_the_id() {
        let at = |at, clock, tie| Place { at: UnixTime(at), clock, tie };
        let places = [
            Place::START,
            at(1, 9, (9, 9)),
            at(2, 1, (9, 9)),
            at(2, 2, (0, 9)),
            at(2, 2, (1, 0)),
            Place::END,
        ];
        assert!(places.is_sorted());
    }
}
