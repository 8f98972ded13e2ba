//! What the engine stores: one type per kind of row, each readable for ever.
//!
//! Rows are postcard: the order of variants and fields *is* the format. Add at
//! the end, never reorder; anything else is a new version with a migration.

use crate::envelope::{Count, GroupEventKey, SealedMessage};
use crate::nostr::{EventId, PublicKey};
use serde::{Deserialize, Serialize};
use std::fmt;
use zajil_api::{MessageState, Place, Preview, RelayUrl, Settings, Stage, UnixTime};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The version of everything in this file.
pub const VERSION: u32 = 2;

/// A chat's name within the store: 16 random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ChatKey(pub [u8; 16]);

/// A row of [`Table::Records`](crate::store::Table::Records).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Record {
    Header {
        version: u32,
    },
    Account(AccountRow),
    Settings(Settings),
    Server(RelayUrl),
    Chat(ChatRow),
    /// A record of OpenMLS's.
    Mls(MlsRow),
    Outgoing(OutgoingRow),
    /// An own message that may still change its state.
    Unsettled(UnsettledRow),
    /// Everything this relay held was taken in at that time.
    Cursor {
        relay: RelayUrl,
        at: UnixTime,
    },
    /// An event of a chat that no key opens yet.
    Parked(ParkedRow),
    /// Whose requests are not shown.
    Blocked(PublicKey),
    /// An own message that is not encrypted yet.
    Queued(QueuedRow),
    /// What a server did so far.
    Standing(StandingRow),
}

#[derive(Clone, PartialEq, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct AccountRow {
    pub secret: [u8; 32],
    /// The Ed25519 key of this device's leaves.
    pub leaf_secret: [u8; 32],
    pub name: String,
    /// The `d` tag of this device's key package.
    pub slot: [u8; 32],
    /// Whoever presents it opens a chat without asking.
    pub invite_token: [u8; 16],
    /// Key packages somebody may still use, newest last.
    #[zeroize(skip)]
    pub key_packages: Vec<KeyPackageRow>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeyPackageRow {
    pub reference: Vec<u8>,
    pub made_at: UnixTime,
}

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
    /// The other's messages so far.
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
    /// Another copy of this device wrote here: nothing is encrypted before our leaf is renewed.
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
    /// A commit of ours that no server has confirmed yet.
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

#[derive(Clone, PartialEq, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct MlsRow {
    pub key: Vec<u8>,
    pub value: Vec<u8>,
}

/// An event on its way to servers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutgoingRow {
    pub id: u64,
    pub content: Outgoing,
    /// The event, once an attempt was made.
    pub made: Option<MadeRow>,
    pub targets: Vec<Target>,
    pub purpose: Purpose,
    pub since: UnixTime,
}

/// An event as it left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MadeRow {
    pub id: EventId,
    pub json: EventJson,
    pub at: UnixTime,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Outgoing {
    /// Becomes an event when it first leaves, and another when that grew old.
    Message(SealedMessage),
    /// The same, as a gift wrap.
    Welcome { to: PublicKey, rumor: EventJson },
    /// An event made for good.
    Event,
}

/// An event's JSON; long, so not for logs.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct EventJson(pub String);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    pub relay: RelayUrl,
    pub answer: Answer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// None so far; an attempt may have been made.
    None,
    Accepted,
    Refused,
    /// It was read back from there.
    Held,
}

/// What is to happen when servers answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// A message people wrote: its state changes.
    Message { chat: ChatKey, place: Place },
    /// A commit: it takes effect with the first acceptance.
    Commit { chat: ChatKey, group: [u8; 32] },
    /// Nothing.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnsettledRow {
    pub chat: ChatKey,
    pub place: Place,
    pub id: EventId,
    pub state: MessageState,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ParkedRow {
    pub chat: ChatKey,
    pub event: EventId,
    pub message: SealedMessage,
    pub at: UnixTime,
}

/// Pairs are the good and all, in thousandths of what was counted; what lies further back
/// counts less.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingRow {
    pub relay: RelayUrl,
    /// Seconds in which it could be reached.
    pub reachable: [u32; 2],
    /// Events it said it keeps, and kept.
    pub kept: [u32; 2],
    /// Events it took.
    pub taken: [u32; 2],
    pub answers_in_ms: Option<u32>,
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

/// Part 3 of a message's rows, of one's own: where it lies, once nothing more is on its way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeliveryRow {
    pub copies: Vec<Target>,
}

macro_rules! redacted {
    ($($name:ident),*) => {
        $(impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        })*
    };
}
redacted!(AccountRow, ChatRow, WantedRow, QueuedRow, MlsRow, EventJson, ParkedRow, MessageRow);

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
