use super::AppState;
use zajil_api::{Chat, ChatId, LinkState, RelayUrl, Stage};

impl AppState {
    /// The chats whose servers matter: nobody's request gets us to theirs.
    pub fn reachable(&self) -> impl Iterator<Item = &Chat> {
        self.chats.iter().filter(|chat| chat.stage != Stage::Requested)
    }

    /// Whether none of a chat's servers can be reached. `false` where none is known.
    pub fn is_out_of_reach(&self, id: &ChatId) -> bool {
        let failed = |chat: &Chat| chat.servers.iter().all(|url| self.failed.contains(url));
        self.reachable().any(|chat| chat.id == *id && !chat.servers.is_empty() && failed(chat))
    }

    /// The chats that wait until a server of theirs is there again.
    pub fn out_of_reach(&self) -> Vec<ChatId> {
        let waits = |chat: &&Chat| {
            !chat.servers.is_empty() && !chat.servers.iter().any(|url| self.is_connected(url))
        };
        self.reachable().filter(waits).map(|chat| chat.id.clone()).collect()
    }

    fn is_connected(&self, url: &RelayUrl) -> bool {
        self.server(url).is_some_and(|server| server.link == LinkState::Connected)
    }

    /// The chats that can be reached now and could not without these servers.
    pub fn reached_only_through(&self, urls: &[RelayUrl]) -> Vec<ChatId> {
        let lost = |chat: &&Chat| {
            let mut working = chat.servers.iter().filter(|url| self.is_connected(url)).peekable();
            working.peek().is_some() && working.all(|url| urls.contains(url))
        };
        self.reachable().filter(lost).map(|chat| chat.id.clone()).collect()
    }
}
