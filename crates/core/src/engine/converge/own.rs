//! Our own commits, and whether the keys we write with are ours alone.
//!
//! A browser's profile can be copied, or put back as it was days ago; nothing on the device and
//! no server can rule that out. So after each start nothing is encrypted in a group before our
//! leaf is renewed there (RFC 9420 §9.1, RFC 9750 §6.6): the epoch that follows has keys which
//! no copy of us knows.

use super::{Engine, Named, made_by};
use crate::engine::error::EngineError;
use crate::engine::history::Wanted;
use crate::engine::record::{
    ChatKey, MessageRow, Outgoing, OwnCommitRow, Purpose, QueuedRow, StateId, StateRow,
};
use crate::mutant::{self, Mutant};
use zajil_api::{MessageState, Place, Stage};

/// Whoever writes on another branch is shown ours once in so long.
const SHOWN_EVERY_MS: u64 = 30_000;
/// Commits that show it, as long as nobody follows them.
const SHOWN_BY_COMMITS: usize = 4;

impl Engine {
    /// Publishes a commit that renews our own leaf in a group of the chat's; it takes effect
    /// when a server has it.
    pub(in crate::engine) fn update_leaf(
        &mut self,
        key: ChatKey,
        routing: [u8; 32],
    ) -> Result<(), EngineError> {
        let chat = self.chats.get_mut(&key).ok_or(EngineError::State("no chat"))?;
        let (row, _) = chat.group_mut(&routing).ok_or(EngineError::State("no group"))?;
        let named = Named { chat: key, routing };
        let targets = row.relays.iter().cloned().collect();
        let states = self.states.get(&named.routing).ok_or(EngineError::State("no states"))?;
        let tip = states.tip().ok_or(EngineError::State("no state"))?.id;
        let purpose = Purpose::Commit { chat: key, group: named.routing };
        let is_on_its_way = |ours: OwnCommitRow| {
            self.outbox.row(ours.outgoing).is_some_and(|row| row.purpose == purpose)
        };
        let of_tip = states.rows().iter().filter(|row| row.parent == Some(tip));
        if of_tip.filter_map(|row| row.ours).any(is_on_its_way) {
            return Ok(());
        }
        let account = self.account.as_ref().ok_or(EngineError::State("no account"))?;
        let mut aside = self.aside(&named, tip)?;
        let commit = aside.renew_leaf(&account.signer)?;
        let committer = *account.keys.public_key().as_bytes();
        let chat = self.chats.get_mut(&key).ok_or(EngineError::State("no chat"))?;
        let (row, _) = chat.group_mut(&named.routing).ok_or(EngineError::State("no group"))?;
        let sealed = Self::seal_for(row, &commit, &mut self.rng)?;
        let outgoing = self.outbox.next_id();
        let ours = Some(OwnCommitRow { outgoing, is_out: false });
        let state = made_by(named.routing, tip, &commit, committer, &aside)?;
        self.forget_carrier(named.routing, outgoing);
        self.add_state(StateRow { ours, fresh: true, ..state });
        self.enqueue_message(sealed, targets, purpose);
        if mutant::active(Mutant::CommitAtOnce) {
            self.commit_accepted(key, named.routing, outgoing);
        }
        Ok(())
    }

    /// A server has our commit, so others may: it takes part in the choice.
    pub(in crate::engine) fn commit_accepted(
        &mut self,
        key: ChatKey,
        routing: [u8; 32],
        outgoing: u64,
    ) {
        let named = Named { chat: key, routing };
        let Some(id) = self.own_state(routing, outgoing).map(|row| row.id) else { return };
        self.state_is_out(&named, id);
        let settled = self.settle_states(&named);
        self.note("merging our commit", settled.map(|_| ()));
        self.retry_parked(key);
        self.send_waiting();
    }

    pub(super) fn state_is_out(&mut self, named: &Named, id: StateId) {
        let row = self.states.get_mut(&named.routing).and_then(|states| states.get_mut(id));
        if let Some(row) = row
            && let Some(ours) = row.ours.as_mut().filter(|ours| !ours.is_out)
        {
            ours.is_out = true;
            let row = row.clone();
            self.save_state(&row);
        }
    }

    /// A number of the outbox is used again: what it once carried is long settled.
    fn forget_carrier(&mut self, routing: [u8; 32], outgoing: u64) {
        let Some(id) = self.own_state(routing, outgoing).map(|row| row.id) else { return };
        let row = self.states.get_mut(&routing).and_then(|states| states.get_mut(id));
        if let Some(row) = row {
            row.ours = row.ours.map(|ours| OwnCommitRow { outgoing: u64::MAX, ..ours });
            let row = row.clone();
            self.save_state(&row);
        }
    }

    fn own_state(&self, routing: [u8; 32], outgoing: u64) -> Option<&StateRow> {
        let is_it = |row: &&StateRow| row.ours.is_some_and(|ours| ours.outgoing == outgoing);
        self.states.get(&routing)?.rows().iter().find(is_it)
    }

    /// Somebody wrote on a branch that is not ours. Perhaps they cannot follow ours: a word on it
    /// shows them that there is one, now and then. In a group that we do not write to, a commit
    /// does; a few of them, or they would push out the state in which they are read.
    pub(super) fn show_branch(&mut self, named: &Named) {
        let now = self.now;
        let unfollowed = self.unfollowed_commits(named.chat, named.routing);
        let open = self.chats.get_mut(&named.chat);
        let Some(chat) = open.filter(|chat| chat.row.stage == Stage::Open && chat.caught_up) else {
            return;
        };
        if chat.branch_shown_at.is_some_and(|at| at.0 + SHOWN_EVERY_MS > now.0) {
            return;
        }
        if chat.row.groups.last().is_some_and(|group| group.nostr_group_id == named.routing) {
            chat.branch_shown_at = Some(now);
            return self.owe_sign(named.chat);
        }
        if unfollowed < SHOWN_BY_COMMITS {
            chat.branch_shown_at = Some(now);
            let renewed = self.update_leaf(named.chat, named.routing);
            self.note("showing our branch", renewed);
        }
    }

    /// How many commits of ours in a group wait for somebody to follow them. One that was followed
    /// may still be on its way to a server.
    pub(in crate::engine) fn unfollowed_commits(&self, chat: ChatKey, group: [u8; 32]) -> usize {
        let commits =
            self.outbox.rows().filter(|row| row.purpose == Purpose::Commit { chat, group });
        commits.filter(|row| !self.is_followed(group, row.id)).count()
    }

    /// Whether nobody needs a commit of ours any more: somebody was seen to follow it, or
    /// it is off our branch, or further back than anybody goes.
    pub(in crate::engine) fn is_followed(&self, routing: [u8; 32], outgoing: u64) -> bool {
        let own = self.account.as_ref().map(|account| *account.keys.public_key().as_bytes());
        let Some(states) = self.states.get(&routing) else { return true };
        let Some(state) = self.own_state(routing, outgoing) else { return true };
        let is_out = state.ours.is_some_and(|ours| ours.is_out);
        let by_others = |row: &StateRow| {
            row.witnesses.iter().any(|who| Some(*who) != own) || {
                Some(row.committer) != own && row.id != state.id
            }
        };
        let behind = states.rows().iter().filter(|row| row.epoch >= state.epoch);
        let followed = behind.filter(|row| states.is_on_branch(row.id)).any(by_others);
        is_out && (followed || !states.is_on_branch(state.id))
    }

    /// Our commits that were waiting for somebody to follow them.
    pub(super) fn finish_commits(&mut self) {
        let is_commit = |purpose: Purpose| matches!(purpose, Purpose::Commit { .. });
        let commits = self.outbox.rows().filter(|row| is_commit(row.purpose));
        let commits: Vec<u64> = commits.map(|row| row.id).collect();
        for id in commits {
            self.finish(id);
        }
    }

    /// Whether the ratchet may move now; if it only wants a renewed leaf, that is seen to.
    pub(in crate::engine) fn may_write(&mut self, key: ChatKey) -> bool {
        let Some(chat) = self.chats.get(&key) else { return false };
        let newest = chat.row.groups.last().map(|row| row.nostr_group_id);
        let is_due = chat.row.must_renew && chat.caught_up && chat.row.stage == Stage::Open;
        if let Some(newest) = newest.filter(|_| is_due) {
            let renewed = self.update_leaf(key, newest);
            self.note("renewing our leaf", renewed);
        }
        self.chats.get(&key).is_some_and(|chat| chat.may_encrypt())
    }

    /// The chat's newest group is in another state: whether its keys are ours alone.
    pub(in crate::engine) fn weigh_keys(&mut self, key: ChatKey) {
        let Some(chat) = self.chats.get_mut(&key) else { return };
        let newest = chat.row.groups.last().map(|row| row.nostr_group_id);
        let tip = newest.and_then(|routing| self.states.get(&routing)?.tip());
        let fresh = tip.is_some_and(|row| row.fresh) || mutant::active(Mutant::KeepLeaf);
        if chat.row.must_renew == fresh {
            chat.row.must_renew = !fresh;
            self.chat_changed(key);
        }
    }

    /// What we wrote may have been lost to the other with a branch or a group: all that they
    /// have not confirmed is written again. They tell by its count what they have.
    pub(in crate::engine) fn write_again(&mut self, key: ChatKey) {
        for place in self.unsettled.undelivered(key) {
            self.load_message(key, place, Wanted::Resent { chat: key, place });
        }
        if let Some(chat) = self.chats.get_mut(&key) {
            chat.row.owes_name = true;
            chat.confirm_again();
        }
        self.say_read_again(key);
        self.chat_changed(key);
    }

    /// An own message that is to be written again was read.
    pub(in crate::engine) fn resent_loaded(&mut self, key: ChatKey, place: Place, row: MessageRow) {
        let state = self.unsettled.state_at(key, place);
        let Some(chat) = self.chats.get_mut(&key) else { return };
        if state.is_none_or(|state| state >= MessageState::Delivered)
            || chat.queued.contains_key(&place)
        {
            return;
        }
        let rumor = row.to_rumor().to_json();
        chat.queued.insert(place, rumor.clone());
        // "Not sent" is not true any more.
        self.settle(key, place, MessageState::Sending);
        self.save_queued(&QueuedRow { chat: key, place, rumor });
        if let Some(id) = self.outbox.of_message(key, place).map(|row| row.id) {
            // Where it went is kept: what may have left cannot be taken back.
            self.drop_outgoing(id);
        }
        let sent = self.send_queued(key);
        self.note("writing again", sent);
    }

    /// At start: groups of an earlier version have no states yet, and perhaps a commit of ours
    /// that waits where none waits any more.
    pub(in crate::engine) fn begin_missing_states(&mut self) {
        let mut missing = Vec::new();
        for chat in self.chats.values_mut() {
            for (row, group) in chat.row.groups.iter_mut().zip(&mut chat.groups) {
                if self.states.get(&row.nostr_group_id).is_some() {
                    continue;
                }
                if group.has_pending() {
                    self.dirty.mls = true;
                    if let Err(error) = group.discard_pending(&self.provider) {
                        tracing::error!(%error, "a commit could not be given up");
                    }
                }
                if let Some(key) = row.keys.first() {
                    missing.push((row.nostr_group_id, group.epoch(), key.clone()));
                }
            }
        }
        for (routing, epoch, key) in missing {
            self.withdraw_commits(routing);
            self.begin_states(routing, epoch, key, false);
        }
    }

    /// Our own commits for a group that is no more are of no use, nor is a Welcome to it.
    pub(in crate::engine) fn withdraw_commits(&mut self, routing: [u8; 32]) {
        let of_group = |content: &Outgoing, purpose: Purpose| match (content, purpose) {
            (Outgoing::Message(_), Purpose::Commit { group, .. })
            | (Outgoing::Welcome { .. }, Purpose::Welcome { group, .. }) => group == routing,
            _ => false,
        };
        let rows = self.outbox.rows().filter(|row| of_group(&row.content, row.purpose));
        let rows: Vec<u64> = rows.map(|row| row.id).collect();
        for id in rows {
            self.outbox.remove(id);
            self.dirty.outgoing.insert(id);
        }
    }
}
