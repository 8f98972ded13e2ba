//! How the lead changes hands.

use super::{Action, Body, Means, Moment, PATIENCE_WITHOUT_LOCKS_MS, PeerId, Tabs};
use zajil_api::{Failure, Lead, Storage};

/// Where a worker stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Another leads, as far as was heard.
    Following(Option<PeerId>),
    /// The leader hangs: its lock is being taken.
    Claiming,
    /// The lead is ours and the engine is not yet.
    Starting,
    Leading,
    /// Ended.
    Over,
}

impl Tabs {
    /// The lead is ours: opens the engine.
    pub(super) fn claim(&mut self) {
        match self.role {
            Role::Following(leader) => {
                if leader.is_some() {
                    self.tell_lead(Lead::Changing);
                }
            }
            Role::Claiming => {}
            Role::Starting | Role::Leading | Role::Over => return,
        }
        self.role = Role::Starting;
        self.post(Body::Starting);
        self.actions.push_back(Action::StartEngine);
    }

    pub(super) fn begin_to_lead(&mut self, now: Moment) {
        if self.role != Role::Starting {
            return;
        }
        self.role = Role::Leading;
        self.post(Body::Leading);
        self.tell_lead(Lead::Working);
        // It was opened, whatever was said of it before, by us or by another.
        self.tell_storage(Storage::Working);
        self.ask_again(now);
    }

    /// Another leads, or is about to: what our engine has not saved is void.
    pub(super) fn step_down(&mut self, now: Moment) {
        if matches!(self.role, Role::Following(_) | Role::Over) {
            return;
        }
        self.role = Role::Following(None);
        self.opener = None;
        self.actions.push_back(Action::DropEngine);
        self.actions.push_back(Action::ReleaseLock);
        match self.means {
            Means::Locks => {
                self.actions.push_back(Action::QueueForLock);
                self.tell_lead(Lead::Changing);
            }
            // Taking it back would take it from whoever took it from us, and so on. Only
            // who hears others can tell that nobody leads any more.
            Means::FenceAlone => {
                self.may_claim = self.has_peers;
                self.watch.set_patience(PATIENCE_WITHOUT_LOCKS_MS);
                self.read_only();
            }
        }
        self.post(Body::Asking);
        self.watch.restart(now);
    }

    /// The leader did not answer while somebody waited for it.
    pub(super) fn depose(&mut self) {
        self.watch.be_more_patient();
        match self.means {
            Means::Locks => {
                if self.role != Role::Following(None) {
                    self.tell_lead(Lead::Changing);
                }
                self.role = Role::Claiming;
                self.actions.push_back(Action::StealLock);
            }
            Means::FenceAlone if self.may_claim => self.claim(),
            Means::FenceAlone => {}
        }
    }

    pub(super) fn hear_start(&mut self, now: Moment, from: PeerId) {
        if let Role::Following(leader) = self.role {
            self.role = Role::Following(None);
            self.opener = Some(from);
            self.watch.heard_start(now);
            if leader.is_some() && self.means == Means::Locks {
                self.tell_lead(Lead::Changing);
            }
        }
    }

    pub(super) fn hear_leader(&mut self, now: Moment, from: PeerId) {
        let Role::Following(leader) = self.role else { return };
        self.watch.heard(now);
        if leader == Some(from) {
            return;
        }
        self.role = Role::Following(Some(from));
        // Who works with it says what is wrong with it when asked, which is next.
        self.tell_storage(Storage::Working);
        match self.means {
            Means::Locks => self.tell_lead(Lead::Working),
            Means::FenceAlone => {
                self.watch.set_patience(PATIENCE_WITHOUT_LOCKS_MS);
                self.read_only();
            }
        }
        self.ask_again(now);
    }

    fn read_only(&mut self) {
        self.tell_lead(Lead::ReadOnly);
        for id in self.pending.take_changes() {
            self.refuse(id, Failure::ReadOnly);
        }
    }
}
