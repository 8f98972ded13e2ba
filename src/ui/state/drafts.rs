//! What is written and not yet a message.

use super::AppState;
use zajil_api::ChatId;

/// Texts of a chat that were sent and are not messages yet, in their order. The first is on its
/// way to be kept; the others follow one by one. They cannot be called back.
#[derive(Debug)]
pub(super) struct Waiting {
    chat: ChatId,
    texts: Vec<String>,
}

impl AppState {
    pub fn draft(&self, chat: &ChatId) -> String {
        let draft = self.drafts.iter().find(|(id, _)| id == chat);
        draft.map(|(_, text)| text.clone()).unwrap_or_default()
    }

    /// What was sent in a chat and is not a message yet.
    pub fn waiting(&self, chat: &ChatId) -> Vec<String> {
        let waiting = self.waiting.iter().find(|waiting| waiting.chat == *chat);
        waiting.map(|waiting| waiting.texts.clone()).unwrap_or_default()
    }

    /// Whether leaving the page now may lose what was sent.
    pub fn has_waiting(&self) -> bool {
        // Once the app stopped it says itself what is to be taken along.
        self.stopped.is_none() && !self.waiting.is_empty()
    }

    /// All that may be in no store, one text below the other.
    pub fn unkept(&self) -> String {
        let waiting = self.waiting.iter().flat_map(|waiting| &waiting.texts);
        let texts = waiting.chain(self.drafts.iter().map(|(_, text)| text)).map(|text| text.trim());
        texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n")
    }

    pub fn keep_draft(&mut self, chat: &ChatId, text: &str) {
        self.drafts.retain(|(id, _)| id != chat);
        if !text.is_empty() {
            self.drafts.push((chat.clone(), text.to_owned()));
        }
    }

    /// The draft is sent. Answers what to hand to the engine now, if nothing goes before it.
    pub fn send_draft(&mut self, chat: &ChatId) -> Option<String> {
        let text = self.draft(chat).trim().to_owned();
        if text.is_empty() {
            return None;
        }
        self.keep_draft(chat, "");
        match self.waiting.iter_mut().find(|waiting| waiting.chat == *chat) {
            Some(waiting) => {
                waiting.texts.push(text);
                None
            }
            None => {
                self.waiting.push(Waiting { chat: chat.clone(), texts: vec![text.clone()] });
                Some(text)
            }
        }
    }

    /// The first text that waited was kept: answers the next.
    pub fn sent(&mut self, chat: &ChatId) -> Option<String> {
        let waiting = self.waiting.iter_mut().find(|waiting| waiting.chat == *chat)?;
        if waiting.texts.len() > 1 {
            waiting.texts.remove(0);
            return waiting.texts.first().cloned();
        }
        self.drop_waiting(chat);
        None
    }

    /// It was not kept: it may be written on, with all that was to follow; answers what it was.
    pub fn not_sent(&mut self, chat: &ChatId) -> Option<String> {
        let mut texts = self.waiting(chat);
        self.drop_waiting(chat);
        let first = texts.first().cloned();
        let draft = self.draft(chat);
        if !draft.is_empty() {
            texts.push(draft);
        }
        self.keep_draft(chat, &texts.join("\n"));
        first
    }

    pub(super) fn drop_waiting(&mut self, chat: &ChatId) {
        self.waiting.retain(|waiting| waiting.chat != *chat);
    }

    /// A message was taken back: its text may be written on, after what stands there.
    pub fn give_back(&mut self, chat: &ChatId, text: &str) {
        let draft = self.draft(chat);
        let text = match draft.trim().is_empty() {
            true => text.to_owned(),
            false => format!("{draft}\n{text}"),
        };
        self.keep_draft(chat, &text);
    }
}
