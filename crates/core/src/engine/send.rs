//! From the composer to the outbox.

use super::Engine;
use super::error::EngineError;
use super::record::{ChatKey, DoneRow, GroupRow, MessageRow, Purpose, QueuedRow, UnsettledRow};
use crate::envelope::{Count, Inner, InnerKind, ReceiptKind, SealedMessage, seal_message};
use crate::mutant::{self, Mutant};
use crate::nostr::{Kind, Rumor};
use crate::sorted::SortedSet;
use rand_core::CryptoRngCore;
use zajil_api::{CommandId, Failure, MessageState, Place, RelayUrl, Stage, Update};

/// Bytes of an inner event that fit, sealed and in base64, into a relay's usual 64 KiB.
const MAX_RUMOR: usize = 47_000;
/// Commands remembered for a chat, should they come again, besides those of the latest save.
const MAX_DONE: usize = 32;
/// The limit that people are told, in bytes of text.
const MAX_TEXT: u32 = 40_000;

impl Engine {
    pub(super) fn send_message(
        &mut self,
        id: CommandId,
        key: ChatKey,
        text: String,
    ) -> Result<(), Failure> {
        let text = text.trim_end().to_owned();
        if text.trim().is_empty() {
            return Err(Failure::MessageEmpty);
        }
        let now = self.unix_now();
        let author = self.account.as_ref().ok_or(Failure::NoAccount)?.keys.public_key();
        let chat = self.chats.get_mut(&key).ok_or(Failure::ChatUnknown)?;
        if chat.row.stage == Stage::Requested {
            return Err(Failure::ChatClosed);
        }
        if let Some(done) = chat.row.done.iter().find(|done| done.command == id.0) {
            let place = done.place;
            self.answer_again(id, key, place);
            return Ok(());
        }
        let count = Count { run: chat.row.run, number: chat.row.sent + 1 };
        let (sent_at, clock) = chat.next_place(now);
        let said = InnerKind::Chat { text: text.clone(), count, clock };
        let rumor = Inner::rumor(author, sent_at, &said);
        let json = rumor.to_json();
        if text.len() > MAX_TEXT as usize || json.len() > MAX_RUMOR {
            return Err(Failure::MessageTooLong { limit: MAX_TEXT });
        }
        chat.row.sent = count.number;
        let row = MessageRow {
            id: rumor.id(),
            author,
            mine: true,
            text,
            sent_at,
            received_at: now,
            count,
            clock,
        };
        // What is saved together is answered together, or asked again together.
        if !self.dirty.chats.contains(&key) {
            let surplus = chat.row.done.len().saturating_sub(MAX_DONE);
            chat.row.done.drain(..surplus);
        }
        if !mutant::active(Mutant::ForgetDone) {
            chat.row.done.push(DoneRow { command: id.0, place: row.place() });
        }
        self.keep_own(key, &row, Some(id));
        // It is kept either way, and tried again with the next.
        let sent = self.send_queued(key);
        self.note("sending", sent);
        self.hurry_for(key);
        Ok(())
    }

    /// Takes in a message of ours that is still to be encrypted.
    pub(super) fn keep_own(&mut self, key: ChatKey, row: &MessageRow, answers: Option<CommandId>) {
        let now = self.unix_now();
        let Some(chat) = self.chats.get_mut(&key) else { return };
        let rumor = row.to_rumor().to_json();
        let place = chat.place(row, now);
        chat.queued.insert(place, rumor.clone());
        chat.written.insert(place);
        self.save_message(key, place, row);
        self.save_queued(&QueuedRow { chat: key, place, rumor });
        let unsettled = UnsettledRow::new(key, place, row.id, MessageState::Sending);
        self.save_unsettled(&unsettled);
        if let Some(settled) = self.unsettled.insert(unsettled) {
            self.forget_unsettled(&settled);
        }
        self.chat_changed(key);
        let message = row.view(MessageState::Sending);
        self.update(Update::MessageAdded { answers, chat: key.to_id(), message });
    }

    /// Encrypts what waited, in the order it was written. What cannot be encrypted stays, and
    /// so does everything behind it.
    pub(super) fn send_queued(&mut self, key: ChatKey) -> Result<(), EngineError> {
        loop {
            let Some(chat) = self.chats.get(&key) else { return Ok(()) };
            let Some((place, rumor)) = chat.queued.first_key_value() else { return Ok(()) };
            let (place, rumor) = (*place, rumor.clone());
            let is_message =
                Rumor::parse_strict(rumor.as_bytes()).is_ok_and(|rumor| rumor.kind == Kind::CHAT);
            if !self.may_write(key) {
                self.seek_reader(key);
                return Ok(());
            }
            let purpose = match is_message {
                true => Purpose::Message { chat: key, place },
                // Word that the message which waited here was taken back.
                false => Purpose::Other,
            };
            self.send_inner(key, &rumor, purpose)?;
            if let Some(chat) = self.chats.get_mut(&key) {
                chat.queued.remove(&place);
                chat.written.remove(&place);
            }
            self.forget_queued(key, place);
            self.seek_reader(key);
        }
    }

    /// Tells the other our name, and how many messages of ours there are, as soon as that may
    /// be: whoever lost a group may have lost messages with it.
    pub(super) fn send_name(&mut self, key: ChatKey) -> Result<(), EngineError> {
        let owes_name = !self.may_write(key);
        let Some(chat) = self.chats.get_mut(&key) else { return Ok(()) };
        chat.row.owes_name = owes_name;
        self.chat_changed(key);
        if owes_name {
            return Ok(());
        }
        let name = self.account.as_ref().map(|account| account.row.name.clone());
        let name = name.ok_or(EngineError::State("no account"))?;
        self.send_kind(key, &InnerKind::Name(name), Purpose::Other)?;
        let Some(chat) = self.chats.get_mut(&key) else { return Ok(()) };
        chat.told_in.extend(chat.row.groups.last().map(|group| group.nostr_group_id));
        for last in chat.counts().into_iter().filter(|count| count.number > 0) {
            let (kind, of) = (ReceiptKind::Delivered, Vec::new());
            let receipt = InnerKind::Receipt { kind, of, last, heard: None };
            self.send_kind(key, &receipt, Purpose::Other)?;
        }
        Ok(())
    }

    pub(super) fn send_kind(
        &mut self,
        key: ChatKey,
        kind: &InnerKind,
        purpose: Purpose,
    ) -> Result<(), EngineError> {
        let account = self.account.as_ref().ok_or(EngineError::State("no account"))?;
        let rumor = Inner::rumor(account.keys.public_key(), self.unix_now(), kind);
        self.send_inner(key, &rumor.to_json(), purpose)
    }

    /// What waited until the chat was caught up, in all chats that now are.
    pub(super) fn send_waiting(&mut self) {
        for key in self.open_chats() {
            if self.chats.get(&key).is_some_and(|chat| chat.row.owes_name) {
                let told = self.send_name(key);
                self.note("telling the name", told);
            }
            let sent = self.send_queued(key);
            self.note("sending what was queued", sent);
            self.answer_owed(key);
            self.receipts_due(key);
        }
    }

    pub(super) fn send_inner(
        &mut self,
        key: ChatKey,
        rumor: &str,
        purpose: Purpose,
    ) -> Result<(), EngineError> {
        let (sealed, targets) = self.encrypt(key, rumor)?;
        self.enqueue_message(sealed, targets, purpose);
        Ok(())
    }

    /// Moves the ratchet: the records are saved before anything made here leaves.
    pub(super) fn encrypt(
        &mut self,
        key: ChatKey,
        rumor: &str,
    ) -> Result<(SealedMessage, SortedSet<RelayUrl>), EngineError> {
        let account = self.account.as_ref().ok_or(EngineError::State("no account"))?;
        let chat = self.chats.get_mut(&key).ok_or(EngineError::State("no chat"))?;
        if !chat.may_encrypt() {
            return Err(EngineError::State("not caught up"));
        }
        let (row, group) = chat.sending().ok_or(EngineError::State("no group"))?;
        self.dirty.mls = true;
        let message = group.encrypt(&self.provider, &account.signer, rumor.as_bytes())?;
        let sealed = Self::seal_for(row, &message, &mut self.rng)?;
        let targets = row.relays.iter().cloned().collect();
        let (routing, epoch) = (row.nostr_group_id, group.epoch());
        self.witnessed(routing, epoch, *account.keys.public_key().as_bytes());
        Ok((sealed, targets))
    }

    /// Puts an MLS message of the group's current epoch into its outer encryption.
    pub(super) fn seal_for(
        row: &GroupRow,
        message: &[u8],
        rng: &mut impl CryptoRngCore,
    ) -> Result<SealedMessage, EngineError> {
        let key = row.keys.first().ok_or(EngineError::State("no outer key"))?;
        Ok(seal_message(key, row.nostr_group_id, message, rng)?)
    }

    /// What became of an own message; a state only moves forward.
    pub(super) fn settle(&mut self, chat: ChatKey, place: Place, state: MessageState) {
        let Some(changed) = self.unsettled.advance(chat, place, state) else { return };
        self.save_message_state(chat, place, state);
        match state {
            MessageState::Read => self.forget_unsettled(&changed.id),
            _ => self.save_unsettled(&changed),
        }
        if let Some(row) = self.chats.get_mut(&chat).map(|chat| &mut chat.row)
            && row.newest == place
            && let Some(last) = &mut row.last
        {
            last.direction = zajil_api::Direction::Outgoing(state);
            self.chat_changed(chat);
        }
        self.update(Update::MessageStateChanged { chat: chat.to_id(), place, state });
        if state >= MessageState::Delivered
            && let Some(id) = self.outbox.of_message(chat, place).map(|row| row.id)
        {
            self.finish(id);
        }
    }
}
