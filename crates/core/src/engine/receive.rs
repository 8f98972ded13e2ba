//! From a group event to what it means.

use super::Engine;
use super::arrivals::Arrival;
use super::error::EngineError;
use super::record::{ChatKey, MessageRow};
use crate::envelope::{EnvelopeError, Inner, InnerKind, SealedMessage};
use crate::mls::{MlsError, Processed, message_epoch};
use crate::nostr::{Event, EventError};
use zajil_api::{Stage, UnixTime, Update};

/// A "writing" older than this tells nothing.
const TYPING_FRESH_SECONDS: u64 = 30;
const TYPING_SHOWN_SECONDS: u64 = 8;

/// What a message did to its group.
pub(super) enum Epoch {
    Same,
    /// The group is in another state.
    Advanced,
    /// There is another branch, which the group does not follow.
    Branched,
    /// The group went over to the message's branch: now it can be read.
    Parked,
}

/// How somebody was heard in a group.
#[derive(Clone, Copy)]
pub(super) struct Hearing {
    /// For the first time in that state of it.
    pub is_first: bool,
    /// On a branch that we do not follow.
    pub is_aside: bool,
}

impl Engine {
    /// Reads a kind-445 event whose id was verified.
    pub(super) fn handle_group_event(&mut self, event: &Event) -> Result<(), EngineError> {
        let message = SealedMessage::of_event(event)?;
        let routing = message.nostr_group_id;
        // What was asked for before a group was given up may still arrive.
        let Some(key) = self.chat_of_group(&routing) else { return Ok(()) };
        if self.says_ours_again(event) {
            return Err(EngineError::Envelope(EnvelopeError::Mls(MlsError::OwnMessage)));
        }
        let verified = || event.verify().is_ok();
        match self.read_message_event(key, &message, verified) {
            Err(error) if error.is_early() => {
                event.verify()?;
                self.park(key, event, message);
                Ok(())
            }
            Ok(Epoch::Advanced | Epoch::Branched) => {
                self.retry_parked(key);
                self.send_waiting();
                Ok(())
            }
            Ok(Epoch::Parked) => {
                event.verify()?;
                self.park(key, event, message);
                self.retry_parked(key);
                self.send_waiting();
                Ok(())
            }
            Err(EngineError::Envelope(EnvelopeError::Mls(MlsError::OwnMessage))) => {
                event.verify()?;
                self.found_copy(key, event.created_at);
                // It may have shown which branch others follow.
                self.retry_parked(key);
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

    pub(super) fn read_message_event(
        &mut self,
        key: ChatKey,
        message: &SealedMessage,
        verified: impl FnOnce() -> bool,
    ) -> Result<Epoch, EngineError> {
        let chat = self.chats.get_mut(&key).ok_or(EngineError::State("no chat"))?;
        let (row, group) =
            chat.group_mut(&message.nostr_group_id).ok_or(EngineError::State("no group"))?;
        let bytes = match message.open(&row.keys) {
            Err(EnvelopeError::NoKey) => return self.read_elsewhere(key, message, verified),
            opened => opened?,
        };
        let routing = message.nostr_group_id;
        if is_handshake(&bytes) {
            // Others drop an event with a bad signature unread; a commit that we alone read
            // would part us from them.
            if !verified() {
                return Err(EventError::Signature.into());
            }
            return self.read_commit(key, routing, &bytes);
        }
        self.dirty.mls = true;
        let read = group.process(&self.provider, &bytes);
        chat.has_out_of_reach |= matches!(read, Err(MlsError::OutOfReach));
        match read? {
            Processed::Application { sender, payload } => {
                let is_first = self.witnessed(routing, message_epoch(&bytes)?, sender);
                let heard = Hearing { is_first, is_aside: false };
                return self.hear(key, &routing, sender, &payload, heard);
            }
            Processed::SelfUpdated { .. } => return Err(EngineError::State("a commit")),
            Processed::Ignored(why) => tracing::debug!(why, "a message without effect"),
        }
        Ok(Epoch::Same)
    }

    /// Somebody said something in a group.
    pub(super) fn hear(
        &mut self,
        key: ChatKey,
        routing: &[u8; 32],
        sender: [u8; 32],
        payload: &[u8],
        heard: Hearing,
    ) -> Result<Epoch, EngineError> {
        let inner = Inner::parse(&sender, payload)?;
        self.heard_in(key, routing, &inner, heard);
        self.handle_inner(key, inner);
        Ok(Epoch::Same)
    }

    /// Where the other writes, they read, unless it is a branch that we are not on and they said
    /// something later since, by their clock: one that was ahead and is put right makes them late
    /// until then. Once in each epoch they are told that we are there too: both know then which group
    /// and which commit the other follows.
    fn heard_in(&mut self, key: ChatKey, routing: &[u8; 32], inner: &Inner, heard: Hearing) {
        let is_late = self.arrivals.is_some() && !self.is_answered_last(key, routing);
        let chat = self.chats.get_mut(&key).filter(|chat| chat.row.peer == inner.author);
        let Some(chat) = chat else { return };
        (chat.in_turn, chat.left_dead_servers) = (false, false);
        let is_stale = heard.is_aside && inner.created_at < chat.last_word_at;
        chat.last_word_at = chat.last_word_at.max(inner.created_at);
        let moves = !is_late && !is_stale && chat.switch_to(routing);
        self.welcome_answered(key, routing);
        if moves {
            tracing::debug!("the other reads in another group");
            self.moved_to(key, routing);
        }
        let is_sign = matches!(&inner.kind, InnerKind::Receipt { of, .. } if of.is_empty());
        if heard.is_first && !is_sign {
            self.owe_sign(key);
        }
    }

    /// Among what comes all at once, dates do not tell what was written last. But who went on
    /// from a commit that we made since the newest group came is in this group still, and was
    /// in the other one before, if at all.
    fn is_answered_last(&self, key: ChatKey, routing: &[u8; 32]) -> bool {
        let Some(chat) = self.chats.get(&key) else { return false };
        let peer = chat.row.peer.as_bytes();
        let answered = |routing| self.states.get(routing).and_then(|states| states.answered(peer));
        let newest = chat.row.groups.last().map(|group| &group.nostr_group_id);
        let here = answered(routing).filter(|row| *row >= chat.first_row);
        here > newest.and_then(answered)
    }

    pub(super) fn owe_sign(&mut self, key: ChatKey) {
        if let Some(chat) = self.chats.get_mut(&key) {
            chat.owes_sign = true;
            self.receipts_due(key);
        }
    }

    fn handle_inner(&mut self, key: ChatKey, inner: Inner) {
        let now = self.unix_now();
        let own = self.account.as_ref().map(|account| account.keys.public_key());
        if own == Some(inner.author) {
            return;
        }
        self.other_is_there(key);
        let Some(chat) = self.chats.get_mut(&key) else { return };
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
            InnerKind::Receipt { kind, of, last, heard } => {
                self.note_answer(key, &of);
                self.handle_receipt(key, kind, &of, inner.created_at);
                self.heard_of(key, last);
                self.compare_counts(key, heard);
            }
            InnerKind::Again(of) => self.handle_again(key, inner.id, &of),
            InnerKind::Void { why, of } => self.handle_void(key, why, &of),
            InnerKind::Typing => {
                let fresh = now.0.saturating_sub(inner.created_at.0) < TYPING_FRESH_SECONDS;
                if fresh && chat.row.stage == Stage::Open {
                    let who = zajil_api::PublicKey::new(inner.author.to_hex());
                    let until = UnixTime(now.0 + TYPING_SHOWN_SECONDS);
                    self.update(Update::TypingStarted { chat: key.to_id(), who, until });
                }
            }
            InnerKind::Unknown { kind, count } => {
                tracing::debug!(%kind, "an inner event of no use");
                self.note_newer(key, count);
            }
        }
    }
}

/// Whether an MLS message is a handshake: the profile sends those as PublicMessage, whose
/// wire format (RFC 9420 §6) is 1.
pub(super) fn is_handshake(message: &[u8]) -> bool {
    message.get(2..4) == Some(&[0, 1])
}
