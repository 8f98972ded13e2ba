//! Several groups with one person: which is written to, and when another is founded.
//!
//! Two people may found a group each at the same time, and whoever was put back or is stuck
//! founds another. All are read; what is written goes where the other is known to read.

use super::arrivals::Batch;
use super::chat::Chat;
use super::record::{ChatKey, GroupRow, WantedRow};
use super::seen::SeenOf;
use super::{Engine, Timestamp};
use crate::mls::Group;
use crate::mutant::{self, Mutant};
use crate::time::doubled;
use zajil_api::{Stage, UnixTime};

/// The other is looked for in the groups we do not write to, after so long without a
/// confirmation, and again, ever more patiently.
const SEEK_SECONDS: u64 = 60;
const LONGEST_PATIENCE_SECONDS: u64 = 86_400;
/// Another group is founded with somebody who cannot be read so often in a start: anybody can make
/// them seem so. In between is a rest, ever longer.
const MAX_ANEW: u32 = 5;
const ANEW_REST_SECONDS: u64 = 600;

/// Whether the other reads where we write.
#[derive(Debug, Default)]
pub(super) struct Seeking {
    pub due_at: Option<Timestamp>,
    times: u32,
}

/// How often another group was founded because one could not be read, since this start.
#[derive(Debug, Default)]
pub(super) struct Anew {
    times: u32,
    rests_until: Timestamp,
}

impl Anew {
    fn may_begin(&self, now: Timestamp) -> bool {
        self.times < MAX_ANEW && self.rests_until <= now
    }

    fn begins(&mut self, now: Timestamp) {
        let rest = doubled(ANEW_REST_SECONDS, self.times, LONGEST_PATIENCE_SECONDS);
        self.times += 1;
        self.rests_until = Timestamp(now.0 + rest * 1000);
    }
}

impl Engine {
    /// Something was written or asked that the other has not answered: where there are several
    /// groups, they may not be in this one.
    pub(super) fn seek_reader(&mut self, key: ChatKey) {
        let at = Timestamp(self.now.0 + SEEK_SECONDS * 1000);
        if let Some(chat) = self.chats.get_mut(&key).filter(|chat| chat.groups.len() > 1) {
            chat.seeking.due_at.get_or_insert(at);
        }
    }

    pub(super) fn seek_readers(&mut self) {
        let now = self.now;
        let is_due = |chat: &&Chat| chat.seeking.due_at.is_some_and(|at| at <= now);
        let due: Vec<ChatKey> = self.chats.values().filter(is_due).map(|c| c.row.key).collect();
        for key in due {
            self.seek_reader_now(key);
        }
    }

    /// Whoever renews their leaf in a group reads there, and may only be looking for us: where they
    /// were heard in the one that is written to, and it has a server, they hear us there. Where it
    /// came with much else, something else may be later.
    pub(super) fn renewed_in(&mut self, key: ChatKey, routing: &[u8; 32], who: [u8; 32]) {
        let is_live = self.arrivals.is_none();
        let chat = self.chats.get(&key).filter(|chat| chat.row.peer.as_bytes() == &who);
        let Some(newest) = chat.filter(|_| is_live).and_then(|chat| chat.row.groups.last()) else {
            return;
        };
        let states = self.states.get(&newest.nostr_group_id);
        let is_there = newest.relays.iter().any(|relay| self.pool.is_open(relay));
        if is_there && states.is_some_and(|states| states.has_heard(&who)) {
            return self.owe_sign(key);
        }
        if self.chats.get_mut(&key).is_some_and(|chat| chat.switch_to(routing)) {
            tracing::debug!("the other renews their leaf in another group");
            self.moved_to(key, routing);
        }
    }

    /// Another of the groups is written to from now on.
    pub(super) fn moved_to(&mut self, key: ChatKey, routing: &[u8; 32]) {
        let is_handed_out = self.is_handed_out(routing);
        if let Some(chat) = self.chats.get_mut(&key) {
            chat.caught_up |= is_handed_out;
            // Perhaps the other has forgotten the group in which it was told.
            chat.row.owes_name |= !chat.told_in.contains(routing);
        }
        self.weigh_keys(key);
        self.write_here_too(key);
        self.send_waiting();
    }

    /// Where no server is there of the group that is written to, one of the others is written to.
    fn leave_dead_servers(&mut self, key: ChatKey) {
        let open = self.chats.get(&key).filter(|chat| chat.row.stage == Stage::Open);
        let Some(groups) = open.map(|chat| &chat.row.groups) else { return };
        let is_there = |row: &GroupRow| row.relays.iter().any(|relay| self.pool.is_open(relay));
        if groups.last().is_none_or(is_there) {
            return;
        }
        let mut others = groups.iter().rev().skip(1).map(|row| row.nostr_group_id);
        let Some(routing) = others.find(|routing| self.is_handed_out(routing)) else { return };
        let Some(chat) = self.chats.get_mut(&key) else { return };
        if chat.switch_to(&routing) {
            tracing::debug!("a group's servers are gone, and another is written to");
            chat.left_dead_servers = true;
            self.moved_to(key, &routing);
        }
    }

    /// Whether a server that is there has handed out all that it keeps of a group.
    fn is_handed_out(&self, routing: &[u8; 32]) -> bool {
        let group = SeenOf::group(routing);
        self.pool.open().any(|relay| self.handed_out_groups(relay).contains(&group))
    }

    /// Our leaf is renewed in each of the other groups. Whoever follows that reads there, and
    /// says so; until they do, once is enough.
    fn seek_reader_now(&mut self, key: ChatKey) {
        let (now, unix) = (self.now, self.unix_now());
        let was_asked = |chat: &Chat| chat.was_asked_in_silence(now, unix);
        let is_waiting = !self.unsettled.undelivered(key).is_empty()
            || self.chats.get(&key).is_some_and(was_asked);
        if is_waiting {
            self.leave_dead_servers(key);
        }
        let Some(chat) = self.chats.get_mut(&key) else { return };
        if !is_waiting || chat.row.stage != Stage::Open || !chat.caught_up {
            chat.seeking = Seeking::default();
            return;
        }
        let wait = doubled(SEEK_SECONDS, chat.seeking.times, LONGEST_PATIENCE_SECONDS);
        chat.seeking.times += 1;
        chat.seeking.due_at = Some(Timestamp(now.0 + wait * 1000));
        let [others @ .., _] = &chat.row.groups[..] else { return };
        let others: Vec<[u8; 32]> = others.iter().map(|row| row.nostr_group_id).collect();
        let silent = others.into_iter().filter(|group| self.unfollowed_commits(key, *group) == 0);
        for group in silent.collect::<Vec<_>>() {
            let renewed = self.update_leaf(key, group);
            self.note("renewing our leaf in another group", renewed);
        }
    }
}

impl Chat {
    /// Where to write: the group in which the other was heard last, or that we joined since.
    /// Two may have begun at the same time, and each side reads both.
    pub fn sending(&mut self) -> Option<(&GroupRow, &mut Group)> {
        if mutant::active(Mutant::WriteToFirstGroup) {
            return self.row.groups.first().zip(self.groups.first_mut());
        }
        self.row.groups.last().zip(self.groups.last_mut())
    }

    /// This group is written to from now on. Whether that is another than the one so far.
    pub fn switch_to(&mut self, routing: &[u8; 32]) -> bool {
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

    /// Looks for a key package of the other's, to found another group, unless that was done
    /// lately.
    pub fn begins_anew(&mut self, now: Timestamp) -> bool {
        self.caught_up && self.founds_another(now)
    }

    /// The same, whatever servers still have to hand out.
    pub fn founds_another(&mut self, now: Timestamp) -> bool {
        let newest = self.row.groups.last().map(|row| row.relays.clone());
        let Some(relays) = newest.filter(|_| self.anew.may_begin(now)) else {
            return false;
        };
        self.anew.begins(now);
        self.seeks_anew = true;
        // A person's link may lead further.
        self.row.wanted.get_or_insert(WantedRow { token: [0; 16], relays });
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_cannot_be_read_is_begun_anew_with_ever_more_rarely_and_not_without_end() {
        let mut anew = Anew::default();
        let mut begun = Vec::new();
        for minute in 0..10_000 {
            let now = Timestamp(minute * 60_000);
            if anew.may_begin(now) {
                anew.begins(now);
                begun.push(minute);
            }
        }
        assert_eq!(begun, [0, 10, 30, 70, 150]);
    }
}
