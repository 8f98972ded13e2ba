//! From a gift wrap to a chat: somebody added us to a group.

use super::Engine;
use super::chat::Chat;
use super::error::EngineError;
use super::record::{ChatKey, GroupRow};
use crate::envelope::{EnvelopeError, group_event_key, parse_welcome, read_group};
use crate::mls::{Group, MlsError};
use crate::nostr::{Event, Kind, PublicKey, nip59};
use crate::relay::parse_relay_url;
use crate::sorted::SortedSet;
use subtle::ConstantTimeEq;
use zajil_api::{RelayUrl, Stage, UnixTime};

/// Requests that wait for an answer at most.
const MAX_REQUESTS: usize = 100;
/// Groups with one person at most: more than both beginning at once makes.
const MAX_GROUPS_PER_CHAT: usize = 8;

impl Engine {
    /// Opens a gift wrap whose id was verified, and joins where it holds a Welcome.
    pub(super) fn handle_gift_wrap(&mut self, event: &Event) -> Result<(), EngineError> {
        let account = self.account.as_ref().ok_or(EngineError::State("no account"))?;
        let rumor = nip59::unwrap(event, &account.keys)?;
        let was_declined = self.blocked.contains(&rumor.pubkey);
        if rumor.kind != Kind::WELCOME {
            return Err(EngineError::Blocked);
        }
        let welcome = parse_welcome(&rumor)?;
        let has_link =
            welcome.invite.is_some_and(|token| bool::from(token.ct_eq(&account.row.invite_token)));
        if was_declined && !has_link {
            return Err(EngineError::Blocked);
        }
        // Whoever was declined and was given a link since may ask once more.
        let invited = has_link && !was_declined;
        let (author, made_at) = (rumor.pubkey, rumor.created_at);
        let us = account.keys.public_key();
        let taken: SortedSet<[u8; 32]> = self
            .chats
            .values()
            .flat_map(|chat| &chat.row.groups)
            .map(|group| group.nostr_group_id)
            .collect();
        let mut routing = None;
        self.dirty.mls = true;
        let group = Group::join(&self.provider, &welcome.welcome, |sender, state| {
            if sender.identity != *author.as_bytes() {
                return Err(EngineError::Envelope(crate::envelope::EnvelopeError::Mismatch(
                    "sender",
                )));
            }
            let others = state.members.iter().filter(|member| member.identity != *us.as_bytes());
            if state.members.len() != 2 || others.count() != 1 {
                return Err(EngineError::NotTwo);
            }
            let found = read_group(sender, state)?;
            // Routing ids are public: a group that claims another's would take its mail.
            if taken.contains(&found.nostr_group_id) {
                return Err(EngineError::RoutingTaken);
            }
            routing = Some(found);
            Ok(())
        });
        let is_for_another =
            matches!(group, Err(EngineError::Envelope(EnvelopeError::Mls(MlsError::NotForUs))));
        if is_for_another && (invited || self.chat_with(&author).is_some()) {
            // Servers hand out a key package that is not ours any more: this device was put
            // back since, or a copy of it published one. A stranger's word is not enough: the
            // new one would tell them that we are there.
            self.renew_used_key_package();
            match self.chat_with(&author) {
                Some(key) => self.found_where_they_are_not(key),
                None => self.invite_in_turn(author, &welcome.relays),
            }
        }
        let group = group?;
        let routing = routing.ok_or(EngineError::State("no routing"))?;
        if let Err(full) = self.make_room_for(&author, invited) {
            group.delete(&self.provider)?;
            return Err(full);
        }
        let relays: Vec<RelayUrl> =
            routing.relays.iter().filter_map(|url| parse_relay_url(url).ok()).take(10).collect();
        let outer = group_event_key(&self.provider, &group)?;
        let row = GroupRow {
            id: group.id(),
            nostr_group_id: routing.nostr_group_id,
            relays,
            joined_at: self.unix_now(),
            keys: vec![outer.clone()],
            pending_commit: false,
        };
        if was_declined {
            self.blocked.remove(&author);
            self.forget_blocked(&author);
        }
        self.begin_states(row.nostr_group_id, group.epoch(), outer, false);
        let key = self.add_group(author, row, group, invited, made_at);
        self.connect();
        self.resubscribe();
        self.retry_parked(key);
        Ok(())
    }

    /// Somebody founded a group that this device cannot enter. If they were heard in it before
    /// this device was put back, they look for nobody any more.
    fn found_where_they_are_not(&mut self, key: ChatKey) {
        let now = self.now;
        let open = self.chats.get_mut(&key).filter(|chat| chat.row.stage == Stage::Open);
        if open.is_some_and(|chat| chat.founds_another(now)) {
            self.look_up(key);
        }
    }

    /// The oldest request gives way to a new one where too many wait.
    fn make_room_for(&mut self, author: &PublicKey, invited: bool) -> Result<(), EngineError> {
        if self.chat_with(author).is_some() {
            return Ok(());
        }
        let requests = self.chats.values().filter(|chat| chat.row.stage == Stage::Requested);
        let oldest = requests.clone().min_by_key(|chat| chat.row.touched_at);
        let full = !invited && requests.count() >= MAX_REQUESTS;
        if let Some(oldest) = oldest.map(|chat| chat.row.key).filter(|_| full) {
            self.remove_chat(oldest);
        }
        Ok(())
    }

    fn add_group(
        &mut self,
        author: PublicKey,
        row: GroupRow,
        group: Group,
        invited: bool,
        made_at: UnixTime,
    ) -> ChatKey {
        let now = self.unix_now();
        let key = self.chat_with(&author).unwrap_or_else(|| {
            let key = self.fresh_chat_key();
            let chat = Chat::fresh(key, author, String::new(), Stage::Requested, now);
            self.chats.insert(key, chat);
            key
        });
        self.retire_oldest_group(key);
        let joined = row.nostr_group_id;
        let mut opened = false;
        let batch = self.batch_now();
        if let Some(chat) = self.chats.get_mut(&key) {
            // A chat we asked for ourselves needs no further question.
            opened = invited || chat.row.stage != Stage::Requested;
            chat.join(row, group, made_at, batch);
            chat.caught_up = true;
            chat.row.touched_at = now;
            chat.row.wanted = None;
            chat.seeks_anew = false;
            chat.in_turn = false;
            if opened {
                chat.row.stage = Stage::Open;
            }
        }
        self.weigh_keys(key);
        self.chat_changed(key);
        if opened {
            // Before what waited is written: that is written once.
            self.write_here_too(key);
            self.greet(key, Some(joined));
        }
        key
    }

    /// Where there are many groups with somebody, the oldest gives way to another.
    pub(super) fn retire_oldest_group(&mut self, key: ChatKey) {
        let Some(chat) = self.chats.get_mut(&key) else { return };
        if chat.row.groups.len() < MAX_GROUPS_PER_CHAT {
            return;
        }
        let row = chat.row.groups.remove(0);
        let group = chat.groups.remove(0);
        let deleted = group.delete(&self.provider).map_err(Into::into);
        self.note("deleting a group", deleted);
        self.forget_group(&row.nostr_group_id);
    }

    /// The first things a chat hears of us once we are in it: a fresh leaf (RFC 9420
    /// §16.6 and the profile's joining flow), our name, and what was waiting.
    pub(super) fn greet(&mut self, key: ChatKey, joined: Option<[u8; 32]>) {
        self.connect();
        self.resubscribe();
        // Somebody used our key package: the next one gets another.
        self.renew_used_key_package();
        // In every group, not only the one we write to: the other sees where we are.
        let caught_up = self.chats.get(&key).is_some_and(|chat| chat.caught_up);
        if let Some(joined) = joined.filter(|_| caught_up) {
            let updated = self.update_leaf(key, joined);
            self.note("renewing our leaf", updated);
        }
        let told = self.send_name(key);
        self.note("telling the name", told);
        let sent = self.send_queued(key);
        self.note("sending what was queued", sent);
        self.receipts_due(key);
    }
}
