//! What authors are told of their messages, held against what servers and readers have.

use super::{Ledger, Missing, Written};
use crate::verdict::{Rule, Verdict};
use zajil_api::{Direction, Message, MessageState};

impl Ledger {
    /// These messages are on somebody's screen, who reads them.
    pub fn reads(&mut self, messages: &[Message]) {
        let incoming = messages.iter().filter(|m| m.direction == Direction::Incoming);
        self.read.extend(incoming.map(|message| message.text.clone()));
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
        }
        let is_unseen = state == MessageState::Read && !self.read.contains(text);
        if is_unseen && !self.forgot_when_they_read(text) {
            verdict.note(Rule::Read, format!("P{who} is told that {text:?} was read, unseen"));
        }
        let MessageState::Sent { on, .. } = state else { return };
        let held = self.held.iter().filter(|held| held.contains(text)).count();
        if held < usize::from(on) {
            let detail = format!("P{who} is told that {text:?} is on {on}, it was on {held}");
            verdict.note(Rule::Held, detail);
        }
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
            !view.was_restored && !got.is_some_and(|got| got.contains(text))
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
