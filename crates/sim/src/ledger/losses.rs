//! Who left for good and what every relay lost: what may still be expected then.

use super::{Ledger, Written};
use crate::relay::Shelf;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// So many messages of one author and epoch may overtake another before its key is gone.
const OVERTAKING: usize = 1_000;

#[derive(Default)]
pub struct Losses {
    /// Who left for good, and what of theirs has to arrive all the same.
    left: BTreeMap<usize, BTreeSet<String>>,
    /// Whether all relays lost their disks.
    pub(super) were_wiped: bool,
}

impl Ledger {
    /// Somebody leaves for good. What they wrote and a relay has that lasts must arrive, where it
    /// has all else of theirs that it takes to read it: each commit of theirs in its group, and
    /// what led the reader there. Whose clock was set back has dated a burst before what they
    /// wrote earlier, and is not there to write that again.
    pub fn leaves_behind(&mut self, who: usize, shelf: &Shelf) {
        let contents: HashSet<&str> = shelf.contents().collect();
        let sealed = &self.keys.sealed;
        let missed = self.keys.commits.iter().filter(|commit| !contents.contains(commit.as_str()));
        let missed = missed.filter_map(|commit| sealed.get(commit)).filter(|made| made.who == who);
        let broken: HashSet<_> = missed.map(|commit| commit.group).collect();
        let mut wraps = self.keys.wraps.iter().filter(|(_, by)| **by == who);
        let invites = wraps.all(|(id, _)| shelf.holds(id));
        let is_in = |reader: usize, group| {
            invites || sealed.values().any(|made| made.who == reader && made.group == group)
        };
        let made = contents.iter().filter_map(|content| sealed.get(*content));
        let made = made.filter(|made| made.who == who && !broken.contains(&made.group));
        let mut of_group: HashMap<[u8; 32], usize> = HashMap::new();
        for made in sealed.values().filter(|made| made.who == who) {
            *of_group.entry(made.group).or_default() += 1;
        }
        let went_back = self.views[who].went_back;
        let made = made.filter(|made| !went_back || of_group[&made.group] <= OVERTAKING);
        let behind = made.filter_map(|made| {
            let text = made.text()?;
            let to = self.written.get(text)?.to;
            is_in(to, made.group).then(|| text.clone())
        });
        let behind = behind.collect();
        self.losses.left.insert(who, behind);
    }

    /// No relay has anything any more: what those wrote who left comes from nowhere.
    pub fn wiped(&mut self) {
        self.losses.were_wiped = true;
        self.losses.left.values_mut().for_each(BTreeSet::clear);
    }

    pub fn has_left(&self, who: usize) -> bool {
        self.losses.left.contains_key(&who)
    }

    /// Whether something that was acknowledged to its author has to arrive.
    pub(super) fn is_owed(&self, text: &str, written: &Written) -> bool {
        let Written { who, to, kept, withdrawn, .. } = *written;
        let comes = match self.losses.left.get(&who) {
            // Copies are let off: they need the other's help.
            Some(behind) => {
                let was_restored = [who, to].iter().any(|who| self.views[*who].was_restored);
                behind.contains(text) && !was_restored && !self.has_left(to)
            }
            None => !self.is_apart(who, to) && !self.shares_its_number(text, written),
        };
        kept && !withdrawn && comes
    }

    /// Whether a message has the number of another: its author went on from a copy, wrote it and was
    /// started again before a server could tell of the copy. It arrives as any other. But a reader
    /// who goes on from a copy after that, where only the other is, cannot ask for it.
    pub(super) fn shares_its_number(&self, text: &str, written: &Written) -> bool {
        let Written { who, to, at, count, after_copy, waited, .. } = *written;
        let is_same = |other: &Written| (other.who, other.to, other.count) == (who, to, count);
        (after_copy && waited && count.is_some())
            && self.views[to].restored_at > Some(at)
            && self.written.iter().any(|(of, other)| of != text && is_same(other))
    }

    /// Whether two cannot be expected to share a chat to the end: one left, or went on from a copy
    /// that has no such chat, and no relay has anything of it.
    pub(super) fn is_apart(&self, a: usize, b: usize) -> bool {
        let forgot = |who: usize, with: usize| {
            self.losses.were_wiped
                && self.views[who].was_restored
                && self.chat_view(who, with).is_none()
        };
        self.has_left(a) || self.has_left(b) || forgot(a, b) || forgot(b, a)
    }
}
