//! Rows of chats and their messages.

use super::{ChatKey, Target};
use crate::envelope::{Count, GroupEventKey, SealedMessage};
use crate::nostr::{EventId, PublicKey};
use serde::{Deserialize, Serialize};
use zajil_api::{MessageState, Place, Preview, RelayUrl, Stage, UnixTime};

#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ChatRow {
    pub key: ChatKey,
    pub peer: PublicKey,
    pub peer_name: String,
    pub stage: Stage,
    /// Usually one; two where both began at the same time.
    pub groups: Vec<GroupRow>,
    /// How the chat was asked for, until it is founded.
    pub wanted: Option<WantedRow>,
    /// The last message's place.
    pub newest: Place,
    /// The largest clock seen in a message (Lamport's).
    pub clock: u64,
    /// Own messages so far, and the time of the last.
    pub sent: u64,
    pub sent_at: UnixTime,
    /// Events of the other's that were read while the chat was a request. Rows of before counted
    /// their messages.
    pub received: u64,
    /// The run of our count.
    pub run: u32,
    /// Which of the other's messages are here, by the other's count: one for each run.
    pub heard: Vec<Heard>,
    pub read_up_to: Place,
    /// How far the other has read.
    pub peer_read: Place,
    pub unread: u32,
    pub last: Option<Preview>,
    pub touched_at: UnixTime,
    /// Received, and the sender does not know yet.
    pub to_confirm: Vec<EventId>,
    /// Seen up to this one, and the sender does not know yet.
    pub to_mark_read: Option<EventId>,
    /// The other's last message.
    pub last_incoming: Option<(Place, EventId)>,
    /// The latest commands that were carried out, should they come again.
    pub done: Vec<DoneRow>,
    /// The time of the last event made for the chat.
    pub made_at: UnixTime,
    /// Whether a copy of this device may know the newest group's keys: nothing is encrypted
    /// before our leaf is renewed. After a start one may, so what is stored counts for nothing.
    pub must_renew: bool,
    /// The other has not been told our name yet.
    pub owes_name: bool,
}

/// Which of the other's messages are here: all up to `total` but the missing ones.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Heard {
    pub run: u32,
    pub total: u64,
    /// By count.
    pub missing: Vec<MissingRow>,
}

/// Messages known to exist, from one count to another, both included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MissingRow {
    pub from: u64,
    pub to: u64,
    /// The first message behind them.
    pub before: Place,
    pub since: UnixTime,
    /// How often the author was asked, and when last.
    pub asks: u32,
    pub asked_at: UnixTime,
}

/// A message that a command made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DoneRow {
    pub command: u64,
    pub place: Place,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupRow {
    /// The MLS group's own id.
    pub id: Vec<u8>,
    pub nostr_group_id: [u8; 32],
    pub relays: Vec<RelayUrl>,
    pub joined_at: UnixTime,
    /// Outer keys, newest epoch first.
    pub keys: Vec<GroupEventKey>,
    /// Means nothing any more, and is always false in new rows: a commit of ours that waits is a
    /// [`StateRow`](super::StateRow).
    pub pending_commit: bool,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct WantedRow {
    pub token: [u8; 16],
    pub relays: Vec<RelayUrl>,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct QueuedRow {
    pub chat: ChatKey,
    pub place: Place,
    /// The inner event's JSON.
    pub rumor: String,
}

/// Receipts overtake each other; by their dates either side knows their order.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReceiptsRow {
    pub chat: ChatKey,
    /// None of ours is dated before this, whatever becomes of our clock.
    pub from: UnixTime,
    /// When the other read up to `peer_read`, by their clock.
    pub peer_read_at: UnixTime,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnsettledRow {
    pub chat: ChatKey,
    pub place: Place,
    pub id: EventId,
    pub state: MessageState,
    /// When the other said that it reached them, by their clock.
    #[serde(skip)]
    pub delivered_at: UnixTime,
    /// Whether a server may have it though none said so.
    #[serde(skip)]
    pub may_be_out: bool,
}

impl UnsettledRow {
    pub fn new(chat: ChatKey, place: Place, id: EventId, state: MessageState) -> Self {
        let (delivered_at, may_be_out) = (UnixTime(0), false);
        Self { chat, place, id, state, delivered_at, may_be_out }
    }
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ParkedRow {
    pub chat: ChatKey,
    pub event: EventId,
    pub message: SealedMessage,
    pub at: UnixTime,
}

/// Part 0 of a message's rows: what was said.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct MessageRow {
    pub id: EventId,
    pub author: PublicKey,
    pub mine: bool,
    pub text: String,
    pub sent_at: UnixTime,
    pub received_at: UnixTime,
    pub count: Count,
    /// As in [`Place`].
    pub clock: u64,
}

/// A message that was read and may be here already: being looked for.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct DoubtedRow {
    pub chat: ChatKey,
    pub row: MessageRow,
}

/// Part 3 of a message's rows, of one's own: where it lies, once nothing more is on its way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeliveryRow {
    pub copies: Vec<Target>,
}
