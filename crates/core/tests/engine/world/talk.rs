//! What people do and see: links, messages, marks.

use super::World;
use zajil_api::{
    Chat, ChatId, Command, Direction, Message, MessageState, Page, Server, Stage, Update,
};

impl World {
    pub fn invite_of(&mut self, who: &'static str) -> String {
        self.person(who).account().invite
    }

    /// `who` opens `of`'s invite link, and both get through to each other.
    pub fn meet(&mut self, who: &'static str, of: &'static str) -> ChatId {
        let link = self.invite_of(of);
        self.command(who, Command::StartChat { link });
        self.pass(5_000);
        self.chat_of(who, of).id
    }

    pub fn chat_of(&self, who: &str, with: &str) -> Chat {
        let found = self.person(who).chats().into_iter().find(|chat| chat.with.name == with);
        found.unwrap_or_else(|| panic!("{who} has no chat with {with}"))
    }

    pub fn send(&mut self, who: &'static str, to: &str, text: &str) {
        let chat = self.chat_of(who, to).id;
        self.command(who, Command::SendMessage { chat, text: text.to_owned() });
    }

    /// The whole chat, as `who`'s store has it.
    pub fn messages(&mut self, who: &'static str, with: &str) -> Vec<Message> {
        let chat = self.chat_of(who, with).id;
        let mut all = Vec::new();
        let mut page = Page::Newest;
        loop {
            let load = Command::LoadMessages { chat: chat.clone(), page, limit: 50 };
            let updates = self.command(who, load);
            let loaded = updates.into_iter().find_map(|update| match update {
                Update::PageLoaded { messages, is_last, .. } => Some((messages, is_last)),
                _ => None,
            });
            // A device that died over the question is asked again.
            let Some((messages, is_last)) = loaded else { continue };
            if let Some(first) = messages.first() {
                page = Page::Before(first.place);
            }
            all.splice(0..0, messages);
            if is_last {
                return all;
            }
        }
    }

    pub fn texts(&mut self, who: &'static str, with: &str) -> Vec<String> {
        self.messages(who, with).into_iter().map(|message| message.text).collect()
    }

    /// What became of `who`'s own messages, oldest first.
    pub fn states(&mut self, who: &'static str, with: &str) -> Vec<MessageState> {
        let messages = self.messages(who, with).into_iter();
        messages
            .filter_map(|message| match message.direction {
                Direction::Outgoing(state) => Some(state),
                Direction::Incoming => None,
            })
            .collect()
    }

    /// How `who`'s Servers page shows it.
    pub fn server(&mut self, who: &'static str, url: &str) -> Server {
        let updates = self.command(who, Command::Attach);
        let snapshot = updates.into_iter().find_map(|update| match update {
            Update::Attached { snapshot, .. } => Some(snapshot),
            _ => None,
        });
        snapshot.unwrap().servers.into_iter().find(|server| server.url.as_str() == url).unwrap()
    }

    pub fn stage(&self, who: &str, with: &str) -> Stage {
        self.chat_of(who, with).stage
    }
}
