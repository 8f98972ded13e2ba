use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why a command could not be carried out. Closed, so that every cause has its
/// sentence in every language; the texts here are for developers only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Error)]
pub enum Failure {
    #[error("there is no account yet")]
    NoAccount,
    #[error("there is an account already")]
    AccountExists,
    #[error("a name has 1 to 64 characters")]
    NameInvalid,
    #[error("not an invite link, or cut short")]
    InviteBroken,
    #[error("a link made by another application, or by a newer version")]
    InviteForeign,
    #[error("the link was meant to be used until an earlier date")]
    InviteExpired,
    #[error("one's own link")]
    InviteOwn,
    #[error("no such chat on this device")]
    ChatUnknown,
    #[error("the chat does not take messages now")]
    ChatClosed,
    #[error("a message needs text")]
    MessageEmpty,
    #[error("a message has at most {limit} bytes of UTF-8")]
    MessageTooLong { limit: u32 },
    #[error("a server address starts with wss:// or ws:// and names a host")]
    ServerInvalid,
    #[error("the server is in the list already")]
    ServerKnown,
    #[error("the last server cannot be removed")]
    ServerLast,
    #[error("no such message in the chat")]
    MessageUnknown,
    #[error("a server has the message: it cannot be taken back")]
    MessageOut,
    #[error("no server would be left to practise with, or none was named")]
    PracticeInvalid,
    #[error("another tab holds the engine and this browser cannot keep two apart")]
    ReadOnly,
    #[error("a fault of ours; nothing was changed")]
    Internal,
}
