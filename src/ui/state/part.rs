use zajil_api::{ChatId, Place, RelayUrl};

/// One piece of the state that a view can depend on. The finer the piece, the
/// less is drawn again when it changes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    Phase,
    Account,
    Settings,
    Storage,
    /// How this tab reaches the engine.
    Lead,
    CatchUp,
    /// Which chats there are, and in which order.
    Order,
    Chat(ChatId),
    /// Which servers there are.
    ServerList,
    Server(RelayUrl),
    /// Whether any server is reachable at all.
    Reach,
    /// An outage that is being practised.
    Practice,
    Typing(ChatId),
    /// What is written in a chat and not sent.
    Draft(ChatId),
    /// Which messages the open chat's window holds, and whether it may have missed some.
    Timeline,
    /// Which messages landed above what is on the screen.
    Late,
    Message(Place),
    /// Whose story is told, and the story.
    Story,
}
