use crate::{
    Account, CatchUp, Chat, ChatId, CommandId, Delivery, Failure, Invite, Message, MessageState,
    Place, PublicKey, RelayUrl, Server, Settings, Snapshot, UnixTime,
};
use serde::{Deserialize, Serialize};

/// What the engine tells every attached tab. An update that answers a command
/// carries the command's id in `answers`; in other tabs the same update is news.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Update {
    Attached {
        answers: CommandId,
        snapshot: Snapshot,
    },
    /// The command changed nothing, for this reason.
    Refused {
        answers: CommandId,
        failure: Failure,
    },
    /// The account was created, renamed, or has a new invite link.
    AccountChanged(Account),
    InviteRead {
        answers: CommandId,
        invite: Invite,
    },
    ChatOpened {
        answers: CommandId,
        chat: ChatId,
    },
    /// A chat is new or its row differs.
    ChatChanged(Chat),
    ChatRemoved(ChatId),
    /// A message was kept. `answers` is set in the tab that sent it.
    MessageAdded {
        answers: Option<CommandId>,
        chat: ChatId,
        message: Message,
    },
    /// What became of one's own message.
    MessageStateChanged {
        chat: ChatId,
        place: Place,
        state: MessageState,
    },
    /// A message was withdrawn. `answers` is set in the tab that asked.
    MessageRemoved {
        answers: Option<CommandId>,
        chat: ChatId,
        place: Place,
    },
    DeliveryLoaded {
        answers: CommandId,
        chat: ChatId,
        place: Place,
        delivery: Delivery,
    },
    /// Oldest first; `messages` is shorter than asked only when `is_last`: nothing more
    /// lies in the direction that was asked for.
    PageLoaded {
        answers: CommandId,
        chat: ChatId,
        messages: Vec<Message>,
        is_last: bool,
    },
    /// Somebody is writing; forget it at `until` or when their message arrives.
    TypingStarted {
        chat: ChatId,
        who: PublicKey,
        until: UnixTime,
    },
    ServerChanged(Server),
    ServerRemoved(RelayUrl),
    SettingsChanged(Settings),
    StorageChanged(Storage),
    CatchUpChanged(CatchUp),
    /// Said by the worker of this tab: how it reaches the engine.
    LeadChanged(Lead),
    /// The engine could not start or had to stop; `detail` is for a bug report.
    Stopped {
        reason: StopReason,
        detail: String,
    },
}

impl Update {
    /// The command this answers.
    pub fn answers(&self) -> Option<CommandId> {
        match self {
            Self::Attached { answers, .. }
            | Self::Refused { answers, .. }
            | Self::InviteRead { answers, .. }
            | Self::ChatOpened { answers, .. }
            | Self::DeliveryLoaded { answers, .. }
            | Self::PageLoaded { answers, .. } => Some(*answers),
            Self::MessageAdded { answers, .. } | Self::MessageRemoved { answers, .. } => *answers,
            _ => None,
        }
    }

    /// Whether it is nothing to any tab but the one that asked.
    pub fn is_for_asker(&self) -> bool {
        let is_news = matches!(self, Self::MessageAdded { .. } | Self::MessageRemoved { .. });
        self.answers().is_some() && !is_news
    }
}

/// How a tab reaches the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lead {
    /// It works, here or in another tab.
    Working,
    /// The tab that held it went away or hangs; another is taking over.
    Changing,
    /// Another tab holds it, and this browser cannot keep two apart: this one only reads.
    ReadOnly,
}

/// Why the engine does not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StopReason {
    /// A fault of ours.
    Fault,
    /// The browser lacks something without which nothing works.
    Unsupported,
    /// The browser's storage cannot be opened or has no room at all.
    StorageUnavailable,
    /// What was stored is gone: somebody cleared the site's data, or the browser did.
    StorageGone,
    /// What is stored cannot be read; nothing was changed.
    StorageUnreadable,
    /// What is stored was written by a newer version of the app: reload.
    NewerVersion,
}

/// Whether what happens can be kept. While it cannot, nothing is sent or shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Storage {
    Working,
    /// The browser refuses to store more until room is made.
    Full,
    /// The browser's store failed otherwise; tried again by itself.
    Failing,
}
