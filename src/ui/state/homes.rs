use super::{AppState, Part};
use zajil_api::{ChatId, Direction, LinkState, Message, Place, RelayUrl, ServerCopy, Stage};

impl AppState {
    /// Chats whose servers may be asked about, those used last first.
    pub fn chats_with_homes(&self) -> Vec<ChatId> {
        let open = self.chats.iter().filter(|chat| chat.stage != Stage::Requested);
        open.map(|chat| chat.id.clone()).collect()
    }

    /// Where a chat lives is where its messages are sent: the story of one tells it.
    pub(super) fn note_homes(&mut self, chat: &ChatId, copies: &[ServerCopy]) -> Option<Part> {
        if copies.is_empty() {
            return None;
        }
        let servers = copies.iter().map(|copy| copy.server.clone()).collect();
        self.homes.retain(|(id, _)| id != chat);
        self.homes.push((chat.clone(), servers));
        Some(Part::Reach)
    }

    /// The message whose story would tell where the open chat lives, if that is not known.
    pub fn tells_homes(&self) -> Option<(ChatId, Place)> {
        let open = self.timeline.as_ref()?;
        if self.homes.iter().any(|(id, _)| *id == open.chat) {
            return None;
        }
        let own = |message: &&Message| message.direction != Direction::Incoming;
        open.messages().rev().find(own).map(|message| (open.chat.clone(), message.place))
    }

    /// Whether none of a chat's servers can be reached. `false` where that is not known.
    pub fn is_out_of_reach(&self, chat: &ChatId) -> bool {
        let homes = self.homes.iter().find(|(id, _)| id == chat);
        homes.is_some_and(|(_, servers)| servers.iter().all(|url| self.failed.contains(url)))
    }

    /// The chats that can be reached now and could not without these servers.
    pub fn reached_only_through(&self, urls: &[RelayUrl]) -> Vec<ChatId> {
        let works = |url: &RelayUrl| {
            self.server(url).is_some_and(|server| server.link == LinkState::Connected)
        };
        let lost = |servers: &[RelayUrl]| {
            let mut working = servers.iter().filter(|url| works(url)).peekable();
            working.peek().is_some() && working.all(|url| urls.contains(url))
        };
        let lost = self.homes.iter().filter(|(_, servers)| lost(servers));
        let lost: Vec<&ChatId> = lost.map(|(id, _)| id).collect();
        self.order().into_iter().filter(|id| lost.contains(&id)).collect()
    }
}
