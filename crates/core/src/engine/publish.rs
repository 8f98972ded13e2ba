//! From the outbox over the wire, and what servers answer.

use super::Engine;
use super::error::EngineError;
use super::fit::Fit;
use super::record::{Answer, EventJson, MadeRow, Outgoing, OutgoingRow, Purpose, Target};
use super::stamps::is_ahead;
use crate::envelope::SealedMessage;
use crate::mutant::{self, Mutant};
use crate::nostr::{Event, EventId, PublicKey, Rumor, nip59};
use crate::sorted::SortedSet;
use zajil_api::{MessageState, RelayUrl};

/// For a server that took no event of a row for so long it is made anew: those who caught up
/// in the meantime would not look for one so old…
const REMADE_AFTER_SECONDS: u64 = 12 * 3600;
/// …and more rarely where another has it, but before pages would not reach back to it.
const REMADE_THOUGH_KEPT_SECONDS: u64 = 48 * 3600;
/// No server is believed to want events younger than this.
const YOUNGEST_WANTED_SECONDS: u64 = 60;

impl Engine {
    pub(super) fn enqueue_message(
        &mut self,
        message: SealedMessage,
        targets: SortedSet<RelayUrl>,
        purpose: Purpose,
    ) {
        self.enqueue(Outgoing::Message(message), None, targets, purpose);
    }

    pub(super) fn enqueue_welcome(
        &mut self,
        to: PublicKey,
        rumor: &Rumor,
        targets: SortedSet<RelayUrl>,
        purpose: Purpose,
    ) {
        let content = Outgoing::Welcome { to, rumor: EventJson(rumor.to_json()) };
        self.enqueue(content, None, targets, purpose);
    }

    /// An event that replaces those of its kind that came before, here too.
    pub(super) fn enqueue_event(&mut self, event: &Event, targets: SortedSet<RelayUrl>) {
        let made = made(event);
        for id in self.outbox.of_kind(event.kind) {
            self.drop_outgoing(id);
        }
        self.enqueue(Outgoing::Event, Some(made), targets, Purpose::Other);
    }

    fn enqueue(
        &mut self,
        content: Outgoing,
        made: Option<MadeRow>,
        targets: SortedSet<RelayUrl>,
        purpose: Purpose,
    ) {
        let one = if mutant::active(Mutant::WriteToOne) { 1 } else { usize::MAX };
        let targets: SortedSet<RelayUrl> = targets.into_iter().take(one).collect();
        let id = self.outbox.next_id();
        let relays: Vec<RelayUrl> = targets.iter().cloned().collect();
        let targets =
            targets.into_iter().map(|relay| Target { relay, answer: Answer::None }).collect();
        let since = self.unix_now();
        self.outbox.load(OutgoingRow { id, content, made, targets, purpose, since });
        self.dirty.outgoing.insert(id);
        if relays.iter().any(|relay| self.pool.get(relay).is_none()) {
            self.connect();
        }
        for relay in relays {
            self.dispatch(&relay);
        }
    }

    /// Sends what is due to a server, as far as its window allows. What it is known to refuse makes
    /// room for what stands behind it.
    pub(super) fn dispatch(&mut self, relay: &RelayUrl) {
        while self.pool.is_open(relay) {
            let due = self.outbox.due(relay);
            let refused = due.into_iter().filter(|id| !self.send_row(relay, *id)).count();
            if refused == 0 {
                return;
            }
        }
    }

    /// Sends a row to a server, or puts it off. Not where the server is known to refuse it.
    fn send_row(&mut self, relay: &RelayUrl, id: u64) -> bool {
        let text = match self.frame(relay, id) {
            Ok(text) => text,
            Err(error) => {
                tracing::error!(%error, "an event could not be made");
                self.outbox.defer(relay, id, self.now);
                return true;
            }
        };
        if self.outbox.names.at(relay, id).is_some() {
            self.may_be_out(id);
        }
        match self.fit(relay, id, &text) {
            Fit::Takes => {
                self.outbox.asked(relay, id, self.now);
                self.read_back.sent_again(relay, id);
                self.went_to(relay, id);
                self.transmit(relay, text);
            }
            Fit::Later => self.outbox.defer(relay, id, self.now),
            Fit::Refuses(words) => {
                self.server_said(relay, words);
                self.handle_answer(relay, id, Answer::Refused);
                let row = self.outbox.row(id);
                return row.is_some_and(|row| row.answer_of(relay) != Some(Answer::Refused));
            }
        }
        true
    }

    /// The frame that publishes a row. Its event is made at the first attempt, so that
    /// its time is the time of sending.
    fn frame(&mut self, relay: &RelayUrl, id: u64) -> Result<String, EngineError> {
        let now = self.unix_now();
        let wants_younger = self.limits(relay).behind.unwrap_or(u64::MAX);
        let row = self.outbox.row(id).ok_or(EngineError::State("no such row"))?;
        let good_for = match row.targets.iter().any(|target| target.answer == Answer::Held) {
            true => REMADE_THOUGH_KEPT_SECONDS,
            false => REMADE_AFTER_SECONDS,
        };
        let good_for = good_for.min(wants_younger);
        let fresh = row.made.as_ref().is_some_and(|made| {
            !is_ahead(made.at, now) && now.0.saturating_sub(made.at.0) < good_for
        });
        // What is dated back may be too old for a server though it was made just now.
        let last = row.made.as_ref().filter(|_| fresh && wants_younger < u64::MAX);
        let event = last.and_then(|made| Event::parse(made.json.0.as_bytes()).ok());
        let fresh = fresh
            && event.is_none_or(|event| now.0.saturating_sub(event.created_at.0) < wants_younger);
        let content = (!fresh).then(|| row.content.clone());
        let back = wants_younger / 2;
        let event = content.map(|content| self.make_event(&content, back)).transpose()?.flatten();
        if let Some(event) = event {
            self.note_made(id, &event);
            self.outbox.names.add(id, event.id);
            self.dirty.outgoing.insert(id);
            if let Some(row) = self.outbox.row_mut(id) {
                row.made = Some(MadeRow { at: now, ..made(&event) });
            }
        }
        let row = self.outbox.row(id).and_then(|row| row.made.as_ref());
        let made = row.ok_or(EngineError::State("no event"))?;
        Ok(format!("[\"EVENT\",{}]", made.json.0))
    }

    /// The row's present event goes to a server.
    fn went_to(&mut self, relay: &RelayUrl, id: u64) {
        let made = self.outbox.row(id).and_then(|row| row.made.as_ref()).map(|made| made.id);
        if let Some(made) = made {
            self.outbox.names.went_to(relay, id, made);
        }
    }

    /// `None` for an event that is made for good. `back`: how far it may be dated back at most.
    fn make_event(&mut self, content: &Outgoing, back: u64) -> Result<Option<Event>, EngineError> {
        let now = self.unix_now();
        match content {
            Outgoing::Message(message) => {
                let stamp = self.outbox.stamps.next(message.nostr_group_id, now);
                Ok(Some(message.to_event(stamp, &mut self.rng)?))
            }
            Outgoing::Welcome { to, rumor } => {
                let account = self.account.as_ref().ok_or(EngineError::State("no account"))?;
                let rumor = Rumor::parse_strict(rumor.0.as_bytes())?;
                let keys = &account.keys;
                Ok(Some(nip59::wrap_dated(&rumor, keys, to, now, back, &mut self.rng)?))
            }
            Outgoing::Event => Ok(None),
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
        let Some(id) = self.outbox.row_of(event) else { return };
        let says = |prefix: &str| message.starts_with(prefix);
        if !accepted && !self.is_taken(relay, id) {
            self.outbox.names.went_in_vain(relay, id);
        }
        if accepted || says("duplicate:") {
            self.outbox.names.went_to(relay, id, *event);
            if let Some(link) = self.pool.get_mut(relay) {
                link.took();
            }
            let trusts = mutant::active(Mutant::TrustOk);
            let answer = if trusts { Answer::Held } else { Answer::Accepted };
            self.handle_answer(relay, id, answer);
            if mutant::active(Mutant::ForgetAtFirstOk) {
                self.outbox.remove(id);
            }
        } else if says("rate-limited:") {
            self.server_said(relay, message);
            self.outbox.asked_in_vain(relay, id);
            self.slow_down(relay);
        } else if says("auth-required:") {
            self.server_said(relay, message);
            self.write_wants_proof(relay, id);
        } else if says("error:") {
            // Not now is not never.
            self.server_said(relay, message);
            self.outbox.defer(relay, id, self.now);
            let link = self.pool.get_mut(relay);
            if let Some(until) = link.and_then(|link| link.erred(self.now)) {
                self.outbox.pause(relay, until);
            }
        } else {
            self.server_said(relay, message);
            self.handle_answer(relay, id, Answer::Refused);
        }
        self.dispatch(relay);
    }

    pub(super) fn handle_answer(&mut self, relay: &RelayUrl, id: u64, answer: Answer) {
        if answer == Answer::Refused && self.is_taken(relay, id) {
            // It does not want another copy. Whether it keeps the one it took is read back.
            return;
        }
        let Some(row) = self.outbox.answer(relay, id, answer) else { return };
        let count =
            |answer: Answer| row.targets.iter().filter(|target| target.answer == answer).count();
        let (held, of) = (count(Answer::Held), row.targets.len());
        let refused = count(Answer::Refused) == of;
        let purpose = row.purpose;
        self.dirty.outgoing.insert(id);
        match answer {
            Answer::Accepted => {
                self.promised(relay, id);
                if let Some(more) = self.outbox.refused.took(relay, id) {
                    self.offer_some(relay, more);
                }
            }
            Answer::Refused => self.outbox.refused.note(relay, self.now),
            Answer::None | Answer::Held => {}
        }
        match purpose {
            Purpose::Message { chat, place } if held > 0 => {
                let count = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
                let state = MessageState::Sent { on: count(held), of: count(of) };
                self.settle(chat, place, state);
            }
            Purpose::Message { chat, place } if answer == Answer::Accepted => {
                // It may have been shown as not sent.
                self.settle(chat, place, MessageState::Sending);
            }
            Purpose::Message { chat, place } if refused => {
                self.settle(chat, place, MessageState::NotSent);
            }
            Purpose::Commit { chat, group } if held > 0 => self.commit_accepted(chat, group, id),
            Purpose::Message { .. }
            | Purpose::Commit { .. }
            | Purpose::Welcome { .. }
            | Purpose::Other => {}
        }
        self.finish(id);
    }

    pub(super) fn time_out_outbox(&mut self) {
        self.try_refused();
        for relay in self.outbox.timed_out(self.now) {
            if mutant::active(Mutant::DropInsteadOfRetry) {
                self.outbox.open_at(&relay).into_iter().for_each(|id| self.outbox.remove(id));
            }
            self.dispatch(&relay);
        }
    }
}

/// Whether the row's event may not be its first. Some servers want one younger than others do.
pub(super) fn may_be_anew(row: &OutgoingRow) -> bool {
    let made_at = row.made.as_ref().map_or(0, |made| made.at.0);
    made_at.saturating_sub(row.since.0) >= YOUNGEST_WANTED_SECONDS
}

fn made(event: &Event) -> MadeRow {
    MadeRow { id: event.id, json: EventJson(event.to_json()), at: event.created_at }
}
