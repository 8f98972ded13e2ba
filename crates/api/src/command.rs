use crate::redact::Length;
use crate::{ChatId, Place, Receipts, RelayUrl};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Chosen by the tab, and by no two tabs alike: a number of the tab's own, times 2²⁰, plus
/// a count; below 2⁵³. It comes back in whatever answers the command, and a command that
/// arrives twice (because the engine moved to another tab) is carried out once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CommandId(pub u64);

/// One command on its way from a tab to the engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    pub id: CommandId,
    pub command: Command,
}

/// What a tab asks of the engine. Nothing here waits for a network: a command is
/// answered from what the device holds, and what servers do comes later as
/// further updates.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Answered by [`Update::Attached`](crate::Update::Attached): the whole first screen.
    Attach,
    /// Makes a key pair in this browser. No server is asked.
    CreateAccount {
        name: String,
    },
    /// Changes the name that one's contacts see.
    Rename {
        name: String,
    },
    /// Reads an invite link without acting on it; `link` is a whole link or its payload.
    /// Answered by [`Update::InviteRead`](crate::Update::InviteRead).
    ReadInvite {
        link: String,
    },
    /// Opens the chat an invite link leads to, creating it when it is new.
    /// Answered by [`Update::ChatOpened`](crate::Update::ChatOpened).
    StartChat {
        link: String,
    },
    /// Makes a fresh invite link; earlier ones no longer open a chat by themselves.
    RenewInvite,
    AcceptRequest {
        chat: ChatId,
    },
    DeclineRequest {
        chat: ChatId,
    },
    /// Answered by [`Update::MessageAdded`](crate::Update::MessageAdded) once it is durable:
    /// only then may the composer forget the text.
    SendMessage {
        chat: ChatId,
        text: String,
    },
    /// Tries at once what was not sent. The message's place stays.
    RetryMessage {
        chat: ChatId,
        place: Place,
    },
    /// Takes back a message that no server is known to have.
    /// Answered by [`Update::MessageRemoved`](crate::Update::MessageRemoved).
    WithdrawMessage {
        chat: ChatId,
        place: Place,
    },
    /// Answered by [`Update::DeliveryLoaded`](crate::Update::DeliveryLoaded).
    LoadDelivery {
        chat: ChatId,
        place: Place,
    },
    /// At most `limit` messages. Answered by [`Update::PageLoaded`](crate::Update::PageLoaded).
    LoadMessages {
        chat: ChatId,
        page: Page,
        limit: u16,
    },
    /// Everything up to `up_to` was on the screen.
    MarkRead {
        chat: ChatId,
        up_to: Place,
    },
    /// The person is writing; repeat while they do, the engine thins it out.
    Typing {
        chat: ChatId,
    },
    AddServer {
        url: String,
    },
    RemoveServer {
        url: RelayUrl,
    },
    /// Cuts these servers for so many seconds (at most 600), as if they were down.
    PractiseOutage {
        servers: Vec<RelayUrl>,
        seconds: u16,
    },
    /// Ends the practice at once.
    EndPractice,
    SetReceipts {
        receipts: Receipts,
    },
    /// After room was made on a full disk: try the pending write at once.
    RetryStorage,
}

/// Which messages of a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Page {
    Newest,
    /// The newest before this place.
    Before(Place),
    /// The oldest after this place.
    After(Place),
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut with = |name: &str, fields: &[&dyn fmt::Debug]| {
            let mut tuple = f.debug_tuple(name);
            for field in fields {
                tuple.field(field);
            }
            tuple.finish()
        };
        match self {
            Self::Attach => with("Attach", &[]),
            Self::CreateAccount { name } => with("CreateAccount", &[&Length(name)]),
            Self::Rename { name } => with("Rename", &[&Length(name)]),
            Self::ReadInvite { link } => with("ReadInvite", &[&Length(link)]),
            Self::StartChat { link } => with("StartChat", &[&Length(link)]),
            Self::RenewInvite => with("RenewInvite", &[]),
            Self::AcceptRequest { chat } => with("AcceptRequest", &[chat]),
            Self::DeclineRequest { chat } => with("DeclineRequest", &[chat]),
            Self::SendMessage { chat, text } => with("SendMessage", &[chat, &Length(text)]),
            Self::RetryMessage { chat, place } => with("RetryMessage", &[chat, place]),
            Self::WithdrawMessage { chat, place } => with("WithdrawMessage", &[chat, place]),
            Self::LoadDelivery { chat, place } => with("LoadDelivery", &[chat, place]),
            Self::LoadMessages { chat, page, limit } => with("LoadMessages", &[chat, page, limit]),
            Self::MarkRead { chat, up_to } => with("MarkRead", &[chat, up_to]),
            Self::Typing { chat } => with("Typing", &[chat]),
            // As it was typed: it may be anything.
            Self::AddServer { url } => with("AddServer", &[&Length(url)]),
            Self::RemoveServer { url } => with("RemoveServer", &[url]),
            Self::PractiseOutage { servers, seconds } => {
                with("PractiseOutage", &[servers, seconds])
            }
            Self::EndPractice => with("EndPractice", &[]),
            Self::SetReceipts { receipts } => with("SetReceipts", &[receipts]),
            Self::RetryStorage => with("RetryStorage", &[]),
        }
    }
}
