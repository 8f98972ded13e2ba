//! What authors are told of their messages, held against what servers and readers have.

use super::{Ledger, Missing, Written};
use crate::verdict::{Rule, Verdict};
use zajil_api::MessageState;

impl Ledger {
    /// Somebody reads what their screen was given of another's, in pages or one by one.
    pub fn reads(&mut self, who: usize, of: usize) {
        let shown = self.views[who].incoming.get(&of);
        self.read.extend(shown.into_iter().flatten().cloned());
    }

    /// An author is told how far a message has come.
    pub(super) fn claim(
        &mut self,
        who: usize,
        text: &str,
        state: MessageState,
        verdict: &mut Verdict,
    ) {
        if state >= MessageState::Delivered {
            self.confirmed.insert(text.to_owned());
            self.delivered.insert(text.to_owned());
        }
        let is_unseen = state == MessageState::Read && !self.read.contains(text);
        if is_unseen && !self.forgot_when_they_read(text) {
            verdict.note(Rule::Read, format!("P{who} is told that {text:?} was read, unseen"));
        }
        self.is_sent(who, text, state, verdict);
        let MessageState::Sent { on, .. } = state else { return };
        let held = self.held.iter().filter(|held| held.contains(text)).count();
        if held < usize::from(on) {
            let detail = format!("P{who} is told that {text:?} is on {on}, it was on {held}");
            verdict.note(Rule::Held, detail);
        }
    }

    /// What an author is shown as not sent is on no server, nor was it ever.
    fn is_sent(&mut self, who: usize, text: &str, state: MessageState, verdict: &mut Verdict) {
        if state != MessageState::NotSent {
            self.unsent.remove(text);
            return;
        }
        self.unsent.insert(text.to_owned());
        if self.is_taken(text) && !self.was_forgotten(text) {
            let detail = format!("P{who} is told that {text:?} is not sent, a server took it");
            verdict.note(Rule::NotSent, detail);
        }
    }

    /// An author is told that a message is taken back: no server ever had it.
    pub(super) fn taken_back(&self, who: usize, text: &str, verdict: &mut Verdict) {
        if self.is_taken(text) && !self.was_forgotten(text) {
            let detail = format!("P{who} took back {text:?}, a server took it");
            verdict.note(Rule::NotSent, detail);
        }
    }

    /// A server takes a message.
    pub(super) fn takes(&self, text: &str, verdict: &mut Verdict) {
        let Some(written) = self.written.get(text) else { return };
        let who = written.who;
        let words = match (written.removed, self.unsent.contains(text)) {
            (true, _) => "which was taken back",
            (_, true) => "which shows as not sent",
            _ => return,
        };
        if !self.was_forgotten(text) {
            verdict.note(Rule::NotSent, format!("a server takes {text:?} of P{who}, {words}"));
        }
    }

    /// Whether a message's author went on from a copy since they wrote it, which cannot know what
    /// became of it.
    pub(super) fn was_forgotten(&self, text: &str) -> bool {
        let author = self.written.get(text);
        author.is_some_and(|written| self.views[written.who].restored_at > Some(written.at))
    }

    fn is_taken(&self, text: &str) -> bool {
        self.held.iter().any(|held| held.contains(text))
    }

    /// Whether a message's reader does not know when they read, as far as the order of receipts
    /// goes: the copy they went on from does not, and their clock is no help.
    fn forgot_when_they_read(&self, text: &str) -> bool {
        let reader = self.written.get(text).map(|written| &self.views[written.to]);
        reader.is_some_and(|view| view.was_restored && view.went_back)
    }

    /// Who does not have what its author was told to be delivered.
    pub fn unconfirmed(&mut self) -> Vec<Missing> {
        let views = &self.views;
        let is_open = |text: &String, written: &Written| {
            let view = &views[written.to];
            let got = view.incoming.get(&written.who);
            let forgot = view.restored_at > Some(written.at);
            !forgot && !got.is_some_and(|got| got.contains(text))
        };
        self.confirmed.retain(|text| self.written.get(text).is_some_and(|w| is_open(text, w)));
        let entry = |text: &String| {
            let written = self.written.get(text)?;
            let (author, reader) = (written.who, written.to);
            Some(Missing { author, reader, texts: vec![text.clone()] })
        };
        self.confirmed.iter().filter_map(entry).collect()
    }
}
