//! What is written and not yet a message.

use super::{AppState, Part};
use zajil_api::{ChatId, Lead, Storage};

/// A text on its way to be kept; until then the chat's draft begins with it.
#[derive(Debug)]
pub(super) struct Sending {
    chat: ChatId,
    text: String,
    /// How long the draft was each time that it was to be sent since then.
    ends: Vec<usize>,
}

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
    /// nothing to send in this chat, whichever composer is asked: nothing goes out twice. What
    /// was typed by then is sent next.
    pub fn begin_to_send(&mut self, chat: &ChatId) -> Option<String> {
        let draft = self.draft(chat);
        match self.sending.iter_mut().find(|sending| sending.chat == *chat) {
            Some(sending) => {
                sending.ends.push(draft.len());
                None
            }
            None => self.send_first(chat, draft, Vec::new()),
        }
    }

    fn send_first(&mut self, chat: &ChatId, text: String, ends: Vec<usize>) -> Option<String> {
        let trimmed = text.trim().to_owned();
        if trimmed.is_empty() {
            return None;
        }
        self.sending.push(Sending { chat: chat.clone(), text, ends });
        Some(trimmed)
    }

    /// The text that waits to be kept, while that takes as long as somebody needs to make
    /// room, or to take over. It cannot be called back, so it is what is to be seen.
    pub fn held_up(&self, chat: &ChatId) -> Option<String> {
        let waits = self.storage != Storage::Working || self.lead != Lead::Working;
        let sent = self.sending.iter().find(|sending| waits && sending.chat == *chat);
        sent.map(|sending| sending.text.clone())
    }

    /// What stands in the composer.
    pub fn written(&self, chat: &ChatId) -> String {
        self.held_up(chat).unwrap_or_else(|| self.draft(chat))
    }

    /// With the composers that look different when what holds texts up changes.
    #[inline(never)]
    pub(super) fn with_held(&self, mut parts: Vec<Part>) -> Vec<Part> {
        for sending in &self.sending {
            parts.push(Part::Draft(sending.chat.clone()));
        }
        parts
    }

    /// A message was taken back: its text may be written on, after what stands there: that may
    /// be on its way.
    pub fn give_back(&mut self, chat: &ChatId, text: &str) {
        let draft = self.draft(chat);
        let text = match draft.trim().is_empty() {
            true => text.to_owned(),
            false => format!("{draft}\n{text}"),
        };
        self.keep_draft(chat, &text);
    }

    /// It was kept. What was typed since then stays a draft; what of it was to be sent
    /// meanwhile is next.
    pub fn sent(&mut self, chat: &ChatId) -> Option<String> {
        let Sending { text, ends, .. } = self.take_sending(chat)?;
        let draft = self.draft(chat);
        let rest = draft.strip_prefix(&text);
        self.keep_draft(chat, rest.unwrap_or(&draft));
        // Where it was changed from the start, nobody knows any more where a text ended.
        let rest = rest?;
        let mut ends = ends.into_iter().filter_map(|end| end.checked_sub(text.len()));
        while let Some(end) = ends.next() {
            let next = rest.get(..end)?.to_owned();
            if !next.trim().is_empty() {
                return self.send_first(chat, next, ends.collect());
            }
        }
        None
    }

    /// It was not kept, and stays a draft, with all that was to follow; answers what it was.
    pub fn not_sent(&mut self, chat: &ChatId) -> Option<String> {
        self.take_sending(chat).map(|sending| sending.text)
    }

    fn take_sending(&mut self, chat: &ChatId) -> Option<Sending> {
        let at = self.sending.iter().position(|sending| sending.chat == *chat)?;
        Some(self.sending.remove(at))
    }
}
