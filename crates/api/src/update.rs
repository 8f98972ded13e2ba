use crate::{
    Account, Chat, ChatId, CommandId, Failure, Invite, Message, MessageState, PublicKey, RelayUrl,
    Seq, Server, Settings, Snapshot, UnixTime,
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
        seq: Seq,
        state: MessageState,
    },
    /// Oldest first; `messages` is shorter than asked only when `reached_start`.
    PageLoaded {
        answers: CommandId,
        chat: ChatId,
        messages: Vec<Message>,
        reached_start: bool,
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
    /// Another tab holds the engine; this one takes over when that one closes.
    RunningElsewhere,
    /// The engine could not start or had to stop; `detail` is for a bug report.
    Stopped {
        detail: String,
    },
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
