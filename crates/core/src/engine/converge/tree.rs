//! The states of one group: which there are, and which of them it is to be in.
//!
//! Everything here is worked out from what MLS authenticated, never from times or the order of
//! arrival, so that all members come to the same answer (Marmot, `protocol-core/convergence`).

use crate::engine::record::{StateId, StateRow};
use crate::mls::GroupRecords;
use crate::mutant::{self, Mutant};
use crate::sorted::SortedSet;
use std::cmp::{Ordering, Reverse};

/// A branch that left ours more than so many commits ago is not followed any more.
pub(super) const MAX_REWIND: u64 = 5;
/// So many accounts that wrote in an epoch of a branch count; more do not count for more.
pub(super) const QUORUM: usize = 2;
/// So much deeper does a quorum make a branch, in commits.
const QUORUM_DEPTH: u64 = 1;
/// States of one group at most: somebody in it may commit without end.
const MAX_STATES: usize = 24;
/// Commits of one epoch that are looked at.
const MAX_RIVALS: usize = 8;

/// The states of one group.
#[derive(Debug)]
pub(in crate::engine) struct States {
    /// In no order.
    rows: Vec<StateRow>,
    tip: StateId,
    /// States that the group was in since this start: what was written in one must not be
    /// written in it again, made anew out of a commit that is handed out once more.
    visited: SortedSet<StateId>,
}

/// How a branch compares with another from where they part; the greatest wins.
type Rank = (u64, bool, u64, usize, Reverse<(bool, [u8; 32], StateId)>);

impl States {
    /// A group that begins for us.
    pub fn begin(row: StateRow) -> Self {
        Self { tip: row.id, visited: SortedSet::from([row.id]), rows: vec![row] }
    }

    /// As they were stored; `None` where the one that the group is in is not among them.
    pub fn load(rows: Vec<StateRow>) -> Option<Self> {
        let tip = rows.iter().find(|row| row.records.is_none())?.id;
        Some(Self { rows, tip, visited: SortedSet::from([tip]) })
    }

    pub fn rows(&self) -> &[StateRow] {
        &self.rows
    }

    pub fn tip(&self) -> Option<&StateRow> {
        self.get(self.tip)
    }

    pub fn get(&self, id: StateId) -> Option<&StateRow> {
        self.rows.iter().find(|row| row.id == id)
    }

    pub fn get_mut(&mut self, id: StateId) -> Option<&mut StateRow> {
        self.rows.iter_mut().find(|row| row.id == id)
    }

    /// The state of our branch at `epoch`.
    pub fn on_branch(&self, epoch: u64) -> Option<&StateRow> {
        self.path(self.tip).find(|row| row.epoch == epoch)
    }

    /// States that the group does not follow.
    pub fn elsewhere(&self) -> impl Iterator<Item = &StateRow> {
        self.rows.iter().filter(|row| !self.is_on_branch(row.id))
    }

    pub fn is_on_branch(&self, id: StateId) -> bool {
        self.path(self.tip).any(|row| row.id == id)
    }

    /// From `id` back to the oldest that is kept.
    fn path(&self, id: StateId) -> impl Iterator<Item = &StateRow> {
        std::iter::successors(self.get(id), |row| self.get(row.parent?))
    }

    /// Takes in a state that a commit leads to, unless there are many beside it already; the
    /// states that gave way to it.
    pub fn add(&mut self, row: StateRow) -> Vec<StateId> {
        let beside = self.rows.iter().filter(|other| other.parent == row.parent).count();
        if self.get(row.id).is_some() || self.visited.contains(&row.id) || beside >= MAX_RIVALS {
            return Vec::new();
        }
        self.rows.push(row);
        let mut gone = Vec::new();
        while self.rows.len() > MAX_STATES {
            let oldest = (0..self.rows.len()).min_by_key(|at| {
                let row = self.rows.get(*at);
                row.map(|row| (self.is_on_branch(row.id), row.epoch))
            });
            let Some(oldest) = oldest else { break };
            gone.push(self.rows.remove(oldest).id);
        }
        gone
    }

    /// An account wrote in a state. Whether that was news.
    pub fn witness(&mut self, id: StateId, who: [u8; 32]) -> bool {
        let Some(row) = self.get_mut(id) else { return false };
        let is_news = row.witnesses.len() < QUORUM && !row.witnesses.contains(&who);
        if is_news {
            row.witnesses.push(who);
        }
        is_news
    }

    /// Whether this account ever wrote or committed here, as far as is remembered.
    pub fn has_heard(&self, who: &[u8; 32]) -> bool {
        self.rows.iter().any(|row| row.committer == *who || row.witnesses.contains(who))
    }

    /// The last commit that we made since we started and that this account went on from, by
    /// its row of the outbox: they were in the group after that.
    pub fn answered(&self, who: &[u8; 32]) -> Option<u64> {
        let mut went_on = false;
        self.path(self.tip).find_map(|row| {
            went_on |= row.witnesses.contains(who);
            let ours = row.ours.filter(|_| went_on && row.fresh);
            went_on |= row.committer == *who;
            ours.map(|ours| ours.outgoing)
        })
    }

    /// The state that the group is to be in.
    pub fn selected(&self) -> StateId {
        let decides = |row: &&StateRow| row.ours.is_none_or(|ours| ours.is_out);
        let mut best = self.tip;
        for row in self.rows.iter().filter(decides) {
            if self.path(row.id).all(|row| decides(&row)) && self.beats(row.id, best) {
                best = row.id;
            }
        }
        best
    }

    /// Whether the branch that ends in `id` is to be followed rather than the one in `best`.
    fn beats(&self, id: StateId, best: StateId) -> bool {
        let Some(fork) = self.path(id).find(|row| self.path(best).any(|other| other.id == row.id))
        else {
            return false;
        };
        let tip_epoch = self.tip().map_or(0, |tip| tip.epoch);
        let is_near = tip_epoch.saturating_sub(fork.epoch) <= MAX_REWIND;
        if mutant::active(Mutant::FirstCommitWins) && fork.id != best {
            return false;
        }
        is_near && self.rank(id, fork.id).cmp(&self.rank(best, fork.id)) == Ordering::Greater
    }

    fn rank(&self, id: StateId, fork: StateId) -> Option<Rank> {
        if id == fork {
            return None;
        }
        let branch = || self.path(id).take_while(move |row| row.id != fork);
        let score: usize = branch().map(|row| row.witnesses.len().min(QUORUM)).sum();
        let quorum = branch().any(|row| row.witnesses.len() >= QUORUM);
        let depth = u64::try_from(branch().count()).unwrap_or(u64::MAX);
        let effective = if quorum { depth + QUORUM_DEPTH } else { depth };
        let tip = self.get(id)?;
        Some((effective, quorum, depth, score, Reverse((!tip.privileged, tip.committer, tip.id))))
    }

    /// The group goes to state `id` and leaves the one it is in, which keeps `records`; the
    /// epoch at which the two branches part. `None` when it is there or cannot go.
    pub fn go_to(&mut self, id: StateId, records: GroupRecords) -> Option<u64> {
        let fork = self.path(id).find(|row| self.is_on_branch(row.id)).map(|row| row.epoch)?;
        if id == self.tip {
            return None;
        }
        if let Some(left) = self.get_mut(self.tip) {
            left.records = Some(records);
        }
        if let Some(row) = self.get_mut(id) {
            row.records = None;
        }
        self.tip = id;
        self.visited.insert(id);
        Some(fork)
    }

    /// Outer keys of our branch, newest first, down to the epoch after `epoch`.
    pub fn keys_after(&self, epoch: u64) -> impl Iterator<Item = &StateRow> {
        self.path(self.tip).take_while(move |row| row.epoch > epoch)
    }

    /// Forgets what is too far back to be gone back to; the states forgotten.
    pub fn prune(&mut self) -> Vec<StateRow> {
        let tip = self.tip().map_or(0, |tip| tip.epoch);
        let (kept, gone): (Vec<StateRow>, Vec<StateRow>) = std::mem::take(&mut self.rows)
            .into_iter()
            .partition(|row| row.id == self.tip || row.epoch.saturating_add(MAX_REWIND) >= tip);
        self.rows = kept;
        gone
    }
}

#[cfg(test)]
#[path = "tree_tests.rs"]
mod tests;
