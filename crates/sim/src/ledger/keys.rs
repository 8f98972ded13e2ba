//! Which key of a ratchet made what, and what of it went over the wire.

use super::{Count, Ledger};
use crate::relay::Kept;
use crate::verdict::{Rule, Verdict};
use serde_json::Value;
use std::collections::HashMap;
use zajil_core::observe;

#[derive(Default)]
pub struct Keys {
    /// By the content of the events that carry it.
    sealed: HashMap<String, Sealed>,
    /// What was sent under a key.
    used: HashMap<[u8; 32], [u8; 32]>,
}

struct Sealed {
    key: [u8; 32],
    message: [u8; 32],
    /// Of a chat message.
    text: Option<String>,
}

/// A chat message's text and the author's count.
fn said(payload: &[u8]) -> Option<(String, Option<Count>)> {
    let inner: Value = serde_json::from_slice(payload).ok()?;
    if inner.get("kind")?.as_u64()? != 9 {
        return None;
    }
    let tags = inner.get("tags")?.as_array()?;
    let count = tags.iter().find(|tag| tag.get(0).and_then(Value::as_str) == Some("seq"));
    let number = |at: usize| count?.get(at)?.as_str()?.parse().ok();
    let count = number(3).zip(number(1));
    Some((inner.get("content")?.as_str()?.to_owned(), count))
}

impl Ledger {
    /// Takes note of what an engine has just encrypted.
    pub fn sealed(&mut self) {
        for sealed in observe::take() {
            let said = said(&sealed.payload);
            if let Some((text, count)) = &said
                && let Some(written) = self.written.get_mut(text)
            {
                written.count = *count;
            }
            let text = said.map(|(text, _)| text);
            let entry = Sealed { key: sealed.key, message: sealed.message, text };
            self.keys.sealed.insert(sealed.content, entry);
        }
    }

    /// An event of somebody's leaves the device.
    pub fn leaves(&mut self, who: usize, content: &str, verdict: &mut Verdict) {
        let text = self.keys.sealed.get(content).and_then(|sealed| sealed.text.as_ref());
        if let Some(text) = text.filter(|text| self.written.get(*text).is_some_and(|w| w.removed)) {
            verdict.note(Rule::Back, format!("P{who} sends {text:?}, which was taken back"));
        }
    }

    /// An event of somebody's reaches a relay, whatever becomes of it there.
    pub fn sent(&mut self, who: usize, event: &Kept, verdict: &mut Verdict) {
        let Some(sealed) = self.keys.sealed.get(&event.event.content) else { return };
        let first = self.keys.used.entry(sealed.key).or_insert(sealed.message);
        if *first != sealed.message {
            verdict.note(Rule::Keys, format!("P{who} sends two messages under one key"));
        }
    }

    /// A relay has an event.
    pub fn held(&mut self, relay: usize, content: &str) {
        let text = self.keys.sealed.get(content).and_then(|sealed| sealed.text.clone());
        self.held[relay].extend(text);
    }
}
