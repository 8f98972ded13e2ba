//! Nobody else writes with our keys: what is checked before our ratchets move.
//!
//! A browser's profile can be copied, or put back as it was days ago. Going on from such a
//! state would encrypt with keys that were used already (RFC 9420 §9.1, RFC 9750 §6.6). So a
//! chat's ratchet rests after each start until a server has handed out what it keeps of the
//! chat; where that holds a message of our own leaf that we have not made, our leaf is
//! renewed first: the next epoch has fresh keys.

use super::Engine;
use super::record::{ChatKey, Outgoing, WantedRow};
use super::seen::SeenOf;
use crate::mutant::{self, Mutant};
use crate::nostr::Event;
use crate::sorted::SortedSet;
use rand_core::RngCore;
use zajil_api::{Stage, UnixTime};

impl Engine {
    /// Servers have handed out what they keep of these groups.
    pub(super) fn caught_up_with(&mut self, groups: &SortedSet<SeenOf>) {
        for chat in self.chats.values_mut() {
            // The one that is written to.
            let last = chat.row.groups.last().map(|group| SeenOf::group(&group.nostr_group_id));
            chat.caught_up |= last.is_some_and(|group| groups.contains(&group));
        }
        self.renew_copied_leaves();
        self.send_waiting();
    }

    /// An event of ours is about to leave: it is no news when it comes back, and nothing
    /// later than it is ours.
    pub(super) fn note_made(&mut self, row: u64, event: &Event) {
        let Some(Outgoing::Message(message)) = self.outbox.row(row).map(|row| &row.content) else {
            return;
        };
        let routing = message.nostr_group_id;
        if let Some(key) = self.chat_of_group(&routing) {
            self.note_made_for(key, event);
        }
    }

    /// The same of an event that is sent once and forgotten.
    pub(super) fn note_made_for(&mut self, key: ChatKey, event: &Event) {
        self.mark_own(event);
        if let Some(chat) = self.chats.get_mut(&key) {
            // Not the latest ever: the clock may have been set back since.
            chat.row.made_at = event.created_at;
            self.chat_changed(key);
        }
    }

    /// A message of our own leaf came that was not among those we made.
    pub(super) fn found_copy(&mut self, key: ChatKey, created_at: UnixTime) {
        let Some(chat) = self.chats.get_mut(&key) else { return };
        // What we made is known by its id, for as long as servers are asked about it. What is
        // older than that is ours.
        let is_forgotten = !self.seen.reaches(created_at) || mutant::active(Mutant::CopiesByClock);
        if is_forgotten && created_at <= chat.row.made_at || chat.row.must_renew {
            return;
        }
        tracing::warn!("somebody with this device's keys has written here");
        chat.row.must_renew = true;
        // The other may have heard of more messages than we know of having written.
        chat.row.run = self.rng.next_u32().max(1);
        chat.row.sent = 0;
        chat.row.made_at = created_at;
        self.chat_changed(key);
        if self.arrivals.is_none() {
            self.renew_copied_leaves();
        }
    }

    fn renew_copied_leaves(&mut self) {
        let copied = self.chats.values().filter(|chat| chat.row.must_renew && chat.caught_up);
        let copied: Vec<ChatKey> = copied.map(|chat| chat.row.key).collect();
        for key in copied {
            let renewed = self.update_leaf(key);
            self.note("renewing a copied leaf", renewed);
        }
    }

    /// A commit of our own leaf came that is not the one we wait for: this device cannot
    /// follow its group any more, and begins anew with the other.
    pub(super) fn refound(&mut self, key: ChatKey, routing: [u8; 32]) {
        let Some(chat) = self.chats.get_mut(&key) else { return };
        let Some(at) = chat.row.groups.iter().position(|row| row.nostr_group_id == routing) else {
            return;
        };
        tracing::warn!("a group went on without this device");
        let row = chat.row.groups.remove(at);
        let group = chat.groups.remove(at);
        chat.row.must_renew = false;
        chat.row.run = self.rng.next_u32().max(1);
        chat.row.sent = 0;
        if chat.row.groups.is_empty() {
            chat.row.stage = Stage::Connecting;
            chat.row.owes_name = true;
            chat.row.wanted = Some(WantedRow { token: [0; 16], relays: row.relays });
        }
        let deleted = group.delete(&self.provider).map_err(Into::into);
        self.note("deleting a group", deleted);
        self.dirty.mls = true;
        self.withdraw_commit(key, routing);
        self.forget_parked_of(&routing);
        self.chat_changed(key);
        self.connect();
        self.resubscribe();
        self.look_up(key);
    }

    /// Our commit took effect: no key of the last epoch is used again.
    pub(super) fn leaf_renewed(&mut self, key: ChatKey) {
        let Some(chat) = self.chats.get_mut(&key) else { return };
        if std::mem::take(&mut chat.row.must_renew) {
            self.chat_changed(key);
            self.send_waiting();
        }
    }
}
