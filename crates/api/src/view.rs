use crate::redact::Length;
use crate::{ChatId, Gap, MessageId, Place, PublicKey, RelayUrl, Server, UnixTime};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The person whose device this is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub public_key: PublicKey,
    pub name: String,
    /// Goes behind `<origin>/#/i/`.
    pub invite: String,
}

/// Somebody else.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    pub public_key: PublicKey,
    /// As they call themselves; unverified text, may be empty until they have said it.
    pub name: String,
}

/// What an invite link says, before anyone acts on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invite {
    pub from: Contact,
    /// The chat with this person, where there is one already.
    pub chat: Option<ChatId>,
}

/// One row of the chat list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chat {
    pub id: ChatId,
    pub with: Contact,
    pub stage: Stage,
    pub last: Option<Preview>,
    pub unread: u32,
    /// When the chat began here or last changed: what the list is sorted by.
    pub touched_at: UnixTime,
    /// Everything up to here was on this person's screen.
    pub read_up_to: Place,
    /// What is known to be missing, oldest first.
    pub gaps: Vec<Gap>,
    /// All that carry it, each once.
    pub servers: Vec<RelayUrl>,
}

/// How far a chat has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// Started here; waiting for a server to hand over the other's key package.
    /// One can write already; it goes out by itself.
    Connecting,
    /// Started by the other without a link of ours: waits for accept or decline.
    Requested,
    /// Both can write.
    Open,
}

/// A chat's last message, for the chat list.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    pub text: String,
    pub direction: Direction,
    pub sent_at: UnixTime,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub id: MessageId,
    pub place: Place,
    pub direction: Direction,
    pub author: PublicKey,
    pub text: String,
    /// As the author's device said.
    pub sent_at: UnixTime,
    /// When it was kept here.
    pub received_at: UnixTime,
}

/// Who wrote a message; what became of it, where that was us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    Incoming,
    Outgoing(MessageState),
}

/// The one set of marks under one's own messages. Only ever moves down this list,
/// except that `NotSent` may become `Sending` again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum MessageState {
    /// Every server refused it, and why is not ours to guess.
    NotSent,
    /// Kept on this device, not yet held by any server.
    Sending,
    /// It was read back from `on` of the chat's `of` servers.
    Sent { on: u16, of: u16 },
    /// The other person's device has it.
    Delivered,
    /// It was on the other person's screen.
    Read,
}

/// Whether contacts learn that their messages were on this person's screen. That a
/// message reached the device is always told: without it nobody could resend.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Receipts {
    #[default]
    Shared,
    Withheld,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    pub receipts: Receipts,
}

/// Everything a tab needs for its first screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// `None` before the first account is made.
    pub account: Option<Account>,
    /// Newest first.
    pub chats: Vec<Chat>,
    pub servers: Vec<Server>,
    pub settings: Settings,
    pub catch_up: CatchUp,
}

/// How far fetching what servers kept for this person has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum CatchUp {
    /// Nothing is being fetched.
    #[default]
    Done,
    Running {
        /// Events fetched since it began.
        fetched: u32,
        /// Of how many, where a server told.
        of: Option<u32>,
    },
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("public_key", &self.public_key)
            .field("name", &Length(&self.name))
            .field("invite", &Length(&self.invite))
            .finish()
    }
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contact")
            .field("public_key", &self.public_key)
            .field("name", &Length(&self.name))
            .finish()
    }
}

impl fmt::Debug for Preview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Preview")
            .field("text", &Length(&self.text))
            .field("direction", &self.direction)
            .field("sent_at", &self.sent_at)
            .finish()
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("id", &self.id)
            .field("place", &self.place)
            .field("direction", &self.direction)
            .field("author", &self.author)
            .field("text", &Length(&self.text))
            .field("sent_at", &self.sent_at)
            .finish()
    }
}
