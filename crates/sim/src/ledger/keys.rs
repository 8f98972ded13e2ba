//! Which key of a ratchet and which epoch made what, and what of it went over the wire.

use super::{Count, Ledger};
use crate::relay::Kept;
use crate::verdict::{Rule, Verdict};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use zajil_core::nostr::Kind;
use zajil_core::observe;

/// What founds a group is committed before anybody else is in it, and published nowhere.
const FIRST_EPOCH: u64 = 1;

#[derive(Default)]
pub struct Keys {
    /// By the content of the events that carry it.
    pub(super) sealed: HashMap<String, Sealed>,
    /// What was sent under a key.
    used: HashMap<[u8; 32], [u8; 32]>,
    /// The groups and epochs that a commit which some server was given ends.
    ended: HashSet<([u8; 32], u64)>,
    /// The commits that some server was given, by their contents.
    pub(super) commits: HashSet<String>,
    /// The gift wraps that some server was given, and from whom.
    pub(super) wraps: HashMap<String, usize>,
}

pub(super) struct Sealed {
    pub who: usize,
    pub group: [u8; 32],
    epoch: u64,
    application: Option<Application>,
}

impl Sealed {
    /// Of a chat message.
    pub fn text(&self) -> Option<&String> {
        self.application.as_ref()?.text.as_ref()
    }
}

struct Application {
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
    pub fn sealed(&mut self, who: usize) {
        for observe::Sealed { content, group, epoch, application } in observe::take() {
            let application = application.map(|application| {
                let said = said(&application.payload);
                if let Some((text, count)) = &said
                    && let Some(written) = self.written.get_mut(text)
                {
                    written.count = *count;
                    self.views[who].is_silent_copy = false;
                }
                let observe::Application { key, message, .. } = application;
                Application { key, message, text: said.map(|(text, _)| text) }
            });
            self.keys.sealed.insert(content, Sealed { who, group, epoch, application });
        }
    }

    /// An event of somebody's leaves the device.
    pub fn leaves(&mut self, who: usize, content: &str, verdict: &mut Verdict) {
        let Some(sealed) = self.keys.sealed.get(content) else { return };
        let Some(application) = &sealed.application else { return };
        let text = application.text.as_ref();
        if let Some(text) = text.filter(|text| self.written.get(*text).is_some_and(|w| w.removed)) {
            verdict.note(Rule::Back, format!("P{who} sends {text:?}, which was taken back"));
        }
        let before = (sealed.group, sealed.epoch.saturating_sub(1));
        if sealed.epoch > FIRST_EPOCH && !self.keys.ended.contains(&before) {
            let epoch = sealed.epoch;
            let detail = format!("P{who} writes in epoch {epoch}, which no server was told of");
            verdict.note(Rule::Published, detail);
        }
    }

    /// An event of somebody's reaches a relay, whatever becomes of it there.
    pub fn sent(&mut self, who: usize, event: &Kept, verdict: &mut Verdict) {
        if event.event.kind == Kind::GIFT_WRAP {
            self.keys.wraps.insert(event.id.clone(), who);
        }
        let Some(sealed) = self.keys.sealed.get(&event.event.content) else { return };
        let Some(Application { key, message, .. }) = &sealed.application else {
            self.keys.ended.insert((sealed.group, sealed.epoch));
            self.keys.commits.insert(event.event.content.clone());
            return;
        };
        let first = self.keys.used.entry(*key).or_insert(*message);
        if first != message {
            verdict.note(Rule::Keys, format!("P{who} sends two messages under one key"));
        }
    }

    /// A relay has an event.
    pub fn held(&mut self, relay: usize, content: &str, verdict: &mut Verdict) {
        let Some(text) = self.keys.sealed.get(content).and_then(Sealed::text) else { return };
        self.takes(text, verdict);
        self.held[relay].insert(text.clone());
    }
}
