//! Events that no key opens yet: kept, bounded, and tried again after the next commit, or, where
//! too many before them are missing, after the next message. What there was no room for is
//! searched for again then.

use super::Engine;
use super::error::EngineError;
use super::receive::Epoch;
use super::record::{ChatKey, ParkedRow};
use crate::envelope::{EnvelopeError, GroupEventKey, SealedMessage};
use crate::mls::MlsError;
use crate::mutant::{self, Mutant};
use crate::nostr::{Event, EventId};
use zajil_api::{Stage, UnixTime};

/// Events of one chat that wait for a key at most. Anybody can write to a routing id, so this
/// is what nonsense may cost.
const MAX_PARKED: usize = 256;
/// Events there was no room for that are known while we run: more than one pass over a server
/// brings, or each would bring the same, and nothing behind them would ever be reached.
const MAX_TURNED_AWAY: usize = 200_000;
/// What may wait of one chat, in bytes.
const MAX_PARKED_BYTES: usize = 1024 * 1024;
/// Times that what waits is gone through for one new key.
const MAX_PASSES: usize = 16;
/// How often it is looked whether all that is older was read.
const LOOK_AGAIN_MS: u64 = 2_000;
/// What waited for a key for so long waits in vain.
const PARKED_SECONDS: u64 = 30 * 86_400;

impl Engine {
    /// Keeps what no key opens yet: its commit may still be on the way.
    pub(super) fn park(&mut self, chat: ChatKey, event: &Event, message: SealedMessage) {
        // Somebody who was not accepted gets no room for what cannot even be read.
        if self.chats.get(&chat).is_some_and(|chat| chat.row.stage == Stage::Requested) {
            // It may be asked for again when there is a reason to.
            self.unsee(&event.id);
            return;
        }
        if mutant::active(Mutant::DoNotPark) {
            return;
        }
        let row = ParkedRow { chat, event: event.id, message, at: self.unix_now() };
        self.save_parked(&row);
        self.parked.push(row);
        self.gaps_due(chat);
        while self.has_parked_too_much(chat) {
            self.turn_away_oldest(chat);
        }
    }

    fn has_parked_too_much(&self, chat: ChatKey) -> bool {
        let of_chat = || self.parked.iter().filter(|row| row.chat == chat);
        let bytes: usize = of_chat().map(|row| row.message.len()).sum();
        bytes > MAX_PARKED_BYTES || of_chat().count() > MAX_PARKED
    }

    /// The oldest gives way. It is searched for once there is a new key.
    fn turn_away_oldest(&mut self, chat: ChatKey) {
        let Some(at) = self.parked.iter().position(|row| row.chat == chat) else { return };
        let gone = self.parked.remove(at);
        self.forget_parked(&gone.event);
        self.know_until_the_end(&gone.event);
        self.catchup.turned_away.push((chat, gone.event));
        if self.catchup.turned_away.len() > MAX_TURNED_AWAY {
            // Half of them at once, so that it happens rarely.
            for (_, event) in self.catchup.turned_away.split_off(MAX_TURNED_AWAY / 2) {
                self.know_no_longer(&event);
            }
        }
    }

    /// Asks again for what was turned away of a chat, and not dated too long ago.
    fn search_turned_away(&mut self, key: ChatKey) {
        let waits_since = UnixTime(self.unix_now().0.saturating_sub(PARKED_SECONDS));
        let mut oldest = None::<UnixTime>;
        let all = std::mem::take(&mut self.catchup.turned_away);
        for (chat, event) in all {
            if chat != key {
                self.catchup.turned_away.push((chat, event));
                continue;
            }
            let date = self.seen_row(&event).map_or(waits_since, |row| row.created_at);
            oldest = Some(oldest.map_or(date, |oldest| oldest.min(date)));
            self.know_no_longer(&event);
        }
        if let Some(oldest) = oldest {
            self.search_chat(key, oldest.max(waits_since));
        }
    }

    /// A group is gone: nothing will ever open what waited for its keys.
    pub(super) fn forget_parked_of(&mut self, routing: &[u8; 32]) {
        let (gone, kept): (Vec<ParkedRow>, Vec<ParkedRow>) = std::mem::take(&mut self.parked)
            .into_iter()
            .partition(|row| row.message.nostr_group_id == *routing);
        self.parked = kept;
        for row in gone {
            self.forget_parked(&row.event);
        }
    }

    /// An epoch of a branch that nobody follows is forgotten: what was written in it was
    /// written again elsewhere.
    pub(super) fn forget_parked_under(&mut self, key: &GroupEventKey) {
        let (gone, kept): (Vec<ParkedRow>, Vec<ParkedRow>) = std::mem::take(&mut self.parked)
            .into_iter()
            .partition(|row| row.message.open([key]).is_ok());
        self.parked = kept;
        for row in gone {
            self.forget_parked(&row.event);
        }
    }

    /// At start: what has waited too long is let go.
    pub(super) fn drop_old_parked(&mut self) {
        let before = self.unix_now().0.saturating_sub(PARKED_SECONDS);
        let (old, kept): (Vec<ParkedRow>, Vec<ParkedRow>) =
            std::mem::take(&mut self.parked).into_iter().partition(|row| row.at.0 < before);
        self.parked = kept;
        for row in old {
            self.waited_in_vain(&row.event);
        }
    }

    /// It is not waited for any more. Anybody can make those without end, so it is remembered as
    /// such.
    pub(super) fn waited_in_vain(&mut self, event: &EventId) {
        self.forget_parked(event);
        if let Some(row) = self.seen_row(event).copied() {
            self.mark_useless(row.id, row.created_at, row.of);
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
        self.search_turned_away(key);
    }

    /// Messages were read: perhaps others came within reach. When to look again, in milliseconds:
    /// while older ones are still to be read, since their keys would be gone.
    pub(super) fn retry_out_of_reach(&mut self, key: ChatKey) -> Option<u64> {
        self.chats.get(&key).filter(|chat| chat.has_out_of_reach)?;
        if self.is_reading() {
            return Some(LOOK_AGAIN_MS);
        }
        self.chats.get_mut(&key)?.has_out_of_reach = false;
        let before = self.parked.len();
        self.in_written_order(|engine| {
            engine.retry_parked_once(key);
        });
        // Only then, or what there is no room for would be searched for without end.
        if self.parked.len() < before {
            self.retry_parked(key);
        }
        None
    }

    fn retry_parked_once(&mut self, key: ChatKey) -> bool {
        let (waiting, others): (Vec<ParkedRow>, Vec<ParkedRow>) =
            std::mem::take(&mut self.parked).into_iter().partition(|row| row.chat == key);
        self.parked = others;
        let mut advanced = false;
        for row in waiting {
            if self.chat_of_group(&row.message.nostr_group_id).is_none() {
                // What came before in this loop made an end of its group.
                self.forget_parked(&row.event);
                continue;
            }
            match self.read_message_event(key, &row.message, || true) {
                Err(error) if error.is_early() => {
                    self.parked.push(row);
                    continue;
                }
                Err(EngineError::Envelope(EnvelopeError::Mls(MlsError::OwnMessage))) => {
                    self.found_copy(key, row.at);
                    advanced = true;
                }
                Err(EngineError::Envelope(EnvelopeError::Mls(MlsError::OwnCommit))) => {
                    self.refound(key, row.message.nostr_group_id);
                }
                Ok(Epoch::Parked) => {
                    self.parked.push(row);
                    advanced = true;
                    continue;
                }
                Err(error) if error.is_ours() => {
                    // To be tried again when it is handed out again.
                    self.unsee(&row.event);
                    self.note("a parked event", Err(error));
                }
                outcome => {
                    if let Err(error) = &outcome {
                        self.explain(key, error);
                    }
                    advanced |= matches!(outcome, Ok(Epoch::Advanced | Epoch::Branched));
                    self.note("a parked event", outcome.map(|_| ()));
                }
            }
            self.forget_parked(&row.event);
        }
        advanced
    }
}
