//! Which of the other's messages are here, by the other's own count.

use super::chat::Chat;
use super::record::{Heard, MissingRow};
use crate::envelope::Count;
use crate::mutant::{self, Mutant};
use zajil_api::{Place, UnixTime};

/// Separate stretches of missing messages that are waited for; the oldest is let go for more.
const MAX_STRETCHES: usize = 512;
/// Runs of the other's count that are told apart; those heard of last.
pub(super) const MAX_RUNS: usize = 8;
/// So often was the author asked for what they do not have any more…
pub(super) const LOST: u32 = u32::MAX;
/// …and for what came, and only a newer version reads.
pub(super) const NEWER: u32 = LOST - 1;

impl Chat {
    /// Notes that a message of the other's is here; false when it was already, or may have been:
    /// somebody whose device went on from copies this often may be counting in a run that was
    /// let go.
    pub fn note_heard(&mut self, count: Count, place: Place, now: UnixTime) -> bool {
        if mutant::active(Mutant::ForgetCount) {
            return true;
        }
        let news =
            self.heard_mut(count.run).is_none_or(|heard| heard.note(count.number, place, now));
        news && self.row.heard.len() < MAX_RUNS
    }

    /// The other's count of this run; `None` where they do not count.
    pub fn heard_mut(&mut self, run: u32) -> Option<&mut Heard> {
        if run == 0 {
            return None;
        }
        let all = &mut self.row.heard;
        let known = all.iter().position(|heard| heard.run == run);
        let heard = match known {
            Some(at) => all.remove(at),
            None => Heard { run, ..Heard::default() },
        };
        if all.len() >= MAX_RUNS {
            all.remove(0);
        }
        all.push(heard);
        all.last_mut()
    }
}

impl MissingRow {
    /// Whether the author may have it to send.
    pub fn is_asked_for(&self) -> bool {
        self.asks < NEWER
    }
}

impl Heard {
    /// Notes that message `count` is here, at `place`; false when it was already. Whoever
    /// does not count (0) is always news.
    pub fn note(&mut self, count: u64, place: Place, now: UnixTime) -> bool {
        if count == 0 {
            return true;
        }
        if count > self.total {
            self.miss(count - 1, place, now);
            self.total = count;
            self.stand_before(count, place);
            return true;
        }
        let Some(at) = self.missing.iter().position(|row| row.from <= count && count <= row.to)
        else {
            return false;
        };
        let mut row = self.missing.remove(at);
        if 0 < row.asks && row.is_asked_for() {
            // Somebody hands them out: the rest is worth another question soon.
            (row.asks, row.asked_at) = (1, now);
        }
        let before = MissingRow { to: count - 1, ..row.clone() };
        let behind = MissingRow { from: count + 1, ..row };
        for rest in [behind, before] {
            if rest.from <= rest.to {
                self.missing.insert(at, rest);
            }
        }
        self.stand_before(count, place);
        self.let_go();
        true
    }

    /// What was heard of before message `count` stands before that, wherever it stood so far.
    fn stand_before(&mut self, count: u64, place: Place) {
        for row in self.missing.iter_mut().filter(|row| row.to < count) {
            row.before = row.before.min(place);
        }
    }

    fn let_go(&mut self) {
        let surplus = self.missing.len().saturating_sub(MAX_STRETCHES);
        self.missing.drain(..surplus);
    }

    /// There are messages up to `total`, whatever became of them.
    pub fn miss(&mut self, total: u64, before: Place, now: UnixTime) {
        if total <= self.total {
            return;
        }
        let from = self.total + 1;
        self.total = total;
        let (to, asked_at) = (total, UnixTime(0));
        self.missing.push(MissingRow { from, to, before, since: now, asks: 0, asked_at });
        self.let_go();
    }

    /// The author says that these will not come.
    pub fn give_up(&mut self, first: u64, last: u64, now: UnixTime) {
        if first > self.total {
            self.miss(first - 1, Place::END, now);
        }
        self.total = self.total.max(last);
        self.cut_out(first, last);
    }

    /// The author does not have these any more: they stay missing, and are not asked for.
    pub fn lose(&mut self, first: u64, last: u64) {
        self.set_aside(first, last, LOST);
    }

    /// Message `number` came, and only a newer version reads it: it is not asked for until then.
    pub fn newer(&mut self, number: u64, now: UnixTime) {
        self.miss(number, Place::END, now);
        self.set_aside(number, number, NEWER);
    }

    /// At a start, which may be that of the newer version.
    pub fn ask_anew(&mut self) {
        let newer = self.missing.iter_mut().filter(|row| row.asks == NEWER);
        newer.for_each(|row| row.asks = 0);
    }

    fn set_aside(&mut self, first: u64, last: u64, asks: u32) {
        for row in self.cut_out(first, last) {
            let at = self.missing.partition_point(|other| other.from < row.from);
            self.missing.insert(at, MissingRow { asks, ..row });
        }
        // What is lost bit by bit is one stretch.
        self.missing.dedup_by(|row, before| {
            let touch = before.to + 1 == row.from && before.before == row.before;
            let same = touch && !row.is_asked_for() && before.asks == row.asks;
            if same {
                before.to = row.to;
                before.since = before.since.min(row.since);
            }
            same
        });
        self.let_go();
    }

    /// Takes what is missing of these out of the rest, which stays in its order.
    fn cut_out(&mut self, first: u64, last: u64) -> Vec<MissingRow> {
        let (mut cut, mut kept) = (Vec::new(), Vec::new());
        for row in std::mem::take(&mut self.missing) {
            let part = |from, to| MissingRow { from, to, ..row.clone() };
            let before = part(row.from, row.to.min(first.saturating_sub(1)));
            let within = part(row.from.max(first), row.to.min(last));
            let behind = part(row.from.max(last.saturating_add(1)), row.to);
            kept.extend([before, behind].into_iter().filter(|row| row.from <= row.to));
            cut.extend(Some(within).filter(|row| row.from <= row.to));
        }
        self.missing = kept;
        self.let_go();
        cut
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn at(clock: u64) -> Place {
        Place { clock, ..Place::START }
    }

    fn missing(heard: &Heard) -> Vec<u64> {
        heard.missing.iter().flat_map(|row| row.from..=row.to).collect()
    }

    #[test]
    fn what_was_skipped_is_missing_until_it_comes() {
        let mut heard = Heard::default();
        assert!(heard.note(1, at(1), UnixTime(1)) && heard.missing.is_empty());
        assert!(heard.note(5, at(5), UnixTime(2)));
        assert_eq!(missing(&heard), [2, 3, 4]);
        assert!(heard.note(3, at(3), UnixTime(3)));
        assert_eq!(missing(&heard), [2, 4]);
        let before: Vec<Place> = heard.missing.iter().map(|row| row.before).collect();
        assert_eq!(before, [at(3), at(5)], "each gap stands before the message behind it");
        assert!(!heard.note(3, at(3), UnixTime(4)), "it was here already");
        heard.give_up(2, 2, UnixTime(5));
        heard.give_up(3, 4, UnixTime(5));
        assert!(heard.missing.is_empty() && heard.total == 5);
    }

    #[test]
    fn what_was_only_heard_of_stands_before_the_next_message_that_comes() {
        let mut heard = Heard::default();
        heard.miss(2, Place::END, UnixTime(1));
        heard.miss(4, Place::END, UnixTime(2));
        assert!(heard.note(4, at(4), UnixTime(3)));
        let stretches: Vec<_> =
            heard.missing.iter().map(|row| (row.from, row.to, row.before)).collect();
        assert_eq!(stretches, [(1, 2, at(4)), (3, 3, at(4))]);
        assert!(heard.note(5, at(3), UnixTime(4)), "dated before what came earlier");
        assert!(heard.missing.iter().all(|row| row.before == at(3)));
    }

    #[test]
    fn what_is_lost_in_the_middle_of_a_stretch_is_not_asked_for_and_the_rest_is() {
        let mut heard = Heard::default();
        assert!(heard.note(10, at(10), UnixTime(1)));
        heard.lose(7, 7);
        heard.lose(5, 6);
        let rows: Vec<_> =
            heard.missing.iter().map(|row| (row.from, row.to, row.asks == LOST)).collect();
        assert_eq!(rows, [(1, 4, false), (5, 7, true), (8, 9, false)]);
        assert!(heard.note(6, at(6), UnixTime(2)), "it came after all");
        heard.give_up(1, u64::MAX - 1, UnixTime(3));
        assert!(heard.missing.is_empty());
    }

    #[test]
    fn what_a_newer_version_wrote_is_asked_for_after_another_start() {
        let mut heard = Heard::default();
        heard.newer(2, UnixTime(1));
        heard.newer(2, UnixTime(2));
        let asked_for =
            |heard: &Heard| heard.missing.iter().map(|row| row.is_asked_for()).collect::<Vec<_>>();
        assert_eq!((missing(&heard), asked_for(&heard)), (vec![1, 2], vec![true, false]));
        heard.ask_anew();
        assert_eq!(asked_for(&heard), [true, true]);
        assert!(heard.note(2, at(2), UnixTime(3)), "it came, and was read");
        heard.newer(2, UnixTime(4));
        assert_eq!(missing(&heard), [1], "what is here is not missing");
    }

    #[test]
    fn a_peer_who_counts_wildly_costs_little() {
        let mut heard = Heard::default();
        for step in 1..2_000 {
            heard.note(step * 1_000_000, at(step), UnixTime(step));
        }
        assert_eq!(heard.missing.len(), MAX_STRETCHES);
        assert_eq!(heard.missing.last().unwrap().to, heard.total - 1);
        assert!(!heard.note(1_000_000, at(1), UnixTime(0)), "what was here stays known");
    }

    proptest! {
        #[test]
        fn each_message_is_news_once_in_any_order(counts in prop::collection::vec(1u64..40, 0..80)) {
            let mut heard = Heard::default();
            let mut known = BTreeSet::new();
            for count in counts {
                prop_assert_eq!(heard.note(count, at(count), UnixTime(0)), known.insert(count));
            }
            let total = known.last().copied().unwrap_or(0);
            let expected: Vec<u64> = (1..=total).filter(|count| !known.contains(count)).collect();
            prop_assert_eq!(heard.total, total);
            prop_assert_eq!(missing(&heard), expected);
        }
    }
}
