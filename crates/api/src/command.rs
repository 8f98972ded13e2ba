use crate::redact::Length;
use crate::{ChatId, Receipts, RelayUrl, Seq};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Chosen by the tab; comes back in whatever answers the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CommandId(pub u32);

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
    /// The newest `limit` messages before `before` (the newest of all when `None`).
    /// Answered by [`Update::PageLoaded`](crate::Update::PageLoaded).
    LoadMessages {
        chat: ChatId,
        before: Option<Seq>,
        limit: u16,
    },
    /// Everything up to `up_to` was on the screen.
    MarkRead {
        chat: ChatId,
        up_to: Seq,
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
    SetReceipts {
        receipts: Receipts,
    },
    /// After room was made on a full disk: try the pending write at once.
    RetryStorage,
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
            Self::LoadMessages { chat, before, limit } => {
                with("LoadMessages", &[chat, before, limit])
            }
            Self::MarkRead { chat, up_to } => with("MarkRead", &[chat, up_to]),
            Self::Typing { chat } => with("Typing", &[chat]),
            // As it was typed: it may be anything.
            Self::AddServer { url } => with("AddServer", &[&Length(url)]),
            Self::RemoveServer { url } => with("RemoveServer", &[url]),
            Self::SetReceipts { receipts } => with("SetReceipts", &[receipts]),
            Self::RetryStorage => with("RetryStorage", &[]),
        }
    }
}
