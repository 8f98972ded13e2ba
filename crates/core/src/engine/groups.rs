//! Several groups with one person: which is written to, and when another is founded.
//!
//! Two people may found a group each at the same time, and whoever was put back or is stuck
//! founds another. All are read; what is written goes where the other is known to read.

use super::arrivals::Batch;
use super::chat::Chat;
use super::record::{GroupRow, WantedRow};
use crate::mls::Group;
use crate::mutant::{self, Mutant};
use zajil_api::{Stage, UnixTime};

impl Chat {
    /// Where to write: the group in which the other was heard last, or that we joined since.
    /// Two may have begun at the same time, and each side reads both.
    pub fn sending(&mut self) -> Option<(&GroupRow, &mut Group)> {
        if mutant::active(Mutant::WriteToFirstGroup) {
            return self.row.groups.first().zip(self.groups.first_mut());
        }
        self.row.groups.last().zip(self.groups.last_mut())
    }

    /// The other wrote in this group just now, so they read there. Whether that is another
    /// group than the one we write to.
    pub fn heard_in(&mut self, routing: &[u8; 32]) -> bool {
        let found = self.row.groups.iter().position(|row| row.nostr_group_id == *routing);
        let Some(at) = found.filter(|at| at + 1 < self.groups.len()) else { return false };
        let (row, group) = (self.row.groups.remove(at), self.groups.remove(at));
        self.row.groups.push(row);
        self.groups.push(group);
        true
    }

    /// Takes in a group that was founded at `made_at`, by the other's clock. Of several that
    /// came together, whichever was founded last counts as joined last.
    pub fn join(&mut self, row: GroupRow, group: Group, made_at: UnixTime, batch: Batch) {
        let is_later = |row: &GroupRow| {
            let joined = self.joined.get(&row.nostr_group_id);
            joined.is_some_and(|(of, at)| *of == batch && *at > made_at)
        };
        let later = self.row.groups.iter().rev().take_while(|row| is_later(row)).count();
        let at = self.groups.len().saturating_sub(later);
        self.joined.insert(row.nostr_group_id, (batch, made_at));
        self.first_row = batch.first_row;
        self.row.groups.insert(at, row);
        self.groups.insert(at, group);
    }

    /// The group events with this routing id belong to.
    pub fn group_mut(&mut self, routing: &[u8; 32]) -> Option<(&mut GroupRow, &mut Group)> {
        let at = self.row.groups.iter().position(|row| row.nostr_group_id == *routing)?;
        Some((self.row.groups.get_mut(at)?, self.groups.get_mut(at)?))
    }

    /// Whether a key package of the other's is looked for.
    pub fn seeks(&self) -> bool {
        self.row.stage == Stage::Connecting || self.seeks_anew
    }

    /// Looks for a key package of the other's, to found another group; once in a start.
    pub fn begins_anew(&mut self) -> bool {
        let newest = self.row.groups.last().map(|row| row.relays.clone());
        let Some(relays) = newest.filter(|_| self.caught_up && !self.began_anew) else {
            return false;
        };
        (self.seeks_anew, self.began_anew) = (true, true);
        self.row.wanted = Some(WantedRow { token: [0; 16], relays });
        true
    }
}
