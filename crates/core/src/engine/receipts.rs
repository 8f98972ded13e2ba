//! Ticks and typing: what one side knows of the other.

use super::Engine;
use super::chat::Chat;
use super::error::EngineError;
use super::history::Wanted;
use super::message::tie;
use super::record::{ChatKey, Purpose};
use crate::engine::{Output, Timestamp};
use crate::envelope::{Count, Counts, Inner, InnerKind, MAX_RECEIPT, ReceiptKind};
use crate::nostr::EventId;
use zajil_api::{MessageState, Place, Stage, UnixTime};

/// Receipts wait a moment for company, so that a burst costs one.
const GATHER_MS: u64 = 120;
/// A message that the other said nothing of for so long, but of later ones, is written again…
const SILENT_SECONDS: u64 = 60;
/// …so many for one receipt.
const MAX_AFTER: usize = 20;
/// So many wait to be confirmed.
const MAX_TO_CONFIRM: usize = 1_000;
/// One "writing" in so long.
const TYPING_EVERY_MS: u64 = 5_000;
/// Whoever was not heard of for so long is not there to see it.
const PRESENT_MS: u64 = 180_000;

impl Chat {
    /// The other is to be told that this came. Where so much waits for that, because nothing can
    /// be written, the oldest is let go: they send it again.
    pub fn confirm(&mut self, id: EventId) {
        let surplus = (self.row.to_confirm.len() + 1).saturating_sub(MAX_TO_CONFIRM);
        self.row.to_confirm.drain(..surplus);
        self.row.to_confirm.push(id);
    }

    /// The same of what may have been told before. Where so much is still to be confirmed, they
    /// send or ask again.
    pub fn confirm_once_more(&mut self, id: EventId) {
        if self.row.to_confirm.len() < MAX_RECEIPT && !self.row.to_confirm.contains(&id) {
            self.confirm(id);
        }
    }
}

impl Engine {
    /// Something is to be told to the other, soon.
    pub(super) fn receipts_due(&mut self, key: ChatKey) {
        let due_at = Timestamp(self.now.0 + GATHER_MS);
        if let Some(chat) = self.chats.get_mut(&key) {
            let row = &chat.row;
            let told = !row.to_confirm.is_empty() || row.to_mark_read.is_some();
            let anything = told || chat.owes_sign;
            // Somebody whose request was not accepted learns nothing.
            if anything && chat.row.stage == Stage::Open && chat.caught_up {
                chat.receipts_due_at.get_or_insert(due_at);
            }
        }
    }

    pub(super) fn send_due_receipts(&mut self) {
        let now = self.now;
        let due: Vec<ChatKey> = self
            .chats
            .values()
            .filter(|chat| chat.receipts_due_at.is_some_and(|at| at <= now))
            .map(|chat| chat.row.key)
            .collect();
        for key in due {
            let sent = self.send_receipts(key);
            self.note("sending receipts", sent);
        }
    }

    fn send_receipts(&mut self, key: ChatKey) -> Result<(), EngineError> {
        // They are due again as soon as that may be.
        let may_write = self.may_write(key);
        let chat = self.chats.get_mut(&key).ok_or(EngineError::State("no chat"))?;
        chat.receipts_due_at = None;
        if !may_write {
            return Ok(());
        }
        let received = chat.row.to_confirm.clone();
        let read = chat.row.to_mark_read;
        if chat.owes_sign && received.is_empty() {
            self.send_receipt(key, ReceiptKind::Delivered, Vec::new())?;
        }
        for of in received.chunks(MAX_RECEIPT) {
            self.send_receipt(key, ReceiptKind::Delivered, of.to_vec())?;
            if let Some(chat) = self.chats.get_mut(&key) {
                chat.row.to_confirm.drain(..of.len());
            }
            self.chat_changed(key);
        }
        if let Some(id) = read {
            self.send_receipt(key, ReceiptKind::Read, vec![id])?;
            if let Some(chat) = self.chats.get_mut(&key) {
                chat.row.to_mark_read = None;
            }
            self.chat_changed(key);
        }
        Ok(())
    }

    pub(super) fn send_receipt(
        &mut self,
        key: ChatKey,
        kind: ReceiptKind,
        of: Vec<EventId>,
    ) -> Result<(), EngineError> {
        let now = self.unix_now();
        let author = self.account.as_ref().map(|account| account.keys.public_key());
        let author = author.ok_or(EngineError::State("no account"))?;
        let chat = self.chats.get_mut(&key).ok_or(EngineError::State("no chat"))?;
        let at = now.max(chat.receipts.from);
        chat.receipts.from = match kind {
            ReceiptKind::Delivered => at,
            // What reaches us from now on was not read by then.
            ReceiptKind::Read => UnixTime(at.0.saturating_add(1)),
        };
        let receipts = chat.receipts;
        let last = Count { run: chat.row.run, number: chat.row.sent };
        // Said when one of the two shows up, and not with each message.
        let owes_sign = std::mem::take(&mut chat.owes_sign);
        let latest = chat.row.heard.last().filter(|heard| owes_sign && heard.total > 0);
        let heard = latest.map(|heard| Counts { run: heard.run, first: 1, last: heard.total });
        let rumor = Inner::rumor(author, at, &InnerKind::Receipt { kind, of, last, heard });
        self.save_receipts(receipts);
        self.send_inner(key, &rumor.to_json(), Purpose::Other)
    }

    /// The other tells what became of our messages.
    pub(super) fn handle_receipt(
        &mut self,
        key: ChatKey,
        kind: ReceiptKind,
        of: &[EventId],
        at: UnixTime,
    ) {
        let newest = of.iter().filter_map(|id| self.unsettled.place_of(id)).max();
        for id in of {
            if let Some(place) = self.place_spoken_of(key, id) {
                self.note_receipt(key, kind, place, at);
            }
        }
        if let Some((chat, place)) = newest.filter(|(chat, _)| *chat == key) {
            self.ask_after(chat, place);
        }
    }

    /// The other has a message: those before it, of which they said nothing for long, are
    /// written once more. Their receipt may have been lost, or they were.
    fn ask_after(&mut self, key: ChatKey, place: Place) {
        let before = UnixTime(self.unix_now().0.saturating_sub(SILENT_SECONDS));
        let silent = self.unsettled.undelivered(key).into_iter().filter(|at| *at < place);
        let silent = silent.filter(|at| at.at < before).take(MAX_AFTER).collect();
        self.write_once_more(key, silent);
    }

    /// From now on another group is written to: perhaps the other could not read what was
    /// written in the groups before.
    pub(super) fn write_here_too(&mut self, key: ChatKey) {
        let queued = self.chats.get(&key).map(|chat| &chat.queued);
        let is_queued = |place: &Place| queued.is_some_and(|queued| queued.contains_key(place));
        let undelivered = self.unsettled.undelivered(key).into_iter();
        let written = undelivered.filter(|place| !is_queued(place)).collect();
        self.write_once_more(key, written);
    }

    /// Writes own messages again that may not have reached the other; each once in a start and
    /// in a group.
    pub(super) fn write_once_more(&mut self, key: ChatKey, places: Vec<Place>) {
        for place in places {
            let Some(chat) = self.chats.get_mut(&key) else { return };
            let Some(group) = chat.row.groups.last().map(|row| row.nostr_group_id) else { return };
            if chat.written_again.insert((place, group)) {
                self.load_message(key, place, Wanted::Resent { chat: key, place });
            }
        }
    }

    /// The place of an own message that the other names. The one up to which they had read is
    /// not waited for any more, and named again where what came late before it was read.
    fn place_spoken_of(&self, key: ChatKey, id: &EventId) -> Option<Place> {
        if let Some((chat, place)) = self.unsettled.place_of(id) {
            return Some(place).filter(|_| chat == key);
        }
        let read = self.chats.get(&key).map(|chat| chat.row.peer_read);
        read.filter(|place| place.tie == tie(id))
    }

    /// What the other said at `at`, by their clock. Receipts overtake each other; what reached
    /// them later than they said "read" was not on their screen then.
    fn note_receipt(&mut self, key: ChatKey, kind: ReceiptKind, place: Place, at: UnixTime) {
        let Some(chat) = self.chats.get_mut(&key) else { return };
        match kind {
            ReceiptKind::Delivered => {
                let was_read = place <= chat.row.peer_read && at <= chat.receipts.peer_read_at;
                let state = if was_read { MessageState::Read } else { MessageState::Delivered };
                self.unsettled.reached(key, place, at);
                self.settle(key, place, state);
            }
            ReceiptKind::Read => {
                let before = (chat.row.peer_read, chat.receipts.peer_read_at);
                if place >= before.0 {
                    let at = if place > before.0 { at } else { at.max(before.1) };
                    (chat.row.peer_read, chat.receipts.peer_read_at) = (place, at);
                    let receipts = chat.receipts;
                    self.save_receipts(receipts);
                    self.chat_changed(key);
                }
                for place in self.unsettled.delivered_up_to(key, place, at) {
                    self.settle(key, place, MessageState::Read);
                }
                self.settle(key, place, MessageState::Read);
            }
        }
    }

    /// Tells that the person writes: now or never, and only to somebody who is there.
    pub(super) fn send_typing(&mut self, key: ChatKey) -> Result<(), EngineError> {
        let now = self.now;
        let account = self.account.as_ref().ok_or(EngineError::State("no account"))?;
        let author = account.keys.public_key();
        let chat = self.chats.get_mut(&key).ok_or(EngineError::State("no chat"))?;
        let within = |at: Option<Timestamp>, span: u64| at.is_some_and(|at| at.0 + span > now.0);
        let wanted = chat.may_encrypt()
            && within(chat.heard_at, PRESENT_MS)
            && !within(chat.typing_sent_at, TYPING_EVERY_MS);
        if !wanted {
            return Ok(());
        }
        chat.typing_sent_at = Some(now);
        let rumor = Inner::rumor(author, self.unix_now(), &InnerKind::Typing);
        let (sealed, targets) = self.encrypt(key, &rumor.to_json())?;
        let event = sealed.to_event(self.unix_now(), &mut self.rng)?;
        self.note_made_for(key, &event);
        let text = format!("[\"EVENT\",{}]", event.to_json());
        for relay in targets {
            // Not worth a word where a server wants to be left in peace.
            let link = self.pool.get(&relay).filter(|link| link.is_open());
            if link.is_some_and(|link| link.questions_wait_until(now).is_none()) {
                self.outputs.push_back(Output::Send { relay, text: text.clone() });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nostr::SecretKey;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    #[test]
    fn what_comes_again_and_again_is_to_be_confirmed_once() {
        let peer = SecretKey::generate(&mut ChaCha20Rng::from_seed([1; 32])).public_key();
        let (key, name) = (ChatKey([1; 16]), String::new());
        let mut chat = Chat::fresh(key, peer, name, Stage::Open, UnixTime(0));
        let id = |number: u8| EventId::from_bytes([number; 32]);
        (0..100).for_each(|_| chat.confirm_once_more(id(1)));
        assert_eq!(chat.row.to_confirm, [id(1)]);
        (0..=u8::MAX).for_each(|number| chat.confirm_once_more(id(number)));
        assert_eq!(chat.row.to_confirm.len(), MAX_RECEIPT);
        chat.confirm(id(u8::MAX));
        assert_eq!(chat.row.to_confirm.len(), MAX_RECEIPT + 1, "what is new is always confirmed");
        (0..2 * MAX_TO_CONFIRM).for_each(|_| chat.confirm(id(1)));
        chat.confirm(id(2));
        assert_eq!(chat.row.to_confirm.len(), MAX_TO_CONFIRM, "without end");
        assert_eq!(chat.row.to_confirm.last(), Some(&id(2)));
    }
}
