//! What is on its way to servers. A row stays until each of its servers answered;
//! having heard nothing means not knowing, so it is asked again, with the same event.

use super::error::EngineError;
use super::record::{Answer, ChatKey, EventJson, Outgoing, OutgoingRow, Purpose, Target};
use super::{Engine, Output, Timestamp};
use crate::envelope::SealedMessage;
use crate::nostr::{ClientMessage, Event, EventId};
use std::collections::{BTreeMap, BTreeSet};
use zajil_api::{MessageState, RelayUrl, Seq};

/// Unanswered events per server: enough to fill the line, few enough not to flood.
const WINDOW: usize = 24;
/// After so long without an answer the server is asked again.
const ANSWER_TIMEOUT_MS: u64 = 20_000;
/// After a server said "not now".
const PAUSE_MS: u64 = 3_000;

#[derive(Debug, Default)]
pub(super) struct Outbox {
    rows: BTreeMap<u64, OutgoingRow>,
    by_event: BTreeMap<EventId, u64>,
    /// What was sent over the current connection, and when.
    asked: BTreeMap<RelayUrl, BTreeMap<u64, Timestamp>>,
    /// Servers that want to be left alone until then.
    paused: BTreeMap<RelayUrl, Timestamp>,
    next_id: u64,
}

impl Outbox {
    pub fn load(&mut self, row: OutgoingRow) {
        self.next_id = self.next_id.max(row.id + 1);
        if let Outgoing::Event { id, .. } = &row.content {
            self.by_event.insert(*id, row.id);
        }
        self.rows.insert(row.id, row);
    }

    pub fn row(&self, id: u64) -> Option<&OutgoingRow> {
        self.rows.get(&id)
    }

    pub fn holds(&self, event: &EventId) -> bool {
        self.by_event.contains_key(event)
    }

    /// Servers that something still has to reach.
    pub fn relays(&self) -> impl Iterator<Item = &RelayUrl> {
        let targets = self.rows.values().flat_map(|row| &row.targets);
        targets.filter(|target| target.answer == Answer::None).map(|target| &target.relay)
    }

    pub fn disconnected(&mut self, relay: &RelayUrl) {
        self.asked.remove(relay);
        self.paused.remove(relay);
    }

    pub fn next_timeout(&self) -> Option<Timestamp> {
        let answers = self.asked.values().flat_map(|asked| asked.values());
        let answers = answers.map(|at| Timestamp(at.0 + ANSWER_TIMEOUT_MS));
        answers.chain(self.paused.values().copied()).min()
    }

    /// The servers to turn to again, now that a time has passed.
    fn timed_out(&mut self, now: Timestamp) -> Vec<RelayUrl> {
        let mut again: BTreeSet<RelayUrl> = BTreeSet::new();
        for (relay, asked) in &mut self.asked {
            let before = asked.len();
            asked.retain(|_, at| at.0 + ANSWER_TIMEOUT_MS > now.0);
            if asked.len() < before {
                again.insert(relay.clone());
            }
        }
        self.paused.retain(|relay, until| {
            if *until <= now {
                again.insert(relay.clone());
            }
            *until > now
        });
        again.into_iter().collect()
    }

    /// Rows to send to `relay` now, oldest first.
    fn due(&self, relay: &RelayUrl) -> Vec<u64> {
        if self.paused.contains_key(relay) {
            return Vec::new();
        }
        let asked = self.asked.get(relay);
        let room = WINDOW.saturating_sub(asked.map_or(0, BTreeMap::len));
        let waits = |row: &OutgoingRow| {
            let open = |target: &Target| target.relay == *relay && target.answer == Answer::None;
            row.targets.iter().any(open) && asked.is_none_or(|asked| !asked.contains_key(&row.id))
        };
        self.rows.values().filter(|row| waits(row)).map(|row| row.id).take(room).collect()
    }

    fn add(&mut self, content: Outgoing, targets: BTreeSet<RelayUrl>, purpose: Purpose) -> u64 {
        let id = self.next_id;
        let targets = targets.into_iter().map(|relay| Target { relay, answer: Answer::None });
        self.load(OutgoingRow { id, content, targets: targets.collect(), purpose });
        id
    }

    fn remove(&mut self, id: u64) {
        if let Some(Outgoing::Event { id: event, .. }) = self.rows.remove(&id).map(|r| r.content) {
            self.by_event.remove(&event);
        }
        for asked in self.asked.values_mut() {
            asked.remove(&id);
        }
    }
}

impl Engine {
    pub(super) fn enqueue_message(
        &mut self,
        message: SealedMessage,
        targets: BTreeSet<RelayUrl>,
        purpose: Purpose,
    ) {
        self.enqueue(Outgoing::Message(message), targets, purpose);
    }

    pub(super) fn enqueue_event(
        &mut self,
        event: &Event,
        targets: BTreeSet<RelayUrl>,
        purpose: Purpose,
    ) {
        let json = EventJson(event.to_json());
        self.enqueue(Outgoing::Event { id: event.id, json }, targets, purpose);
    }

    fn enqueue(&mut self, content: Outgoing, targets: BTreeSet<RelayUrl>, purpose: Purpose) {
        let relays: Vec<RelayUrl> = targets.iter().cloned().collect();
        let id = self.outbox.add(content, targets, purpose);
        self.dirty.outgoing.insert(id);
        if relays.iter().any(|relay| self.pool.get(relay).is_none()) {
            self.connect();
        }
        for relay in relays {
            self.dispatch(&relay);
        }
    }

    /// Sends what is due to a server, as far as its window allows.
    pub(super) fn dispatch(&mut self, relay: &RelayUrl) {
        if !self.pool.is_open(relay) {
            return;
        }
        for id in self.outbox.due(relay) {
            match self.frame(id) {
                Ok(text) => {
                    self.outbox.asked.entry(relay.clone()).or_default().insert(id, self.now);
                    self.outputs.push_back(Output::Send { relay: relay.clone(), text });
                }
                Err(error) => tracing::error!(%error, "an event could not be made"),
            }
        }
    }

    /// The frame that publishes a row; makes its event if this is the first attempt.
    fn frame(&mut self, id: u64) -> Result<String, EngineError> {
        let now = self.unix_now();
        let row = self.outbox.rows.get_mut(&id).ok_or(EngineError::State("no such row"))?;
        if let Outgoing::Message(message) = &row.content {
            let event = message.to_event(now, &mut self.rng)?;
            row.content = Outgoing::Event { id: event.id, json: EventJson(event.to_json()) };
            self.outbox.by_event.insert(event.id, id);
            self.dirty.outgoing.insert(id);
        }
        match &row.content {
            Outgoing::Event { json, .. } => Ok(format!("[\"EVENT\",{}]", json.0)),
            Outgoing::Message(_) => Err(EngineError::State("no event")),
        }
    }

    /// A server answered for an event of ours.
    pub(super) fn handle_ok(
        &mut self,
        relay: &RelayUrl,
        event: &EventId,
        accepted: bool,
        message: &str,
    ) {
        let Some(id) = self.outbox.by_event.get(event).copied() else { return };
        if let Some(asked) = self.outbox.asked.get_mut(relay) {
            asked.remove(&id);
        }
        let says = |prefix: &str| message.starts_with(prefix);
        if accepted || says("duplicate:") {
            self.handle_answer(relay, id, Answer::Accepted);
        } else if says("rate-limited:") || says("error:") || says("auth-required:") {
            // Not now is not never.
            self.server_said(relay, message);
            let until = Timestamp(self.now.0 + PAUSE_MS);
            self.outbox.paused.insert(relay.clone(), until);
        } else {
            self.server_said(relay, message);
            self.handle_answer(relay, id, Answer::Refused);
        }
        self.dispatch(relay);
    }

    fn handle_answer(&mut self, relay: &RelayUrl, id: u64, answer: Answer) {
        let Some(row) = self.outbox.rows.get_mut(&id) else { return };
        for target in row.targets.iter_mut().filter(|target| target.relay == *relay) {
            target.answer = answer;
        }
        let count =
            |answer: Answer| row.targets.iter().filter(|target| target.answer == answer).count();
        let (accepted, open, of) =
            (count(Answer::Accepted), count(Answer::None), row.targets.len());
        let purpose = row.purpose;
        self.dirty.outgoing.insert(id);
        if open == 0 {
            self.outbox.remove(id);
        }
        match purpose {
            Purpose::Message { chat, seq } => self.settle_by_count(chat, seq, accepted, open, of),
            Purpose::Commit { chat } if accepted > 0 => self.commit_accepted(chat),
            Purpose::Commit { chat } if open == 0 => self.commit_refused(chat),
            Purpose::Commit { .. } | Purpose::Other => {}
        }
    }

    fn settle_by_count(
        &mut self,
        chat: ChatKey,
        seq: Seq,
        accepted: usize,
        open: usize,
        of: usize,
    ) {
        let count = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        if accepted > 0 {
            self.settle(chat, seq, MessageState::Sent { on: count(accepted), of: count(of) });
        } else if open == 0 {
            self.settle(chat, seq, MessageState::NotSent);
        }
    }

    pub(super) fn time_out_outbox(&mut self) {
        for relay in self.outbox.timed_out(self.now) {
            self.dispatch(&relay);
        }
    }

    /// Forgets our commit for `chat` where another's took its place.
    pub(super) fn withdraw_commit(&mut self, chat: ChatKey) {
        let ours = Purpose::Commit { chat };
        let rows = self.outbox.rows.values();
        let ids: Vec<u64> = rows.filter(|row| row.purpose == ours).map(|row| row.id).collect();
        for id in ids {
            self.outbox.remove(id);
            self.dirty.outgoing.insert(id);
        }
    }

    /// Tells a server something now or never.
    pub(super) fn say(&mut self, relay: &RelayUrl, message: &ClientMessage) {
        let text = message.to_json();
        self.outputs.push_back(Output::Send { relay: relay.clone(), text });
    }
}
