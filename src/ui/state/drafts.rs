//! What is written and not yet a message.

use super::{AppState, Part};
use zajil_api::{ChatId, Lead, Storage};

impl AppState {
    pub fn draft(&self, chat: &ChatId) -> String {
        let draft = self.drafts.iter().find(|(id, _)| id == chat);
        draft.map(|(_, text)| text.clone()).unwrap_or_default()
    }

    /// All unsent texts, one below the other.
    pub fn drafts(&self) -> String {
        let texts = self.drafts.iter().map(|(_, text)| text.trim());
        texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n")
    }

    pub fn keep_draft(&mut self, chat: &ChatId, text: &str) {
        self.drafts.retain(|(id, _)| id != chat);
        if !text.is_empty() {
            self.drafts.push((chat.clone(), text.to_owned()));
        }
    }

    /// What is to be sent of the draft. From then on and until that is answered there is
    /// nothing to send in this chat, whichever composer is asked: nothing goes out twice.
    pub fn begin_to_send(&mut self, chat: &ChatId) -> Option<String> {
        let draft = self.draft(chat);
        let text = draft.trim().to_owned();
        if text.is_empty() || self.sending.iter().any(|(id, _)| id == chat) {
            return None;
        }
        self.sending.push((chat.clone(), draft));
        Some(text)
    }

    /// The text that waits to be kept, while that takes as long as somebody needs to make
    /// room, or to take over. It cannot be called back, so it is what is to be seen.
    pub fn held_up(&self, chat: &ChatId) -> Option<String> {
        let waits = self.storage != Storage::Working || self.lead != Lead::Working;
        let sent = self.sending.iter().find(|(id, _)| waits && id == chat);
        sent.map(|(_, text)| text.clone())
    }

    /// What stands in the composer.
    pub fn written(&self, chat: &ChatId) -> String {
        self.held_up(chat).unwrap_or_else(|| self.draft(chat))
    }

    /// With the composers that look different when what holds texts up changes.
    #[inline(never)]
    pub(super) fn with_held(&self, mut parts: Vec<Part>) -> Vec<Part> {
        for (id, _) in &self.sending {
            parts.push(Part::Draft(id.clone()));
        }
        parts
    }

    /// A message was taken back: its text may be written on, unless another one is there.
    pub fn give_back(&mut self, chat: &ChatId, text: &str) {
        if self.draft(chat).trim().is_empty() {
            self.keep_draft(chat, text);
        }
    }

    /// It was kept. What was typed since then stays a draft.
    pub fn sent(&mut self, chat: &ChatId) {
        if let Some(sent) = self.not_sent(chat) {
            let draft = self.draft(chat);
            self.keep_draft(chat, draft.strip_prefix(&sent).unwrap_or(&draft));
        }
    }

    /// It was not kept, and stays a draft; answers what it was.
    pub fn not_sent(&mut self, chat: &ChatId) -> Option<String> {
        let at = self.sending.iter().position(|(id, _)| id == chat)?;
        Some(self.sending.remove(at).1)
    }
}
