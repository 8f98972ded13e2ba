//! Servers that fall silent in the middle of a page.

use super::Timestamp;
use super::dates::Dates;
use super::progress::{FULL_PAGE, Progress, Step};

/// A server that says nothing for so long in the middle of a page has stalled…
const SILENCE_MS: u64 = 60_000;
/// …and so has one whose page does not end, whatever it says.
const LONGEST_PAGE_MS: u64 = 300_000;
/// The same for one that was given up before, and hands out little: what came may be all it has.
const LONGEST_SHORT_PAGE_MS: u64 = 15_000;
/// A deadline looked at so much too late was slept or stalled through: it proves nothing.
const LATE_MS: u64 = 3_000;

/// Whether a server fell silent in the middle of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Silent {
    Never,
    Once,
    /// It was, and was asked again when it came to life.
    AskedAgain,
}

impl Progress {
    /// When a page is over, unless the server says so itself.
    pub fn page_ends_at(&self) -> Timestamp {
        let is_little = (1..FULL_PAGE).contains(&self.in_page);
        let is_short = self.silent == Silent::AskedAgain && is_little;
        let longest = if is_short { LONGEST_SHORT_PAGE_MS } else { LONGEST_PAGE_MS };
        let silent = self.heard_at.0 + SILENCE_MS;
        Timestamp(silent.min(self.page_asked_at.0 + longest))
    }

    /// Its time for a page is over: whether that is the server's doing.
    pub fn gives_up(&mut self, now: Timestamp) -> bool {
        if self.timeout().is_some_and(|at| at.0 + LATE_MS < now.0) {
            (self.page_asked_at, self.heard_at) = (now, now);
            return false;
        }
        if self.silent == Silent::Never {
            self.silent = Silent::Once;
        }
        true
    }

    /// Something comes of a server that was given up: whether it is to be asked again for all of
    /// it. Once, for some servers just never say that they are done.
    pub fn comes_to_life(&mut self) -> bool {
        let is_first = self.step == Step::Live && self.silent == Silent::Once && !self.complete;
        if is_first {
            self.silent = Silent::AskedAgain;
            (self.page, self.in_page, self.until) = (0, 0, None);
            self.dates = Dates::default();
        }
        is_first
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nostr::Filter;
    use crate::sorted::SortedSet;

    #[test]
    fn a_page_whose_end_was_slept_through_is_waited_for_once_more() {
        let paging = || {
            let mut progress = Progress::new(1, Filter::new(), SortedSet::new(), Timestamp(0));
            progress.step = Step::Paging;
            progress
        };
        assert!(paging().gives_up(Timestamp(SILENCE_MS)));
        let mut progress = paging();
        let woke = Timestamp(SILENCE_MS + LATE_MS + 1);
        assert!(!progress.gives_up(woke));
        let again = Timestamp(woke.0 + SILENCE_MS);
        assert_eq!(progress.timeout(), Some(again));
        assert!(progress.gives_up(again));
    }
}
