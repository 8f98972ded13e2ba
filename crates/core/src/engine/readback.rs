//! "OK" is a promise: what servers said they keep is read back from them.
//!
//! Public relays have answered "OK" and kept nothing. So a server counts as holding an event
//! when it handed it out again over a subscription of its own. What it does not hand out is
//! sent again, ever more patiently; what cannot be read back there stays a promise.

use super::promises::{GATHER_MS, Question, Vain};
use super::publish::may_be_anew;
use super::record::{Answer, Outgoing, OutgoingRow, Purpose, Record};
use super::{Engine, Timestamp};
use crate::mutant::{self, Mutant};
use crate::nostr::{Event, EventId, Filter};
use crate::sorted::SortedMap;
use zajil_api::{MessageState, RelayUrl};

/// Questions about one event on one connection; then the promise is all there is.
const MAX_TRIES: u32 = 8;
/// The same for what an honest server may not hand out to us: what later events of the account's
/// take the place of, and mail for others.
const MAX_TRIES_UNPROVEN: u32 = 2;
/// What a server lost so often is sent to it again once in so long.
const OFFERED_EVERY_MS: u64 = 3_600_000;

impl Engine {
    /// A server said that it keeps a row.
    pub(super) fn promised(&mut self, relay: &RelayUrl, row: u64) {
        let at = Timestamp(self.now.0 + GATHER_MS);
        self.read_back.relays.entry(relay.clone()).or_default().due.entry(row).or_insert(at);
    }

    /// A server is there: what it promised, and what it held of what nobody confirmed yet,
    /// is looked for.
    pub(super) fn read_back_all(&mut self, relay: &RelayUrl) {
        let is_taken = |row: &&OutgoingRow| {
            matches!(row.answer_of(relay), Some(Answer::Accepted | Answer::Held))
        };
        let rows: Vec<u64> = self.outbox.rows().filter(is_taken).map(|row| row.id).collect();
        for row in rows {
            self.promised(relay, row);
        }
    }

    pub(super) fn time_out_read_back(&mut self) {
        let now = self.now;
        let relays: Vec<RelayUrl> = self.read_back.relays.keys().cloned().collect();
        for relay in relays {
            let asked = self.read_back.relays.get(&relay).and_then(|r| r.asked.as_ref());
            if asked.is_some_and(|asked| asked.ends_at() <= now) {
                self.read_back_failed(&relay);
            }
            self.ask_read_back(&relay);
        }
    }

    fn ask_read_back(&mut self, relay: &RelayUrl) {
        let now = self.now;
        let paused_until = self.questions_wait_until(relay);
        let most = self.ids_at_once(relay);
        let Some(reading) = self.read_back.relays.get_mut(relay) else { return };
        if let Some(until) = paused_until {
            reading.due.values_mut().for_each(|at| *at = until.max(*at));
        }
        if reading.asked.is_some() || !reading.due.values().any(|at| *at <= now) {
            return;
        }
        if !self.pool.is_open(relay) {
            self.read_back.disconnected(relay);
            return;
        }
        let mut asked = SortedMap::new();
        for row in reading.take_due(now, most) {
            let made = self.outbox.row(row).and_then(|row| row.made.as_ref()).map(|made| made.id);
            if let Some(event) = self.outbox.names.at(relay, row).or(made) {
                asked.insert(event, row);
            }
        }
        if asked.is_empty() {
            return;
        }
        self.read_back.last_number += 1;
        let name = format!("b-{}", self.read_back.last_number);
        let filter = Filter::new().ids(asked.keys().copied());
        if let Some(reading) = self.read_back.relays.get_mut(relay) {
            let name = name.clone();
            let patience_ms = reading.patience_ms(asked.values());
            reading.asked =
                Some(Question { name, at: now, patience_ms, rows: asked, brought: false });
        }
        self.req(relay, &name, filter);
    }

    /// Whether the frame was about a question of ours.
    pub(super) fn read_back_event(
        &mut self,
        relay: &RelayUrl,
        subscription: &str,
        event: &Event,
    ) -> bool {
        if !self.read_back.is_question(relay, subscription) {
            return false;
        }
        let asked = self.read_back.relays.get(relay).and_then(|r| r.asked.as_ref());
        let Some(row) = asked.and_then(|asked| asked.rows.get(&event.id)).copied() else {
            return true;
        };
        if self.is_as_made(row, event) || event.verify().is_ok() {
            let asked = self.read_back.relays.get_mut(relay).and_then(|r| r.asked.as_mut());
            if let Some(asked) = asked {
                asked.rows.remove(&event.id);
                asked.brought = true;
            }
            self.is_held(relay, row);
        }
        true
    }

    /// An event of ours came on a feed, where what is stored and what is only passed on look the
    /// same: the server took it, and no more is known.
    pub(super) fn own_came_back(&mut self, relay: &RelayUrl, event: &EventId) {
        let row = self.outbox.row_of(event).and_then(|row| self.outbox.row(row));
        let answer = row.and_then(|row| row.answer_of(relay));
        if matches!(answer, Some(Answer::None | Answer::Refused)) {
            self.handle_ok(relay, event, true, "");
        }
    }

    /// An event of ours came out of a server's store. Others drop a copy that was damaged there.
    pub(super) fn handed_out(&mut self, relay: &RelayUrl, row: u64, event: &Event) {
        if self.is_as_made(row, event) || event.verify().is_ok() {
            self.is_held(relay, row);
        }
    }

    /// Whether it is, to the letter, what was sent: that costs less than its signature.
    fn is_as_made(&self, row: u64, event: &Event) -> bool {
        let made = self.outbox.row(row).and_then(|row| row.made.as_ref());
        made.is_some_and(|made| made.json.0 == event.to_json())
    }

    pub(super) fn read_back_ended(&mut self, relay: &RelayUrl, subscription: &str) -> bool {
        if !self.read_back.is_question(relay, subscription) {
            return false;
        }
        let Some(asked) = self.read_back.relays.get_mut(relay).and_then(|r| r.asked.take()) else {
            return false;
        };
        self.close(relay, &asked.name);
        for row in asked.rows.into_values() {
            match asked.brought {
                // Servers have limits: perhaps the rest was too much at once.
                true => self.promised(relay, row),
                false => self.is_not_held(relay, row),
            }
        }
        self.ask_read_back(relay);
        true
    }

    /// The server ended the question: it was no answer.
    pub(super) fn read_back_closed(&mut self, relay: &RelayUrl, subscription: &str) -> bool {
        let is_ours = self.read_back.is_question(relay, subscription);
        if is_ours {
            self.read_back_failed(relay);
        }
        is_ours
    }

    fn read_back_failed(&mut self, relay: &RelayUrl) {
        let now = self.now;
        let Some(reading) = self.read_back.relays.get_mut(relay) else { return };
        let Some(asked) = reading.asked.take() else { return };
        let mut given_up = Vec::new();
        for row in asked.rows.into_values() {
            match reading.again_at(row, now, Vain::Silence, MAX_TRIES) {
                Some(at) => {
                    reading.due.insert(row, at);
                }
                None => given_up.push(row),
            }
        }
        self.close(relay, &asked.name);
        for row in given_up {
            self.cannot_be_read_back(row);
        }
    }

    /// It was read back.
    fn is_held(&mut self, relay: &RelayUrl, row: u64) {
        if let Some(reading) = self.read_back.relays.get_mut(relay) {
            reading.found(row);
        }
        if !self.counts_as_held(relay, row) {
            self.count_held(relay, row, |count| count.saturating_add(1));
        }
        self.kept(relay);
        self.handle_answer(relay, row, Answer::Held);
    }

    fn counts_as_held(&self, relay: &RelayUrl, row: u64) -> bool {
        let row = self.outbox.row(row);
        row.and_then(|row| row.answer_of(relay)) == Some(Answer::Held)
    }

    /// Counts the person's messages at a server, over restarts too.
    fn count_held(&mut self, relay: &RelayUrl, row: u64, change: fn(u32) -> u32) {
        let purpose = self.outbox.row(row).map(|row| row.purpose);
        if matches!(purpose, Some(Purpose::Message { .. })) {
            let count = self.read_back.held.entry(relay.clone()).or_default();
            *count = change(*count);
            let record = Record::Held(relay.clone(), *count);
            self.save(&[b"held/", relay.as_str().as_bytes()].concat(), &record);
            self.server_moved(relay);
        }
    }

    fn is_not_held(&mut self, relay: &RelayUrl, row: u64) {
        let now = self.now;
        if self.counts_as_held(relay, row) {
            self.count_held(relay, row, |count| count.saturating_sub(1));
        }
        let Some(outgoing) = self.outbox.row(row) else { return };
        let most = match outgoing.content {
            // Servers that hand mail out to its addressee alone do well.
            Outgoing::Event | Outgoing::Welcome { .. } => MAX_TRIES_UNPROVEN,
            Outgoing::Message(_) => {
                // It may have an earlier event of the row, which was forgotten with a restart.
                if self.outbox.names.at(relay, row).is_some() || !may_be_anew(outgoing) {
                    self.broke(relay);
                }
                MAX_TRIES
            }
        };
        let Some(reading) = self.read_back.relays.get_mut(relay) else { return };
        match reading.again_at(row, now, Vain::Absence, most) {
            Some(at) => {
                self.outbox.ask_again(relay, row, at);
                self.dirty.outgoing.insert(row);
            }
            None => {
                self.cannot_be_read_back(row);
                self.offer_once_more(relay, row);
            }
        }
    }

    /// A server that loses what it took may have mended its ways: as long as nobody confirmed
    /// what it lost it is sent there again, now and then.
    fn offer_once_more(&mut self, relay: &RelayUrl, row: u64) {
        let is_message = |row: &OutgoingRow| matches!(row.content, Outgoing::Message(_));
        let row_of_ours = self.outbox.row(row);
        if row_of_ours.is_some_and(|row| is_message(row) && !self.is_confirmed(row)) {
            let at = Timestamp(self.now.0 + OFFERED_EVERY_MS);
            self.outbox.ask_again(relay, row, at);
            self.dirty.outgoing.insert(row);
        }
    }

    /// A promise is all there is of it; what waits for somebody to have it goes by that.
    fn cannot_be_read_back(&mut self, row: u64) {
        if let Some(Purpose::Commit { chat, group }) = self.outbox.row(row).map(|row| row.purpose) {
            self.commit_accepted(chat, group, row);
        }
        self.finish(row);
    }

    /// Whether the other has it, so that servers need not have it any more.
    pub(super) fn is_confirmed(&self, row: &OutgoingRow) -> bool {
        match row.purpose {
            Purpose::Message { chat, place } => self
                .unsettled
                .state_at(chat, place)
                // What is not waited for any more was read.
                .is_none_or(|state| state >= MessageState::Delivered),
            Purpose::Commit { group, .. } => self.is_followed(group, row.id),
            // One that was answered has no purpose any more.
            Purpose::Welcome { .. } => mutant::active(Mutant::ForgetWelcome),
            Purpose::Other => true,
        }
    }
}
