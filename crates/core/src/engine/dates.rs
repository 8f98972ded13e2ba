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
/// Of a page that comes oldest first at least one in so many is newer than the one before.
const RISING: u32 = 4;

#[derive(Debug, Default)]
pub(super) struct Dates {
    count: u32,
    first: [Option<UnixTime>; LAST],
    last: [Option<UnixTime>; LAST],
    /// How many were newer than the one before, and how many older.
    rises: u32,
    falls: u32,
}

impl Dates {
    pub fn note(&mut self, at: UnixTime) {
        let [before, ..] = self.last;
        self.rises += u32::from(before.is_some_and(|before| before < at));
        self.falls += u32::from(before.is_some_and(|before| before > at));
        self.count += 1;
        if let Some(free) = self.first.iter_mut().find(|date| date.is_none()) {
            *free = Some(at);
        }
        self.last.rotate_right(1);
        let [newest, ..] = &mut self.last;
        *newest = Some(at);
    }

    /// The date of the oldest that the server stored on this page, or of one a little newer.
    pub fn end(&self) -> Option<UnixTime> {
        let few = if self.is_oldest_first() { &self.first } else { &self.last };
        few.iter().flatten().max().copied()
    }

    /// Some servers hand out each page the other way round. What is published meanwhile may look
    /// like it for a while.
    fn is_oldest_first(&self) -> bool {
        self.rises > self.falls && self.rises.saturating_mul(RISING) > self.count
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
        assert_eq!(end(&[5, 6, 7, 8, 9]), Some(7), "oldest first");
        assert_eq!(end(&[5, 6, 7, 1, 8, 9]), Some(7), "and something else in between");
    }

    proptest! {
        #[test]
        fn whatever_is_published_meanwhile_hides_nothing(
            mut stored in prop::collection::vec(1_000u64..1_040, 10..60),
            live in prop::collection::vec((any::<prop::sample::Index>(), 0u64..1_000), 0..20),
            at_the_end in prop::collection::vec(0u64..1_000, 0..LAST),
        ) {
            stored.sort_unstable_by(|a, b| b.cmp(a));
            let (oldest, most) = (*stored.last().unwrap(), stored.len() / 4);
            let mut page = stored;
            for (at, date) in live.into_iter().take(most) {
                let at = at.index(page.len());
                page.insert(at, date);
            }
            page.extend(at_the_end);
            prop_assert!(end(&page).unwrap() >= oldest);
        }

        #[test]
        fn a_page_that_comes_the_other_way_round_is_got_through(
            count in 10u64..60,
            live in prop::collection::vec((any::<prop::sample::Index>(), 0u64..1_000), 0..3),
        ) {
            let mut page: Vec<u64> = (1_000..1_000 + count).collect();
            for (at, date) in live {
                // Behind the first ones.
                let at = LAST + at.index(page.len() - LAST);
                page.insert(at, date);
            }
            prop_assert_eq!(end(&page), Some(1_002));
        }
    }
}
