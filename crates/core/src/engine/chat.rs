//! A chat in memory: its row, and what is worked out anew at each start.

use super::record::{ChatKey, ChatRow, GroupRow, MessageRow};
use super::{Engine, Timestamp};
use crate::mls::Group;
use crate::nostr::{EventId, PublicKey};
use std::collections::VecDeque;
use zajil_api::{
    ChatId, Contact, Direction, Message, MessageId, MessageState, Preview, RelayUrl, Seq, Stage,
    UnixTime,
};

/// Characters of a preview.
const PREVIEW: usize = 160;
/// The other's latest messages, remembered to say how far they were read.
const RECENT: usize = 256;

pub(super) struct Chat {
    pub row: ChatRow,
    /// In the order of `row.groups`.
    pub groups: Vec<Group>,
    pub receipts_due_at: Option<Timestamp>,
    pub typing_sent_at: Option<Timestamp>,
    /// When the other was last heard of since this start.
    pub heard_at: Option<Timestamp>,
    recent: VecDeque<(Seq, EventId)>,
}

impl ChatKey {
    pub fn to_id(self) -> ChatId {
        ChatId::new(hex::encode(self.0))
    }

    pub fn from_id(id: &ChatId) -> Option<Self> {
        hex::decode(id.as_str()).ok()?.try_into().ok().map(Self)
    }
}

impl Chat {
    pub fn new(row: ChatRow, groups: Vec<Group>) -> Self {
        let recent = row.last_incoming.into_iter().collect();
        Self { row, groups, receipts_due_at: None, typing_sent_at: None, heard_at: None, recent }
    }

    pub fn fresh(key: ChatKey, peer: PublicKey, name: String, stage: Stage, at: UnixTime) -> Self {
        let row = ChatRow {
            key,
            peer,
            peer_name: name,
            stage,
            groups: Vec::new(),
            wanted: None,
            next_seq: Seq(1),
            sent: 0,
            read_up_to: Seq(0),
            unread: 0,
            last: None,
            touched_at: at,
            queued: Vec::new(),
            to_confirm: Vec::new(),
            to_mark_read: None,
            last_incoming: None,
        };
        Self::new(row, Vec::new())
    }

    pub fn view(&self) -> zajil_api::Chat {
        let row = &self.row;
        zajil_api::Chat {
            id: row.key.to_id(),
            with: Contact {
                public_key: zajil_api::PublicKey::new(row.peer.to_hex()),
                name: row.peer_name.clone(),
            },
            stage: row.stage,
            last: row.last.clone(),
            unread: row.unread,
            touched_at: row.touched_at,
            read_up_to: row.read_up_to,
        }
    }

    /// Where to write: both sides agree on the smallest group id without asking.
    pub fn sending(&mut self) -> Option<(&GroupRow, &mut Group)> {
        let rows = &self.row.groups;
        let best = (0..rows.len()).min_by_key(|i| rows.get(*i).map(|row| row.nostr_group_id))?;
        Some((rows.get(best)?, self.groups.get_mut(best)?))
    }

    /// The group events with this routing id belong to.
    pub fn group_mut(&mut self, routing: &[u8; 32]) -> Option<(&mut GroupRow, &mut Group)> {
        let at = self.row.groups.iter().position(|row| row.nostr_group_id == *routing)?;
        Some((self.row.groups.get_mut(at)?, self.groups.get_mut(at)?))
    }

    pub fn relays(&self) -> impl Iterator<Item = &RelayUrl> {
        let wanted = self.row.wanted.iter().flat_map(|wanted| &wanted.relays);
        self.row.groups.iter().flat_map(|group| &group.relays).chain(wanted)
    }

    /// Takes the next place in the chat for `message`, and previews it.
    pub fn place(&mut self, message: &MessageRow, at: UnixTime) -> Seq {
        let seq = self.row.next_seq;
        self.row.next_seq = Seq(seq.0 + 1);
        self.row.touched_at = at;
        let direction = match message.mine {
            true => Direction::Outgoing(MessageState::Sending),
            false => Direction::Incoming,
        };
        let text = message.text.chars().take(PREVIEW).collect();
        self.row.last = Some(Preview { text, direction, sent_at: message.sent_at });
        if !message.mine {
            self.row.unread = self.row.unread.saturating_add(1);
            self.row.last_incoming = Some((seq, message.id));
            self.recent.push_back((seq, message.id));
            if self.recent.len() > RECENT {
                self.recent.pop_front();
            }
        }
        seq
    }

    /// The other's newest message up to `seq`, as far as remembered.
    pub fn newest_incoming_until(&self, seq: Seq) -> Option<EventId> {
        self.recent.iter().rev().find(|(at, _)| *at <= seq).map(|(_, id)| *id)
    }

    /// How many of the other's messages lie behind `seq`, as far as remembered.
    pub fn unread_after(&self, seq: Seq) -> u32 {
        let behind = self.recent.iter().filter(|(at, _)| *at > seq).count();
        u32::try_from(behind).unwrap_or(u32::MAX).min(self.row.unread)
    }
}

impl MessageRow {
    pub fn view(&self, seq: Seq, state: MessageState) -> Message {
        Message {
            id: MessageId::new(self.id.to_hex()),
            seq,
            direction: match self.mine {
                true => Direction::Outgoing(state),
                false => Direction::Incoming,
            },
            author: zajil_api::PublicKey::new(self.author.to_hex()),
            text: self.text.clone(),
            sent_at: self.sent_at,
        }
    }
}

impl Engine {
    pub(super) fn chat_with(&self, peer: &PublicKey) -> Option<ChatKey> {
        self.chats.values().find(|chat| chat.row.peer == *peer).map(|chat| chat.row.key)
    }

    pub(super) fn open_chats(&self) -> Vec<ChatKey> {
        let open = self.chats.values().filter(|chat| chat.row.stage == Stage::Open);
        open.map(|chat| chat.row.key).collect()
    }

    /// The row changed: it will be saved and shown.
    pub(super) fn chat_changed(&mut self, key: ChatKey) {
        self.dirty.chats.insert(key);
    }
}
