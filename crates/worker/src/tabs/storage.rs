//! What the tabs hear of the store, also from an engine that cannot speak by itself: one
//! that waits for its store, or that is still being opened.

use super::lead::Role;
use super::{Action, Body, PeerId, Tabs};
use zajil_api::{Command, Request, Storage, Update};

impl Tabs {
    /// What our own engine told, or what is opening it.
    pub(super) fn pass_on_storage(&mut self, storage: Storage) {
        if !matches!(self.role, Role::Starting | Role::Leading) {
            return;
        }
        if self.has_peers {
            self.post(Body::Update(Update::StorageChanged(storage)));
        }
        self.tell_storage(storage);
    }

    /// Whether they lead, or open the engine while nobody leads.
    pub(super) fn works_with_store(&self, who: PeerId) -> bool {
        match self.role {
            Role::Following(Some(leader)) => leader == who,
            Role::Following(None) => self.opener == Some(who),
            _ => false,
        }
    }

    /// Where nobody leads, only to try the store again is of use: whoever opens the engine
    /// may wait for just that.
    pub(super) fn retry_opening(&mut self, request: Request) {
        match (self.role, self.opener) {
            _ if request.command != Command::RetryStorage => {}
            (Role::Starting, _) => self.actions.push_back(Action::Handle(request)),
            (Role::Following(None), Some(to)) => self.post(Body::Request { to, request }),
            _ => {}
        }
    }

    pub(super) fn post_trouble(&mut self) {
        if self.storage != Storage::Working {
            self.post(Body::Update(Update::StorageChanged(self.storage)));
        }
    }

    /// Says how the store does, when that differs from what was said last.
    pub(super) fn tell_storage(&mut self, storage: Storage) {
        if self.storage != storage {
            self.storage = storage;
            self.tell(Update::StorageChanged(storage));
        }
    }
}
