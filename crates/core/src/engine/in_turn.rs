//! Invitations in turn: to somebody who followed our link with a key package that is not ours any
//! more.
//!
//! If we answered them before this device was put back, they look for no newer one, so we look for
//! theirs. But whoever has our link can make up such people without end. So not many wait to be heard
//! at a time, what is looked for on their account has room and servers after all else, and nobody
//! watches them.

use super::Engine;
use super::chat::Chat;
use super::invite::MAX_RELAYS;
use super::record::{Outgoing, OutgoingRow, Purpose, WantedRow};
use super::welcomes::invite_of;
use crate::nostr::PublicKey;
use crate::relay::parse_relay_url;
use zajil_api::Stage;

/// So many wait at a time; others are not invited meanwhile.
const MAX_WAITING: usize = 32;
/// One that waited for so long gives way to another.
const PATIENCE_SECONDS: u64 = 86_400;
/// What such an invitation bears instead of a link's token.
const TOKEN: [u8; 16] = *b"invited in turn.";

impl Engine {
    pub(super) fn invite_in_turn(&mut self, peer: PublicKey, relays: &[String]) {
        if self.chat_with(&peer).is_some() || !self.make_room_in_turn() {
            return;
        }
        let relays = relays.iter().filter_map(|url| parse_relay_url(url).ok());
        let wanted = WantedRow { token: TOKEN, relays: relays.take(MAX_RELAYS).collect() };
        let (key, now) = (self.fresh_chat_key(), self.unix_now());
        let mut chat = Chat::fresh(key, peer, String::new(), Stage::Connecting, now);
        (chat.row.wanted, chat.in_turn) = (Some(wanted), true);
        self.chats.insert(key, chat);
        self.chat_changed(key);
        self.connect();
        self.look_up(key);
    }

    /// Where too many wait, one that waited long gives way, unless something was ever written there.
    fn make_room_in_turn(&mut self) -> bool {
        let waiting = self.chats.values().filter(|chat| chat.in_turn);
        if waiting.clone().count() < MAX_WAITING {
            return true;
        }
        let long_ago = self.unix_now().0.saturating_sub(PATIENCE_SECONDS);
        let may_go = |chat: &&Chat| chat.row.touched_at.0 <= long_ago && chat.row.last.is_none();
        let oldest = waiting.filter(may_go).min_by_key(|chat| chat.row.touched_at);
        let Some(oldest) = oldest.map(|chat| chat.row.key) else { return false };
        self.remove_chat(oldest);
        true
    }

    /// Whether this is for somebody who may be made up, or for a chat that is gone.
    pub(super) fn is_for_one_in_turn(&self, row: &OutgoingRow) -> bool {
        let chat = match (&row.content, row.purpose) {
            (_, Purpose::Welcome { chat, .. }) => Some(chat),
            (Outgoing::Message(message), _) => self.chat_of_group(&message.nostr_group_id),
            _ => return false,
        };
        chat.and_then(|key| self.chats.get(&key)).is_none_or(|chat| chat.in_turn)
    }

    /// At start: who still waits. What was asked for last tells whether we meant to.
    pub(super) fn recall_in_turn(&mut self) {
        for chat in self.chats.values_mut().filter(|chat| chat.row.last.is_none()) {
            let key = chat.row.key;
            let of_chat = |row: &&OutgoingRow| matches!(row.purpose, Purpose::Welcome { chat, .. } if chat == key);
            let token = match &chat.row.wanted {
                Some(wanted) => Some(wanted.token),
                None => {
                    self.outbox.welcomes().rfind(of_chat).and_then(|row| invite_of(&row.content))
                }
            };
            chat.in_turn = token == Some(TOKEN);
        }
    }
}
