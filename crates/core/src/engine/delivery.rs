//! The story of one's own message: where it lies, sending it now, taking it back.

use super::Engine;
use super::error::EngineError;
use super::history::Wanted;
use super::record::{
    Answer, ChatKey, DeliveryRow, MessageRow, Outgoing, OutgoingRow, Purpose, QueuedRow, Target,
};
use super::save::MessagePart;
use crate::envelope::{Counts, Inner, InnerKind, Void};
use crate::mutant::{self, Mutant};
use crate::store::Row;
use zajil_api::{
    CommandId, CopyState, Delivery, Failure, MessageState, Place, RelayUrl, ServerCopy, Update,
};

/// Numbers remembered in a chat.
const MAX_WITHDRAWN: usize = 256;

impl Engine {
    pub(super) fn load_delivery(&mut self, answers: CommandId, chat: ChatKey, place: Place) {
        self.load_message(chat, place, Wanted::Delivery { answers, chat, place });
    }

    pub(super) fn delivery_loaded(
        &mut self,
        answers: CommandId,
        chat: ChatKey,
        place: Place,
        rows: &[Row],
    ) {
        let mut stored = None;
        let mut copies = Vec::new();
        for (key, sealed) in rows {
            match self.read_message(key, sealed) {
                Some((_, MessagePart::State(state))) => stored = Some(state),
                Some((_, MessagePart::Delivery(row))) => copies = row.copies,
                _ => {}
            }
        }
        let left = may_have_left(&copies);
        if let Some(row) = self.outbox.of_message(chat, place) {
            copies = row.targets.clone();
        }
        if rows.is_empty() {
            return self.update(Update::Refused { answers, failure: Failure::MessageUnknown });
        }
        let state = self.unsettled.state_at(chat, place).or(stored);
        let delivery = Delivery {
            state: state.unwrap_or(MessageState::Sending),
            copies: copies.iter().map(copy).collect(),
            can_withdraw: self.can_withdraw(chat, place, left),
        };
        self.update(Update::DeliveryLoaded { answers, chat: chat.to_id(), place, delivery });
    }

    /// `left`: whether it was on its way before, and is written again.
    fn can_withdraw(&self, chat: ChatKey, place: Place, left: bool) -> bool {
        let queued = self.chats.get(&chat).is_some_and(|chat| chat.queued.contains_key(&place));
        // What has left may have arrived, whether or not there was an answer.
        let is_refused = || self.unsettled.state_at(chat, place) == Some(MessageState::NotSent);
        let untaken = |row: &OutgoingRow| row.made.is_none() || is_refused();
        let waits = queued || self.outbox.of_message(chat, place).is_some_and(untaken);
        waits && !left && !self.unsettled.may_have_left(chat, place)
    }

    /// Tries at once what was not sent.
    pub(super) fn retry_message(&mut self, chat: ChatKey, place: Place) -> Result<(), Failure> {
        // Whoever waits for a server does not want to wait for the next try.
        self.handle_woke();
        let Some(row) = self.outbox.of_message(chat, place) else {
            let queued = self.chats.get(&chat).is_some_and(|c| c.queued.contains_key(&place));
            return if queued { Ok(()) } else { Err(Failure::MessageUnknown) };
        };
        let id = row.id;
        let relays = self.outbox.hurry(id);
        self.dirty.outgoing.insert(id);
        self.settle(chat, place, MessageState::Sending);
        for relay in relays {
            self.dispatch(&relay);
        }
        Ok(())
    }

    /// Takes back a message that no server can have.
    pub(super) fn withdraw_message(&mut self, answers: CommandId, chat: ChatKey, place: Place) {
        self.load_message(chat, place, Wanted::Withdrawn { answers, chat, place });
    }

    pub(super) fn withdrawn_loaded(
        &mut self,
        answers: CommandId,
        key: ChatKey,
        place: Place,
        rows: &[Row],
    ) {
        let said = self.said_in(rows);
        if said.is_none() {
            return self.update(Update::Refused { answers, failure: Failure::MessageUnknown });
        }
        // A server may have taken it meanwhile.
        let left = rows.iter().any(|(name, sealed)| match self.read_message(name, sealed) {
            Some((_, MessagePart::Delivery(row))) => may_have_left(&row.copies),
            _ => false,
        });
        let withdrawable = self.can_withdraw(key, place, left);
        let Some(row) = said.filter(|row| row.mine && withdrawable) else {
            return self.update(Update::Refused { answers, failure: Failure::MessageOut });
        };
        let queued = self.chats.get_mut(&key).and_then(|chat| chat.queued.remove(&place));
        if queued.is_some() {
            self.forget_queued(key, place);
        }
        if let Some(id) = self.outbox.of_message(key, place).map(|row| row.id)
            && !mutant::active(Mutant::SendWithdrawn)
        {
            self.outbox.remove(id);
            self.dirty.outgoing.insert(id);
        }
        if let Some(id) = self.unsettled.remove(key, place) {
            self.forget_unsettled(&id);
        }
        self.forget_message(key, place);
        let told = self.say_withdrawn(key, &row);
        self.note("telling what was taken back", told);
        let chat = key.to_id();
        self.update(Update::MessageRemoved { answers: Some(answers), chat, place });
        self.preview_anew(key, place);
    }

    /// Without this the other would wait for it.
    fn say_withdrawn(&mut self, key: ChatKey, row: &MessageRow) -> Result<(), EngineError> {
        let Some(chat) = self.chats.get_mut(&key) else { return Ok(()) };
        let number = row.count.number;
        // What was encrypted once may be spoken of in a receipt that is on its way.
        let was_never_told = chat.written.remove(&row.place());
        if was_never_told && chat.row.sent == number && chat.row.run == row.count.run {
            // Nobody has heard of it: the next message takes its number.
            chat.row.sent -= 1;
            self.chat_changed(key);
            return Ok(());
        }
        chat.withdrawn.push(row.count);
        let surplus = chat.withdrawn.len().saturating_sub(MAX_WITHDRAWN);
        chat.withdrawn.drain(..surplus);
        let withdrawn = chat.withdrawn.clone();
        self.save_withdrawn(key, withdrawn);
        let Some(chat) = self.chats.get_mut(&key) else { return Ok(()) };
        let of = vec![Counts { run: row.count.run, first: number, last: number }];
        let void = InnerKind::Void { why: Void::Withdrawn, of };
        if chat.may_encrypt() {
            return self.send_kind(key, &void, Purpose::Other);
        }
        // It waits where the message itself would have waited.
        let rumor = Inner::rumor(row.author, row.sent_at, &void).to_json();
        let place = row.place();
        chat.queued.insert(place, rumor.clone());
        self.save_queued(&QueuedRow { chat: key, place, rumor });
        Ok(())
    }

    /// Whether a server said that it keeps a row, or was seen to.
    pub(super) fn is_taken(&self, relay: &RelayUrl, id: u64) -> bool {
        let mut targets = self.outbox.row(id).into_iter().flat_map(|row| &row.targets);
        let is_taken = |answer| matches!(answer, Answer::Accepted | Answer::Held);
        targets.any(|target| target.relay == *relay && is_taken(target.answer))
    }

    /// A server was sent a row before, and did not say no.
    pub(super) fn may_be_out(&mut self, id: u64) {
        let purpose = self.outbox.row(id).map(|row| row.purpose);
        if let Some(Purpose::Message { chat, place }) = purpose {
            self.unsettled.may_be_out(chat, place);
        }
    }

    /// At start: what was on its way then may have left, unless all are known to refuse it.
    pub(super) fn doubt_what_was_on_its_way(&mut self) {
        let made = self.outbox.rows().filter(|row| row.made.is_some());
        let made: Vec<u64> = made.map(|row| row.id).collect();
        for id in made {
            self.may_be_out(id);
        }
    }

    /// Whether a server still has to take a row, or to show that it has it.
    fn is_on_its_way(&self, row: &OutgoingRow, target: &Target) -> bool {
        match target.answer {
            Answer::None | Answer::Accepted => !self.read_back.gave_up(&target.relay, row.id),
            Answer::Held | Answer::Refused => false,
        }
    }

    /// Whether something that speaks for the account is on its way to this very server.
    pub(super) fn is_publishing_to(&self, relay: &RelayUrl) -> bool {
        let own = self.outbox.rows().filter(|row| row.content == Outgoing::Event);
        let mut targets = own.flat_map(|row| row.targets.iter().map(move |target| (row, target)));
        targets.any(|(row, target)| target.relay == *relay && self.is_on_its_way(row, target))
    }

    /// Nothing more is on its way of this row: where it lies is written down with the message.
    pub(super) fn finish(&mut self, id: u64) {
        let Some(row) = self.outbox.row(id) else { return };
        let is_open = |target: &Target| self.is_on_its_way(row, target);
        if row.targets.iter().any(is_open) || !self.is_confirmed(row) {
            return;
        }
        // What every server refused is kept for better days, but for what is made anew anyway
        // (what speaks for the account).
        let refused = row.targets.iter().all(|target| target.answer == Answer::Refused);
        if refused && row.content != Outgoing::Event {
            return;
        }
        self.drop_outgoing(id);
    }

    /// Lets go of a row, and keeps what is known of a message's copies.
    pub(super) fn drop_outgoing(&mut self, id: u64) {
        let Some(row) = self.outbox.row(id) else { return };
        if let Purpose::Message { chat, place } = row.purpose
            && row.made.is_some()
        {
            let mut delivery = DeliveryRow { copies: row.targets.clone() };
            if may_have_left(&delivery.copies) {
                self.unsettled.may_be_out(chat, place);
            }
            if self.unsettled.is_doubtful(chat, place) {
                // Who refused this one may have taken an earlier one.
                let refused = |target: &&mut Target| target.answer == Answer::Refused;
                let copies = delivery.copies.iter_mut().filter(refused);
                copies.for_each(|target| target.answer = Answer::None);
            }
            self.save_delivery(chat, place, &delivery);
        }
        self.outbox.remove(id);
        self.dirty.outgoing.insert(id);
    }
}

/// Whether a server may have it, whatever it answered.
fn may_have_left(copies: &[Target]) -> bool {
    copies.iter().any(|target| target.answer != Answer::Refused)
}

fn copy(target: &Target) -> ServerCopy {
    let state = match target.answer {
        Answer::None => CopyState::Waiting,
        Answer::Accepted => CopyState::Promised,
        Answer::Held => CopyState::Held,
        Answer::Refused => CopyState::Refused,
    };
    ServerCopy { server: target.relay.clone(), state }
}
