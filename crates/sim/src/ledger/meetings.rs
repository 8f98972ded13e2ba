//! Who has met whom, and their chats.

use super::Ledger;
use zajil_api::{Chat, ChatId, Gap, Stage};

impl Ledger {
    pub fn invite(&self, of: usize) -> Option<String> {
        Some(self.views[of].account.as_ref()?.invite.clone())
    }

    pub fn meeting(&mut self, who: usize, of: usize) {
        self.meetings.insert((who, of));
    }

    pub fn has_met(&self, who: usize, of: usize) -> bool {
        self.meetings.contains(&(who, of))
    }

    pub fn chat(&self, who: usize, with: usize) -> Option<ChatId> {
        Some(self.chat_view(who, with)?.id.clone())
    }

    /// Whether somebody has a chat with another, and not just their request: whoever was put back
    /// does not know that they asked for it.
    pub fn is_in_touch(&self, who: usize, with: usize) -> bool {
        self.chat_view(who, with).is_some_and(|chat| chat.stage != Stage::Requested)
    }

    /// Requests of people somebody has met.
    pub fn requests(&self, who: usize) -> Vec<ChatId> {
        let chats = self.views[who].chats.values();
        let asks = chats.filter(|chat| chat.stage == Stage::Requested);
        let of_known = |chat: &&Chat| {
            let with = self.people.get(&chat.with.public_key);
            with.is_some_and(|with| self.has_met(who, *with) || self.has_met(*with, who))
        };
        asks.filter(of_known).map(|chat| chat.id.clone()).collect()
    }

    /// What somebody is told to be missing of another's.
    pub fn gaps(&self, who: usize, with: usize) -> Vec<Gap> {
        self.chat_view(who, with).map(|chat| chat.gaps.clone()).unwrap_or_default()
    }

    pub(super) fn chat_view(&self, who: usize, with: usize) -> Option<&Chat> {
        let key = &self.views[with].account.as_ref()?.public_key;
        self.views[who].chats.values().find(|chat| chat.with.public_key == *key)
    }

    pub(super) fn peer(&self, who: usize, chat: &ChatId) -> Option<usize> {
        let key = &self.views[who].chats.get(chat)?.with.public_key;
        self.people.get(key).copied()
    }
}
