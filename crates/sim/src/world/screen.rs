//! What is on somebody's screen.

use super::World;
use zajil_api::{Command, Message, Page, Place};

const PAGE: u16 = 200;

impl World {
    /// A chat as it stands on somebody's disk, oldest first.
    pub fn scroll(&mut self, who: usize, with: usize) -> Vec<Message> {
        let mut all: Vec<Message> = Vec::new();
        let Some(chat) = self.ledger.chat(who, with) else { return all };
        let mut page = Page::Newest;
        loop {
            let command = Command::LoadMessages { chat: chat.clone(), page, limit: PAGE };
            let id = self.command(who, command);
            let Some((messages, is_last)) = self.ledger.page(who, id) else { return all };
            for message in &messages {
                self.ledger.shown(who, &chat, message, &mut self.verdict);
            }
            page = Page::Before(messages.first().map_or(Place::START, |message| message.place));
            all.splice(0..0, messages);
            if is_last {
                return all;
            }
        }
    }

    /// Looks for what a device may have saved and died before it was on the screen. One that was
    /// not started since is to have shown by itself what came.
    pub fn look_again(&mut self, who: usize, with: usize) {
        let has_chat = self.ledger.chat(who, with).is_some();
        let person = &mut self.people[who];
        let looked = person.looked.get(&with).copied().unwrap_or(1);
        if has_chat && person.engine.is_some() && !person.is_busy() && looked != person.starts {
            person.looked.insert(with, person.starts);
            self.scroll(who, with);
        }
    }

    /// Somebody has looked through a chat, down to the last message that is there. Nobody looks
    /// at a device that does nothing.
    pub(super) fn read(&mut self, who: usize, of: usize) {
        if self.people[who].is_busy() {
            return;
        }
        let messages = self.scroll(who, of);
        self.ledger.reads(who, of);
        if let (Some(chat), Some(last)) = (self.ledger.chat(who, of), messages.last()) {
            self.command(who, Command::MarkRead { chat, up_to: last.place });
        }
    }

    /// People accept the requests of whom they know: one of them was put back, and asks anew.
    pub fn accept(&mut self) {
        for who in 0..self.people.len() {
            if self.people[who].engine.is_none() || self.people[who].is_busy() {
                continue;
            }
            for chat in self.ledger.requests(who) {
                self.command(who, Command::AcceptRequest { chat });
            }
        }
    }
}
