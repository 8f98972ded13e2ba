use zajil_api::{ChatId, RelayUrl, Seq};

/// One piece of the state that a view can depend on. The finer the piece, the
/// less is drawn again when it changes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    Phase,
    Account,
    Settings,
    Storage,
    /// Which chats there are, and in which order.
    Order,
    Chat(ChatId),
    /// Which servers there are.
    ServerList,
    Server(RelayUrl),
    /// Whether any server is reachable at all.
    Reach,
    Typing(ChatId),
    /// Which messages the open chat's window holds.
    Timeline,
    Message(Seq),
}
