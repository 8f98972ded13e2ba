//! From a group event to what it means.

use super::Engine;
use super::error::EngineError;
use super::record::{ChatKey, MessageRow, ParkedRow};
use crate::envelope::{EnvelopeError, Inner, InnerKind, SealedMessage, group_event_key};
use crate::mls::{MlsError, PAST_EPOCHS, Processed};
use crate::nostr::{Event, EventError};
use zajil_api::{MessageState, Stage, UnixTime, Update};

/// Events of one chat that wait for a key at most; the oldest give way. Anybody can
/// write to a routing id, so this is what nonsense may cost.
const MAX_PARKED: usize = 256;
/// The same in bytes.
const MAX_PARKED_BYTES: usize = 1024 * 1024;
/// Times that what waits is gone through for one new key.
const MAX_PASSES: usize = 16;
/// What waited for a key for so long waits in vain.
const PARKED_SECONDS: u64 = 30 * 86_400;
/// Messages kept of somebody whose request is not accepted.
const MAX_REQUEST_MESSAGES: u64 = 50;
/// A "writing" older than this tells nothing.
const TYPING_FRESH_SECONDS: u64 = 30;
const TYPING_SHOWN_SECONDS: u64 = 8;

/// Whether a message moved its group on.
enum Epoch {
    Same,
    Advanced,
}

/// A message that was read and has no place in its chat yet.
#[derive(Debug)]
pub(super) struct Arrival {
    chat: ChatKey,
    row: MessageRow,
}

impl Engine {
    /// Runs `read`, in which any number of events are read in any order, and gives the
    /// messages among them their places in the order in which they were written.
    pub(super) fn in_written_order(&mut self, read: impl FnOnce(&mut Self)) {
        if self.arrivals.is_some() {
            return read(self);
        }
        self.arrivals = Some(Vec::new());
        read(self);
        let mut arrivals = self.arrivals.take().unwrap_or_default();
        arrivals.sort_by_key(|arrival| arrival.row.place());
        for arrival in arrivals {
            self.place_arrival(arrival);
        }
    }

    fn place_arrival(&mut self, Arrival { chat: key, row }: Arrival) {
        let now = self.unix_now();
        let Some(chat) = self.chats.get_mut(&key) else { return };
        if chat.row.stage == Stage::Requested && chat.row.received >= MAX_REQUEST_MESSAGES {
            return;
        }
        if chat.note_heard(row.count, row.place(), now) {
            self.keep_arrival(key, &row);
        } else {
            // It came again, because somebody asked for it; or its author lost count.
            self.look_for_known(key, row);
        }
    }

    /// What its count says is here already: its row is there, or it is new after all.
    pub(super) fn known_loaded(&mut self, key: ChatKey, row: &MessageRow, is_here: bool) {
        if !is_here {
            return self.keep_arrival(key, row);
        }
        if let Some(chat) = self.chats.get_mut(&key) {
            chat.row.to_confirm.push(row.id);
            self.chat_changed(key);
            self.receipts_due(key);
        }
    }

    fn keep_arrival(&mut self, key: ChatKey, row: &MessageRow) {
        let now = self.unix_now();
        let Some(chat) = self.chats.get_mut(&key) else { return };
        chat.row.to_confirm.push(row.id);
        let place = chat.place(row, now);
        self.gaps_due(key);
        self.save_message(key, place, row);
        self.chat_changed(key);
        let message = row.view(MessageState::Sending);
        self.update(Update::MessageAdded { answers: None, chat: key.to_id(), message });
        self.receipts_due(key);
    }

    /// Reads a kind-445 event whose id was verified.
    pub(super) fn handle_group_event(&mut self, event: &Event) -> Result<(), EngineError> {
        let message = SealedMessage::of_event(event)?;
        let routing = message.nostr_group_id;
        // What was asked for before a group was given up may still arrive.
        let Some(key) = self.chat_of_group(&routing) else { return Ok(()) };
        let verified = || event.verify().is_ok();
        match self.read_message_event(key, &message, verified) {
            Err(EngineError::Envelope(
                EnvelopeError::NoKey | EnvelopeError::Mls(MlsError::FutureEpoch),
            )) => {
                event.verify()?;
                self.park(key, event, message);
                Ok(())
            }
            Ok(Epoch::Advanced) => {
                self.retry_parked(key);
                Ok(())
            }
            Err(EngineError::Envelope(EnvelopeError::Mls(MlsError::OwnMessage))) => {
                event.verify()?;
                self.found_copy(key, event);
                Ok(())
            }
            Err(EngineError::Envelope(EnvelopeError::Mls(MlsError::OwnCommit))) => {
                event.verify()?;
                self.refound(key, routing);
                Ok(())
            }
            Ok(Epoch::Same) => Ok(()),
            Err(error) => {
                self.explain(key, &error);
                Err(error)
            }
        }
    }

    fn read_message_event(
        &mut self,
        key: ChatKey,
        message: &SealedMessage,
        verified: impl FnOnce() -> bool,
    ) -> Result<Epoch, EngineError> {
        let chat = self.chats.get_mut(&key).ok_or(EngineError::State("no chat"))?;
        let (row, group) =
            chat.group_mut(&message.nostr_group_id).ok_or(EngineError::State("no group"))?;
        let bytes = message.open(&row.keys)?;
        // Others drop an event with a bad signature unread; a commit that we alone read
        // would part us from them.
        if is_handshake(&bytes) && !verified() {
            return Err(EventError::Signature.into());
        }
        self.dirty.mls = true;
        let processed = group.process(&self.provider, &bytes)?;
        match processed {
            Processed::Application { sender, payload } => {
                let inner = Inner::parse(&sender, &payload)?;
                self.handle_inner(key, inner);
            }
            Processed::SelfUpdated { .. } => {
                let outer = group_event_key(&self.provider, group)?;
                row.keys.insert(0, outer);
                row.keys.truncate(PAST_EPOCHS + 1);
                if std::mem::take(&mut row.pending_commit) {
                    self.withdraw_commit(key, message.nostr_group_id);
                }
                self.chat_changed(key);
                return Ok(Epoch::Advanced);
            }
            Processed::OwnCommit => {
                self.merge_commit(key, &message.nostr_group_id)?;
                return Ok(Epoch::Advanced);
            }
            Processed::Ignored(why) => tracing::debug!(why, "a message without effect"),
        }
        Ok(Epoch::Same)
    }

    fn handle_inner(&mut self, key: ChatKey, inner: Inner) {
        let now = self.unix_now();
        let own = self.account.as_ref().map(|account| account.keys.public_key());
        let Some(chat) = self.chats.get_mut(&key) else { return };
        if own == Some(inner.author) {
            return;
        }
        chat.heard_at = Some(self.now);
        match inner.kind {
            InnerKind::Chat { text, count, clock } => {
                let row = MessageRow {
                    id: inner.id,
                    author: inner.author,
                    mine: false,
                    text,
                    sent_at: inner.created_at,
                    received_at: now,
                    count,
                    clock,
                };
                let arrival = Arrival { chat: key, row };
                match &mut self.arrivals {
                    Some(arrivals) => arrivals.push(arrival),
                    None => self.place_arrival(arrival),
                }
            }
            InnerKind::Name(name) => {
                if inner.author == chat.row.peer && chat.row.peer_name != name {
                    chat.row.peer_name = name;
                    self.chat_changed(key);
                }
            }
            InnerKind::Receipt { kind, of, last } => {
                self.handle_receipt(key, kind, &of);
                self.heard_of(key, last);
            }
            InnerKind::Again(of) => self.handle_again(key, &of),
            InnerKind::Void { why, of } => self.handle_void(key, why, &of),
            InnerKind::Typing => {
                let fresh = now.0.saturating_sub(inner.created_at.0) < TYPING_FRESH_SECONDS;
                if fresh && chat.row.stage == Stage::Open {
                    let who = zajil_api::PublicKey::new(inner.author.to_hex());
                    let until = UnixTime(now.0 + TYPING_SHOWN_SECONDS);
                    self.update(Update::TypingStarted { chat: key.to_id(), who, until });
                }
            }
            InnerKind::Unknown(kind) => tracing::debug!(%kind, "an inner event of no use"),
        }
    }

    /// Keeps what no key opens yet: its commit may still be on the way.
    fn park(&mut self, chat: ChatKey, event: &Event, message: SealedMessage) {
        let requested =
            self.chats.get(&chat).is_some_and(|chat| chat.row.stage == Stage::Requested);
        // Somebody who was not accepted gets no room for what cannot even be read.
        let parked = self.parked.iter().filter(|row| row.chat == chat);
        let bytes = parked.map(|row| row.message.len()).sum::<usize>() + message.len();
        if requested || bytes > MAX_PARKED_BYTES {
            // It may be asked for again when there is a reason to.
            self.unsee(&event.id);
            return;
        }
        let row = ParkedRow { chat, event: event.id, message, at: self.unix_now() };
        self.save_parked(&row);
        self.parked.push(row);
        let of_chat = self.parked.iter().filter(|row| row.chat == chat).count();
        if of_chat > MAX_PARKED
            && let Some(at) = self.parked.iter().position(|row| row.chat == chat)
        {
            let gone = self.parked.remove(at);
            self.forget_parked(&gone.event);
            self.unsee(&gone.event);
        }
    }

    /// At start: what has waited too long is let go.
    pub(super) fn drop_old_parked(&mut self) {
        let before = self.unix_now().0.saturating_sub(PARKED_SECONDS);
        let (old, kept): (Vec<ParkedRow>, Vec<ParkedRow>) =
            std::mem::take(&mut self.parked).into_iter().partition(|row| row.at.0 < before);
        self.parked = kept;
        for row in old {
            self.forget_parked(&row.event);
        }
    }

    /// A key was gained: perhaps it opens what waited, and that what waited for it.
    pub(super) fn retry_parked(&mut self, key: ChatKey) {
        self.in_written_order(|engine| {
            for _ in 0..MAX_PASSES {
                if !engine.retry_parked_once(key) {
                    break;
                }
            }
        });
    }

    fn retry_parked_once(&mut self, key: ChatKey) -> bool {
        let (waiting, others): (Vec<ParkedRow>, Vec<ParkedRow>) =
            std::mem::take(&mut self.parked).into_iter().partition(|row| row.chat == key);
        self.parked = others;
        let mut advanced = false;
        for row in waiting {
            match self.read_message_event(key, &row.message, || true) {
                Err(EngineError::Envelope(
                    EnvelopeError::NoKey | EnvelopeError::Mls(MlsError::FutureEpoch),
                )) => self.parked.push(row),
                outcome => {
                    advanced |= matches!(outcome, Ok(Epoch::Advanced));
                    self.forget_parked(&row.event);
                    self.note("a parked event", outcome.map(|_| ()));
                }
            }
        }
        advanced
    }
}

/// Whether an MLS message is a handshake: the profile sends those as PublicMessage, whose
/// wire format (RFC 9420 §6) is 1.
fn is_handshake(message: &[u8]) -> bool {
    message.get(2..4) == Some(&[0, 1])
}
