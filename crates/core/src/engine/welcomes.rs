//! A Welcome, until the other is heard in the group it leads to.
//!
//! Servers forget, and a device that was put back has no use for a Welcome to a key package that
//! it does not know. So a Welcome stays in the outbox until it is answered, and the other's key
//! package is watched meanwhile: where a newer one shows up, another group is founded with it.
//! The same where a person opens a link again because the chat's servers are gone, or one that
//! leads to more of them.

use super::chat::Chat;
use super::record::{ChatKey, Outgoing, OutgoingRow, Purpose, WantedRow};
use super::start::MAX_GROUP_RELAYS;
use super::{Engine, Timestamp};
use crate::envelope::{KeyPackageEvent, parse_welcome};
use crate::nostr::Rumor;
use crate::time::doubled;
use zajil_api::RelayUrl;

/// Another group is founded at most once in so long, ever more rarely: key packages are made
/// by others.
const REST_SECONDS: u64 = 30;
const LONGEST_REST_SECONDS: u64 = 86_400;

/// How often somebody was invited who has not answered, since this start.
#[derive(Debug, Default)]
pub(super) struct Inviting {
    times: u32,
    rests_until: Timestamp,
    /// What showed up meanwhile is looked at then.
    missed: bool,
}

impl Inviting {
    pub fn due_at(&self) -> Option<Timestamp> {
        self.missed.then_some(self.rests_until)
    }

    pub fn invited(&mut self, now: Timestamp) {
        let rest = doubled(REST_SECONDS, self.times, LONGEST_REST_SECONDS);
        self.times = self.times.saturating_add(1);
        (self.rests_until, self.missed) = (Timestamp(now.0 + rest * 1000), false);
    }
}

impl Engine {
    /// Chats whose other is looked for: to be founded, or with a Welcome that nobody answered.
    pub(super) fn sought(&self) -> impl Iterator<Item = &Chat> {
        self.chats.values().filter(|chat| self.is_sought(chat.row.key))
    }

    pub(super) fn is_sought(&self, key: ChatKey) -> bool {
        let chat = self.chats.get(&key);
        // Whom we invited in turn we do not watch: they are there, or nobody.
        let is_in_turn = chat.is_some_and(|chat| chat.in_turn);
        chat.is_some_and(|chat| chat.seeks() || chat.row.wanted.is_some())
            || !is_in_turn && self.unanswered(key).is_some()
    }

    /// The newest Welcome that the other has not answered.
    fn unanswered(&self, key: ChatKey) -> Option<&OutgoingRow> {
        let of_chat = |row: &&OutgoingRow| matches!(row.purpose, Purpose::Welcome { chat, .. } if chat == key);
        self.outbox.welcomes().rfind(of_chat)
    }

    /// Whether a group is to be founded with this key package now.
    pub(super) fn is_to_be_used(&mut self, key: ChatKey, found: &KeyPackageEvent) -> bool {
        let now = self.now;
        let is_newer = self.is_newer(key, found);
        let Some(chat) = self.chats.get_mut(&key) else { return false };
        if chat.seeks() {
            return true;
        }
        if chat.row.wanted.is_some() {
            // Asked for because the chat's servers were gone: they may be back.
            let is_lost = chat.left_dead_servers;
            let servers = chat.row.groups.last().map(|group| group.relays.clone());
            let is_back = !is_lost && servers.is_some_and(|servers| self.reaches_any(&servers));
            if is_back && let Some(chat) = self.chats.get_mut(&key) {
                chat.row.wanted = None;
                self.chat_changed(key);
            }
            return !is_back;
        }
        if !is_newer || now < chat.inviting.rests_until {
            chat.inviting.missed |= is_newer;
            self.offer_again(key, found);
            return false;
        }
        let wanted = self.unanswered(key).and_then(|row| invite_of(&row.content));
        let Some(chat) = self.chats.get_mut(&key) else { return false };
        let relays = chat.row.groups.last().map(|group| group.relays.clone()).unwrap_or_default();
        chat.row.wanted = Some(WantedRow { token: wanted.unwrap_or_default(), relays });
        true
    }

    /// Whether the other has published another key package since the one that was used.
    fn is_newer(&self, key: ChatKey, found: &KeyPackageEvent) -> bool {
        match self.unanswered(key).map(|row| row.purpose) {
            Some(Purpose::Welcome { used, used_at, .. }) => {
                found.created_at > used_at && found.key_package.reference != used
            }
            _ => false,
        }
    }

    /// The other published once more the key package that was used: a server had lost it, and
    /// with it perhaps our Welcome.
    fn offer_again(&mut self, key: ChatKey, found: &KeyPackageEvent) {
        let Some(row) = self.unanswered(key) else { return };
        let Purpose::Welcome { chat, group, used, used_at } = row.purpose else { return };
        if found.key_package.reference != used || found.created_at <= used_at {
            return;
        }
        let id = row.id;
        let relays: Vec<RelayUrl> = row.targets.iter().map(|target| target.relay.clone()).collect();
        if let Some(row) = self.outbox.row_mut(id) {
            row.purpose = Purpose::Welcome { chat, group, used, used_at: found.created_at };
        }
        self.dirty.outgoing.insert(id);
        for relay in relays {
            self.outbox.reopen(&relay, id);
            self.dispatch(&relay);
        }
    }

    fn reaches_any(&self, servers: &[RelayUrl]) -> bool {
        servers.iter().any(|relay| self.pool.is_open(relay))
    }

    /// Somebody we have a chat with gave us a link: perhaps another than the one that our
    /// unanswered Welcome bears, or because the chat's servers are gone, or it leads to more.
    pub(super) fn wanted_again(&mut self, key: ChatKey, wanted: WantedRow) {
        let bears = self.unanswered(key).map(|row| invite_of(&row.content));
        let is_other = bears.is_some_and(|token| token != Some(wanted.token));
        let Some(chat) = self.chats.get(&key) else { return };
        let servers = chat.row.groups.last().map(|group| &group.relays[..]).unwrap_or_default();
        let is_cut_off = chat.left_dead_servers || !self.reaches_any(servers);
        let leads_further = servers.len() < MAX_GROUP_RELAYS
            && wanted.relays.iter().any(|relay| !servers.contains(relay));
        let Some(chat) = self.chats.get_mut(&key) else { return };
        chat.seeks_anew |= is_other || leads_further;
        if is_other || leads_further || is_cut_off {
            chat.row.wanted = Some(wanted);
        }
    }

    /// The other wrote in a group of the chat's: they need no Welcome to it, nor to one that
    /// was founded before.
    pub(super) fn welcome_answered(&mut self, key: ChatKey, routing: &[u8; 32]) {
        let Some(chat) = self.chats.get(&key).filter(|_| self.outbox.welcomes().next().is_some())
        else {
            return;
        };
        let founded_at = |routing: &[u8; 32]| {
            let group = chat.row.groups.iter().find(|group| group.nostr_group_id == *routing);
            group.map(|group| group.joined_at)
        };
        let here = founded_at(routing);
        let is_answered = |row: &&OutgoingRow| {
            matches!(row.purpose, Purpose::Welcome { chat, group, .. }
                if chat == key && (group == *routing || founded_at(&group) < here))
        };
        let answered = self.outbox.welcomes().filter(is_answered);
        let answered: Vec<u64> = answered.map(|row| row.id).collect();
        if answered.is_empty() {
            return;
        }
        for id in answered {
            // It goes the way of all that nobody waits for.
            if let Some(row) = self.outbox.row_mut(id) {
                row.purpose = Purpose::Other;
            }
            self.dirty.outgoing.insert(id);
            self.finish(id);
        }
        if let Some(chat) = self.chats.get_mut(&key) {
            chat.inviting = Inviting::default();
            // Servers may have lost the name with the Welcome.
            chat.row.owes_name = true;
        }
        self.chat_changed(key);
        self.send_waiting();
    }

    /// Key packages that showed up while we rested.
    pub(super) fn invite_again(&mut self) {
        let now = self.now;
        let is_due = |inviting: &Inviting| inviting.due_at().is_some_and(|at| at <= now);
        if !self.chats.values().any(|chat| is_due(&chat.inviting)) {
            return;
        }
        for chat in self.chats.values_mut().filter(|chat| is_due(&chat.inviting)) {
            chat.inviting.missed = false;
        }
        let open: Vec<RelayUrl> = self.pool.open().cloned().collect();
        for relay in open {
            self.lookups_done(&relay);
        }
    }
}

/// The token of the link that a Welcome answers.
pub(super) fn invite_of(welcome: &Outgoing) -> Option<[u8; 16]> {
    let Outgoing::Welcome { rumor, .. } = welcome else { return None };
    let rumor = Rumor::parse_strict(rumor.0.as_bytes()).ok()?;
    parse_welcome(&rumor).ok()?.invite
}
