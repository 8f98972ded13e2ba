//! Where a page ends, by the dates of what came on it.
//!
//! NIP-01 has servers hand out what they store newest first. But what somebody publishes meanwhile
//! comes in between, dated as they like: a gift wrap two days back, or anything far back from
//! whoever wants to hide what others wrote. Were the earliest date the page's end, all between the
//! two would be skipped. So it ends with what came last, and what comes in the very moment of the
//! end is made up for by the two before that.

use zajil_api::UnixTime;

/// Of so many that came last the newest is where a page ends.
const LAST: usize = 3;

#[derive(Debug, Default)]
pub(super) struct Dates {
    last: [Option<UnixTime>; LAST],
    earliest: Option<UnixTime>,
    /// Whether any came behind an older one, and behind a newer one.
    rose: bool,
    fell: bool,
}

impl Dates {
    pub fn note(&mut self, at: UnixTime) {
        let [before, ..] = self.last;
        self.rose |= before.is_some_and(|before| before < at);
        self.fell |= before.is_some_and(|before| before > at);
        self.last.rotate_right(1);
        let [newest, ..] = &mut self.last;
        *newest = Some(at);
        self.earliest = self.earliest.into_iter().chain([at]).min();
    }

    /// The date of the oldest that the server stored on this page, or of one a little newer.
    pub fn end(&self) -> Option<UnixTime> {
        // Some servers hand out each page oldest first.
        let is_upside_down = self.rose && !self.fell;
        match is_upside_down {
            true => self.earliest,
            false => self.last.iter().flatten().max().copied(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn end(dates: &[u64]) -> Option<u64> {
        let mut page = Dates::default();
        dates.iter().for_each(|at| page.note(UnixTime(*at)));
        page.end().map(|at| at.0)
    }

    #[test]
    fn a_page_ends_with_what_came_last() {
        assert_eq!(end(&[]), None);
        assert_eq!(end(&[9]), Some(9));
        assert_eq!(end(&[9, 8, 7, 6, 5]), Some(7), "a little is asked for twice");
        assert_eq!(end(&[9, 9, 9, 9]), Some(9));
        assert_eq!(end(&[5, 6, 7, 8, 9]), Some(5), "oldest first");
    }

    proptest! {
        #[test]
        fn whatever_is_published_meanwhile_hides_nothing(
            mut stored in prop::collection::vec(1_000u64..9_000, 10..60),
            live in prop::collection::vec((any::<prop::sample::Index>(), 0u64..1_000), 0..20),
            at_the_end in prop::collection::vec(0u64..1_000, 0..LAST),
        ) {
            stored.sort_unstable_by(|a, b| b.cmp(a));
            prop_assume!(stored.first() != stored.last());
            let oldest = *stored.last().unwrap();
            let mut page = stored;
            for (at, date) in live {
                let at = at.index(page.len());
                page.insert(at, date);
            }
            page.extend(at_the_end);
            prop_assert!(end(&page).unwrap() >= oldest);
        }
    }
}
