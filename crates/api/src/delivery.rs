use crate::{MessageState, RelayUrl};
use serde::{Deserialize, Serialize};

/// The whole story of one's own message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    pub state: MessageState,
    /// One a server of the chat; none while the message waits for the chat to be founded.
    pub copies: Vec<ServerCopy>,
    /// Whether it may still be taken back: no server is known to have it.
    pub can_withdraw: bool,
}

/// One server's copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerCopy {
    pub server: RelayUrl,
    pub state: CopyState,
}

/// What is known of a server's copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum CopyState {
    /// It has not said anything about it yet.
    Waiting,
    /// It said that it would keep it, and was not seen to.
    Promised,
    /// It was read back from there.
    Held,
    /// It does not want it.
    Refused,
}
