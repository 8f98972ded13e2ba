//! One state for all: which of several commits a group follows.
//!
//! Nobody orders a group's commits: two members may go on from one state at the same time, each
//! over another server. So a commit is never applied where the group is. It is tried on a copy
//! of the state it was made in, which makes another state; all states of the last few epochs are
//! kept (`tree`), and the group goes to the one that the profile's rule selects, whoever asks
//! (Marmot, `protocol-core/convergence`). What we wrote on a branch that lost is written again.

mod own;
mod tree;

use super::Engine;
use super::error::EngineError;
use super::receive::{Epoch, Hearing};
use super::record::{ChatKey, StateId, StateRow};
use crate::envelope::{EnvelopeError, GroupEventKey, SealedMessage, group_event_key};
use crate::mls::{Aside, Group, MlsError, PAST_EPOCHS, Processed, message_epoch};
use crate::mutant::{self, Mutant};
pub(super) use tree::States;

/// A group's name in the store and in MLS.
struct Named {
    chat: ChatKey,
    routing: [u8; 32],
}

impl Engine {
    /// A group begins for us. `fresh`: with keys that were made since this start.
    pub(super) fn begin_states(
        &mut self,
        routing: [u8; 32],
        epoch: u64,
        key: GroupEventKey,
        fresh: bool,
    ) {
        let row = StateRow {
            group: routing,
            id: StateId::default(),
            epoch,
            parent: None,
            committer: [0; 32],
            privileged: false,
            key,
            witnesses: Vec::new(),
            records: None,
            ours: None,
            fresh,
        };
        self.save_state(&row);
        self.states.insert(routing, States::begin(row));
    }

    pub(super) fn forget_states(&mut self, routing: &[u8; 32]) {
        for row in self.states.remove(routing).iter().flat_map(States::rows) {
            self.forget_state(row.group, row.id);
        }
    }

    /// A commit that one of our branch's keys opened.
    pub(super) fn read_commit(
        &mut self,
        chat: ChatKey,
        routing: [u8; 32],
        bytes: &[u8],
    ) -> Result<Epoch, EngineError> {
        let epoch = message_epoch(bytes)?;
        let states = self.states.get(&routing).ok_or(EngineError::State("no states"))?;
        let tip = states.tip().map_or(0, |tip| tip.epoch);
        let parent = states.on_branch(epoch).map(|row| row.id);
        let late = if epoch > tip { MlsError::FutureEpoch } else { MlsError::PastEpoch };
        let parent = parent.ok_or(EngineError::Envelope(EnvelopeError::Mls(late)))?;
        self.follow_commit(&Named { chat, routing }, parent, bytes)
    }

    /// A message that no key of our branch opens: it may be of another branch, and shows then
    /// that others follow that one. It is read apart where we do not: whoever wrote it writes it
    /// again on ours, but may never come back to do so.
    pub(super) fn read_elsewhere(
        &mut self,
        chat: ChatKey,
        message: &SealedMessage,
        verified: impl FnOnce() -> bool,
    ) -> Result<Epoch, EngineError> {
        let no_key = || EngineError::from(EnvelopeError::NoKey);
        let routing = message.nostr_group_id;
        let states = self.states.get(&routing).ok_or_else(no_key)?;
        let (id, bytes) = states
            .elsewhere()
            .filter(|_| !mutant::active(Mutant::FirstCommitWins))
            .find_map(|row| Some((row.id, message.open([&row.key]).ok()?)))
            .ok_or_else(no_key)?;
        let named = Named { chat, routing };
        if super::receive::is_handshake(&bytes) {
            if !verified() {
                return Err(crate::nostr::EventError::Signature.into());
            }
            self.state_is_out(&named, id);
            return self.follow_commit(&named, id, &bytes);
        }
        let own = self.account.as_ref().map(|account| account.keys.public_key().to_bytes());
        let mut aside = self.aside(&named, id)?;
        let read = aside.process(&bytes);
        let sender = match &read {
            Ok(Processed::Application { sender, .. }) => *sender,
            // A copy of us wrote there, and others count that.
            Err(MlsError::OwnMessage) => own.ok_or_else(no_key)?,
            _ => return Err(read.map_or_else(Into::into, |_| no_key())),
        };
        self.state_is_out(&named, id);
        let is_first = self.witness(routing, id, sender);
        let settled = self.settle_states(&named)?;
        match (read, settled) {
            (Err(own), _) => Err(own.into()),
            (Ok(_), Epoch::Advanced) => Ok(Epoch::Parked),
            (Ok(Processed::Application { payload, .. }), _) => {
                // Its key is used up there too: nobody can have it read once more.
                if let Some(row) = self.states.get_mut(&routing).and_then(|all| all.get_mut(id)) {
                    row.records = Some(aside.records()?);
                    let row = row.clone();
                    self.save_state(&row);
                }
                self.show_branch(&named);
                self.hear(chat, &routing, sender, &payload, Hearing { is_first, is_aside: true })
            }
            (Ok(_), _) => Err(no_key()),
        }
    }

    /// Whether a message waits for a key, and not just for its branch to be followed: whoever
    /// wrote it there writes it again on ours.
    pub(super) fn waits_for_key(&self, message: &SealedMessage) -> bool {
        let states = self.states.get(&message.nostr_group_id);
        let mut elsewhere = states.into_iter().flat_map(States::elsewhere);
        !elsewhere.any(|row| message.open([&row.key]).is_ok())
    }

    /// The group once more, as it is in state `id`.
    fn aside(&self, named: &Named, id: StateId) -> Result<Aside, EngineError> {
        let states = self.states.get(&named.routing).ok_or(EngineError::State("no states"))?;
        let row = states.get(id).ok_or(EngineError::State("no such state"))?;
        let group = self.group(named)?;
        let records = match &row.records {
            Some(records) => records.clone(),
            None => group.records(&self.provider)?,
        };
        Ok(Aside::of(&self.provider, &group.id(), &records)?)
    }

    fn group(&self, named: &Named) -> Result<&Group, EngineError> {
        let chat = self.chats.get(&named.chat).ok_or(EngineError::State("no chat"))?;
        let mut groups = chat.row.groups.iter().zip(&chat.groups);
        let found = groups.find(|(row, _)| row.nostr_group_id == named.routing);
        found.map(|(_, group)| group).ok_or(EngineError::State("no group"))
    }

    /// Somebody's commit, made in state `parent`.
    fn follow_commit(
        &mut self,
        named: &Named,
        parent: StateId,
        bytes: &[u8],
    ) -> Result<Epoch, EngineError> {
        let id = StateId::of(bytes);
        let states = self.states.get(&named.routing).ok_or(EngineError::State("no states"))?;
        if states.get(id).is_some() {
            // Our own, come back: others have it.
            self.state_is_out(named, id);
            return self.settle_states(named);
        }
        let fresh = states.get(parent).is_some_and(|row| row.fresh);
        let mut aside = self.aside(named, parent)?;
        let committer = match aside.process(bytes)? {
            Processed::SelfUpdated { sender } => sender,
            Processed::Ignored(why) => {
                tracing::debug!(why, "a commit without effect");
                return Ok(Epoch::Same);
            }
            Processed::Application { .. } => return Err(EngineError::State("not a commit")),
        };
        let row = made_by(named.routing, parent, bytes, committer, &aside)?;
        self.add_state(StateRow { fresh, ..row });
        self.owe_sign(named.chat);
        let epoch = match self.settle_states(named)? {
            // What waits may be of the new state all the same.
            Epoch::Same => Epoch::Branched,
            epoch => epoch,
        };
        if matches!(epoch, Epoch::Advanced) {
            self.renewed_in(named.chat, &named.routing, committer);
        }
        Ok(epoch)
    }

    fn add_state(&mut self, row: StateRow) {
        let Some(states) = self.states.get_mut(&row.group) else { return };
        let gone = states.add(row.clone());
        for id in gone {
            self.forget_state(row.group, id);
        }
        if self.states.get(&row.group).is_some_and(|states| states.get(row.id).is_some()) {
            self.save_state(&row);
        }
    }

    /// Somebody wrote in a state.
    fn witness(&mut self, routing: [u8; 32], id: StateId, who: [u8; 32]) -> bool {
        let Some(states) = self.states.get_mut(&routing) else { return false };
        let is_news = states.witness(id, who);
        if let Some(row) = states.get(id).filter(|_| is_news).cloned() {
            self.save_state(&row);
            self.finish_commits();
        }
        is_news
    }

    /// Somebody wrote in the epoch `epoch` of our branch; whether they had not before.
    pub(super) fn witnessed(&mut self, routing: [u8; 32], epoch: u64, who: [u8; 32]) -> bool {
        let id = self.states.get(&routing).and_then(|states| states.on_branch(epoch));
        id.map(|row| row.id).is_some_and(|id| self.witness(routing, id, who))
    }

    /// Takes the group to the state it is to be in.
    fn settle_states(&mut self, named: &Named) -> Result<Epoch, EngineError> {
        let Some(states) = self.states.get_mut(&named.routing) else { return Ok(Epoch::Same) };
        let (from, to) = (states.tip().map(|row| (row.id, row.epoch)), states.selected());
        let Some((old, old_epoch)) = from.filter(|(old, _)| *old != to) else {
            return Ok(Epoch::Same);
        };
        let records = states.get(to).and_then(|row| row.records.clone());
        let records = records.ok_or(EngineError::State("a state without records"))?;
        let chat = self.chats.get_mut(&named.chat).ok_or(EngineError::State("no chat"))?;
        let (row, group) = chat.group_mut(&named.routing).ok_or(EngineError::State("no group"))?;
        let before = group.records(&self.provider)?;
        self.dirty.mls = true;
        group.put_back(&self.provider, &records)?;
        let Some(fork) = states.go_to(to, before) else {
            return Err(EngineError::State("branches that never part"));
        };
        let since = usize::try_from(old_epoch - fork).unwrap_or(usize::MAX);
        let keys = states.keys_after(fork).map(|row| row.key.clone());
        row.keys = keys.chain(row.keys.drain(..).skip(since)).take(PAST_EPOCHS + 1).collect();
        let changed: Vec<StateRow> =
            [old, to].iter().filter_map(|id| states.get(*id)).cloned().collect();
        for gone in states.prune() {
            self.forget_state(named.routing, gone.id);
            self.forget_parked_under(&gone.key);
        }
        for row in changed {
            let is_kept = self.states.get(&named.routing).is_some_and(|s| s.get(row.id).is_some());
            if is_kept {
                self.save_state(&row);
            }
        }
        self.chat_changed(named.chat);
        if fork < old_epoch {
            tracing::debug!(back = old_epoch - fork, "a group went over to another branch");
            self.write_again(named.chat);
        }
        self.weigh_keys(named.chat);
        self.finish_commits();
        Ok(Epoch::Advanced)
    }
}

/// The state that a commit made out of `parent`, as it is in `aside`.
fn made_by(
    group: [u8; 32],
    parent: StateId,
    commit: &[u8],
    committer: [u8; 32],
    aside: &Aside,
) -> Result<StateRow, EngineError> {
    Ok(StateRow {
        group,
        id: StateId::of(commit),
        epoch: aside.group().epoch(),
        parent: Some(parent),
        committer,
        privileged: false,
        key: group_event_key(aside.provider(), aside.group())?,
        witnesses: Vec::new(),
        records: Some(aside.records()?),
        ours: None,
        fresh: false,
    })
}
