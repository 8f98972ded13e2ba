//! Rows as version 1 wrote them: read, never written.

use crate::engine::record::{
    AccountRow, Answer, ChatKey, GroupRow, MadeRow, MlsRow, Outgoing, ParkedRow, Target, WantedRow,
};
use crate::nostr::{EventId, PublicKey};
use serde::{Deserialize, Serialize};
use zajil_api::{MessageState, Preview, RelayUrl, Settings, Stage, UnixTime};

/// A message's place in its chat on one device: 1, 2, 3, …
pub type Seq = u64;

#[derive(Serialize, Deserialize)]
pub enum Record {
    Header { version: u32 },
    Account(AccountRow),
    Settings(Settings),
    Server(RelayUrl),
    Chat(ChatRow),
    Mls(MlsRow),
    Outgoing(OutgoingRow),
    Unsettled(UnsettledRow),
    Cursor { relay: RelayUrl, at: UnixTime },
    Parked(ParkedRow),
    Blocked(PublicKey),
}

#[derive(Clone, Serialize, Deserialize)]
pub struct ChatRow {
    pub key: ChatKey,
    pub peer: PublicKey,
    pub peer_name: String,
    pub stage: Stage,
    pub groups: Vec<GroupRow>,
    pub wanted: Option<WantedRow>,
    pub next_seq: Seq,
    pub sent: u64,
    pub read_up_to: Seq,
    pub unread: u32,
    pub last: Option<Preview>,
    pub touched_at: UnixTime,
    pub queued: Vec<QueuedRow>,
    pub to_confirm: Vec<EventId>,
    pub to_mark_read: Option<EventId>,
    pub last_incoming: Option<(Seq, EventId)>,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct QueuedRow {
    pub seq: Seq,
    pub rumor: String,
}

#[derive(Serialize, Deserialize)]
pub struct OutgoingRow {
    pub id: u64,
    pub content: Outgoing,
    pub made: Option<MadeRow>,
    pub targets: Vec<TargetRow>,
    pub purpose: Purpose,
    pub since: UnixTime,
}

#[derive(Serialize, Deserialize)]
pub struct TargetRow {
    pub relay: RelayUrl,
    pub answer: AnswerRow,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
pub enum AnswerRow {
    None,
    Accepted,
    Refused,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
pub enum Purpose {
    Message { chat: ChatKey, seq: Seq },
    Commit { chat: ChatKey, group: [u8; 32] },
    Other,
}

#[derive(Serialize, Deserialize)]
pub struct UnsettledRow {
    pub chat: ChatKey,
    pub seq: Seq,
    pub id: EventId,
    pub state: MessageState,
}

#[derive(Serialize, Deserialize)]
pub struct MessageRow {
    pub id: EventId,
    pub author: PublicKey,
    pub mine: bool,
    pub text: String,
    pub sent_at: UnixTime,
    pub received_at: UnixTime,
}

impl From<TargetRow> for Target {
    fn from(row: TargetRow) -> Self {
        let answer = match row.answer {
            AnswerRow::None => Answer::None,
            AnswerRow::Accepted => Answer::Accepted,
            AnswerRow::Refused => Answer::Refused,
        };
        Target { relay: row.relay, answer }
    }
}

/// A message row's key: chat, place, part.
pub fn message_key(chat: ChatKey, seq: Seq, part: u8) -> Vec<u8> {
    [chat.0.as_slice(), &seq.to_be_bytes(), &[part]].concat()
}

pub fn read_message_key(key: &[u8]) -> Option<(Seq, u8)> {
    let (seq, part) = key.get(16..)?.split_first_chunk::<8>()?;
    let [part] = part else { return None };
    Some((u64::from_be_bytes(*seq), *part))
}
