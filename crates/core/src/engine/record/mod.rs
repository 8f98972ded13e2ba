//! What the engine stores: one type per kind of row, each readable for ever.
//!
//! Rows are postcard: the order of variants and fields *is* the format. Add at
//! the end, never reorder; anything else is a new version with a migration.

mod chat;
mod state;

use crate::envelope::{Count, SealedMessage};
use crate::nostr::{EventId, PublicKey};
pub use chat::{
    ChatRow, DeliveryRow, DoneRow, DoubtedRow, GroupRow, Heard, MessageRow, MissingRow, ParkedRow,
    QueuedRow, ReceiptsRow, UnsettledRow, WantedRow,
};

pub use state::{OwnCommitRow, StateId, StateRow};

use serde::{Deserialize, Serialize};
use std::fmt;
use zajil_api::{ChatId, Place, RelayUrl, Settings, UnixTime};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The version of everything in this file.
pub const VERSION: u32 = 3;

/// A chat's name within the store: 16 random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ChatKey(pub [u8; 16]);

impl ChatKey {
    pub fn to_id(self) -> ChatId {
        ChatId::new(hex::encode(self.0))
    }

    pub fn from_id(id: &ChatId) -> Option<Self> {
        hex::decode(id.as_str()).ok()?.try_into().ok().map(Self)
    }

    /// The run of our count in a chat that is new.
    pub fn run(self) -> u32 {
        self.0.first_chunk::<4>().map_or(1, |bytes| u32::from_be_bytes(*bytes).max(1))
    }
}

/// A row of [`Table::Records`](crate::store::Table::Records).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Record {
    Header {
        version: u32,
    },
    Account(AccountRow),
    Settings(Settings),
    Server(RelayUrl),
    Chat(Box<ChatRow>),
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
    /// A message whose count says that it is here already.
    Doubted(DoubtedRow),
    /// A state of a group that may be gone back to.
    State(Box<StateRow>),
    /// How far we counted our messages in a chat before we began to count anew.
    Runs {
        chat: ChatKey,
        runs: Vec<Count>,
    },
    /// Numbers of own messages in a chat that were taken back.
    Withdrawn {
        chat: ChatKey,
        counts: Vec<Count>,
    },
    Receipts(ReceiptsRow),
    /// An own message that is said to have reached the other, and when, by their clock.
    Delivered(UnsettledRow, UnixTime),
    /// How many own messages were read back from this relay and not missed there since.
    Held(RelayUrl, u32),
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

impl OutgoingRow {
    /// What a server answered; `None` where it is not meant to have it.
    pub fn answer_of(&self, relay: &RelayUrl) -> Option<Answer> {
        let target = self.targets.iter().find(|target| target.relay == *relay);
        target.map(|target| target.answer)
    }
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
    /// A Welcome that the other has not answered; which key package it is for, and its date.
    Welcome { chat: ChatKey, group: [u8; 32], used: [u8; 32], used_at: UnixTime },
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

macro_rules! redacted {
    ($($name:ident),*) => {
        $(impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        })*
    };
}
redacted!(
    AccountRow, ChatRow, WantedRow, QueuedRow, MlsRow, EventJson, ParkedRow, MessageRow,
    DoubtedRow, StateRow
);

#[cfg(test)]
mod tests;
