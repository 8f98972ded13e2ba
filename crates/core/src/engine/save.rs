//! From what changed in memory to rows: collected while inputs are handled, written
//! as one before any output.

use super::Engine;
use super::record::{
    ChatKey, DeliveryRow, DoubtedRow, MessageRow, MlsRow, ParkedRow, QueuedRow, ReceiptsRow,
    Record, StandingRow, StateId, StateRow, UnsettledRow,
};
use crate::envelope::Count;
use crate::mutant::{self, Mutant};
use crate::nostr::{EventId, PublicKey};
use crate::sorted::SortedSet;
use crate::store::{Key, Table};
use serde::Serialize;
use std::collections::BTreeSet;
use zajil_api::{MessageState, Place, RelayUrl, UnixTime, Update};
use zeroize::Zeroizing;

/// What is worth writing again, and once however often it changed.
#[derive(Debug, Default)]
pub(super) struct Dirty {
    pub account: bool,
    pub mls: bool,
    pub late: Vec<crate::mls::MlsRecord>,
    pub chats: SortedSet<ChatKey>,
    pub outgoing: BTreeSet<u64>,
}

/// The name of the row that says which version wrote the others.
pub(super) const HEADER: &[u8] = b"header";

/// The part of a message's rows that never changes.
const SAID: u8 = 0;
/// The part that says what became of it.
const STATE: u8 = 1;
/// The part that says where it lies.
const DELIVERY: u8 = 3;

/// A message row's key.
pub(super) fn message_key(chat: ChatKey, place: Place, part: u8) -> Key {
    [
        chat.0.as_slice(),
        &place.at.0.to_be_bytes(),
        &place.clock.to_be_bytes(),
        &place.tie.0.to_be_bytes(),
        &place.tie.1.to_be_bytes(),
        &[part],
    ]
    .concat()
}

/// The inverse of [`message_key`], without the chat.
pub(super) fn read_message_key(key: &[u8]) -> Option<(Place, u8)> {
    let rest = key.get(16..)?;
    let (at, rest) = rest.split_first_chunk::<8>()?;
    let (clock, rest) = rest.split_first_chunk::<8>()?;
    let (high, rest) = rest.split_first_chunk::<4>()?;
    let (low, part) = rest.split_first_chunk::<4>()?;
    let place = Place {
        at: UnixTime(u64::from_be_bytes(*at)),
        clock: u64::from_be_bytes(*clock),
        tie: (u32::from_be_bytes(*high), u32::from_be_bytes(*low)),
    };
    Some((place, *part.first()?))
}

pub(super) fn queued_name(chat: ChatKey, place: Place) -> Key {
    [b"queued/".as_slice(), &message_key(chat, place, 0)].concat()
}

fn state_name(group: [u8; 32], id: StateId) -> Key {
    [b"state/".as_slice(), &group, &id.0].concat()
}

/// What a message row turned out to be.
pub(super) enum MessagePart {
    Said(MessageRow),
    State(MessageState),
    Delivery(DeliveryRow),
}

impl Engine {
    /// Turns everything dirty into rows to be saved, and the chats among it into updates.
    pub(super) fn flush(&mut self) {
        if std::mem::take(&mut self.dirty.account)
            && let Some(row) = self.account.as_ref().map(|account| account.row.clone())
        {
            self.save(b"account", &Record::Account(row));
        }
        for id in std::mem::take(&mut self.dirty.outgoing) {
            if mutant::active(Mutant::SkipOutboxSave) {
                continue;
            }
            let name = [b"outgoing/", id.to_be_bytes().as_slice()].concat();
            match self.outbox.row(id).cloned() {
                Some(row) => self.save(&name, &Record::Outgoing(row)),
                None => self.forget(&name),
            }
        }
        for key in std::mem::take(&mut self.dirty.chats) {
            let name = [b"chat/", key.0.as_slice()].concat();
            match self.chats.get(&key).map(|chat| (chat.row.clone(), chat.view())) {
                Some((row, view)) => {
                    self.save(&name, &Record::Chat(Box::new(row)));
                    self.update(Update::ChatChanged(view));
                }
                None => self.forget(&name),
            }
        }
        if std::mem::take(&mut self.dirty.mls) && !mutant::active(Mutant::SkipRatchetSave) {
            for (key, value) in mutant::late(&mut self.dirty.late, self.provider.take_changes()) {
                let name = [b"mls/", key.as_slice()].concat();
                match value {
                    Some(value) => self.save(&name, &Record::Mls(MlsRow { key, value })),
                    None => self.forget(&name),
                }
            }
        }
    }

    pub(super) fn save(&mut self, name: &[u8], record: &Record) {
        let key = self.vault.name(name);
        self.put(Table::Records, key, record);
    }

    fn forget(&mut self, name: &[u8]) {
        let key = self.vault.name(name);
        self.changes.delete(Table::Records, key);
    }

    pub(super) fn put(&mut self, table: Table, key: Key, value: &impl Serialize) {
        // Fails only for types that postcard cannot hold, which ours are not: the
        // snapshot test of every row shows it.
        let Ok(plaintext) = postcard::to_stdvec(value).map(Zeroizing::new) else {
            tracing::error!("a row could not be written down");
            return;
        };
        let sealed = self.vault.seal(table, &key, &plaintext, &mut self.rng);
        self.changes.put(table, key, sealed);
    }

    pub(super) fn save_header(&mut self) {
        self.save(HEADER, &Record::Header { version: super::record::VERSION });
    }

    pub(super) fn save_settings(&mut self) {
        self.save(b"settings", &Record::Settings(self.settings));
    }

    pub(super) fn save_server(&mut self, relay: &RelayUrl) {
        let name = [b"server/", relay.as_str().as_bytes()].concat();
        self.save(&name, &Record::Server(relay.clone()));
    }

    pub(super) fn forget_server(&mut self, relay: &RelayUrl) {
        self.forget(&[b"server/", relay.as_str().as_bytes()].concat());
    }

    pub(super) fn save_cursor(&mut self, relay: &RelayUrl, at: UnixTime) {
        let name = [b"cursor/", relay.as_str().as_bytes()].concat();
        self.save(&name, &Record::Cursor { relay: relay.clone(), at });
    }

    pub(super) fn forget_cursor(&mut self, relay: &RelayUrl) {
        self.forget(&[b"cursor/", relay.as_str().as_bytes()].concat());
    }

    pub(super) fn save_standing(&mut self, row: StandingRow) {
        let name = [b"standing/", row.relay.as_str().as_bytes()].concat();
        self.save(&name, &Record::Standing(row));
    }

    pub(super) fn forget_standing(&mut self, relay: &RelayUrl) {
        self.forget(&[b"standing/", relay.as_str().as_bytes()].concat());
    }

    pub(super) fn save_blocked(&mut self, who: &PublicKey) {
        let name = [b"blocked/", who.as_bytes().as_slice()].concat();
        self.save(&name, &Record::Blocked(*who));
    }

    pub(super) fn forget_blocked(&mut self, who: &PublicKey) {
        self.forget(&[b"blocked/", who.as_bytes().as_slice()].concat());
    }

    pub(super) fn save_queued(&mut self, row: &QueuedRow) {
        if !mutant::active(Mutant::SkipQueueSave) {
            self.save(&queued_name(row.chat, row.place), &Record::Queued(row.clone()));
        }
    }

    pub(super) fn forget_queued(&mut self, chat: ChatKey, place: Place) {
        if !mutant::active(Mutant::KeepQueued) {
            self.forget(&queued_name(chat, place));
        }
    }

    pub(super) fn save_doubted(&mut self, row: &DoubtedRow) {
        let name = [b"doubted/", row.row.id.as_bytes().as_slice()].concat();
        self.save(&name, &Record::Doubted(row.clone()));
    }

    pub(super) fn forget_doubted(&mut self, id: &EventId) {
        self.forget(&[b"doubted/", id.as_bytes().as_slice()].concat());
    }

    pub(super) fn save_runs(&mut self, chat: ChatKey, runs: Vec<Count>) {
        self.save(&[b"runs/", chat.0.as_slice()].concat(), &Record::Runs { chat, runs });
    }

    pub(super) fn save_withdrawn(&mut self, chat: ChatKey, counts: Vec<Count>) {
        let name = [b"withdrawn/", chat.0.as_slice()].concat();
        self.save(&name, &Record::Withdrawn { chat, counts });
    }

    pub(super) fn forget_withdrawn(&mut self, chat: ChatKey) {
        self.forget(&[b"withdrawn/", chat.0.as_slice()].concat());
    }

    pub(super) fn forget_runs(&mut self, chat: ChatKey) {
        self.forget(&[b"runs/", chat.0.as_slice()].concat());
    }

    pub(super) fn save_receipts(&mut self, row: ReceiptsRow) {
        self.save(&[b"receipts/", row.chat.0.as_slice()].concat(), &Record::Receipts(row));
    }

    pub(super) fn forget_receipts(&mut self, chat: ChatKey) {
        self.forget(&[b"receipts/", chat.0.as_slice()].concat());
    }

    pub(super) fn save_state(&mut self, row: &StateRow) {
        let name = state_name(row.group, row.id);
        self.save(&name, &Record::State(Box::new(row.clone())));
    }

    pub(super) fn forget_state(&mut self, group: [u8; 32], id: StateId) {
        self.forget(&state_name(group, id));
    }

    pub(super) fn save_parked(&mut self, row: &ParkedRow) {
        let name = [b"parked/", row.event.as_bytes().as_slice()].concat();
        self.save(&name, &Record::Parked(row.clone()));
    }

    pub(super) fn forget_parked(&mut self, event: &EventId) {
        self.forget(&[b"parked/", event.as_bytes().as_slice()].concat());
    }

    pub(super) fn save_unsettled(&mut self, row: &UnsettledRow) {
        let name = [b"unsettled/", row.id.as_bytes().as_slice()].concat();
        let record = match row.state {
            MessageState::Delivered => Record::Delivered(*row, row.delivered_at),
            _ => Record::Unsettled(*row),
        };
        self.save(&name, &record);
    }

    pub(super) fn forget_unsettled(&mut self, id: &EventId) {
        self.forget(&[b"unsettled/", id.as_bytes().as_slice()].concat());
    }

    pub(super) fn save_message(&mut self, chat: ChatKey, place: Place, row: &MessageRow) {
        if !mutant::active(Mutant::SkipMessageSave) {
            self.put(Table::Messages, message_key(chat, place, SAID), row);
        }
    }

    pub(super) fn save_message_state(&mut self, chat: ChatKey, place: Place, state: MessageState) {
        self.put(Table::Messages, message_key(chat, place, STATE), &state);
    }

    pub(super) fn save_delivery(&mut self, chat: ChatKey, place: Place, row: &DeliveryRow) {
        self.put(Table::Messages, message_key(chat, place, DELIVERY), row);
    }

    pub(super) fn forget_message(&mut self, chat: ChatKey, place: Place) {
        for part in [SAID, STATE, DELIVERY] {
            self.changes.delete(Table::Messages, message_key(chat, place, part));
        }
    }

    pub(super) fn forget_messages(&mut self, chat: ChatKey) {
        let from = message_key(chat, Place::START, 0);
        self.changes.clear(Table::Messages, from, message_key(chat, Place::END, 0));
    }

    /// Opens a row of [`Table::Messages`]; `None` where it is damaged or of a later version.
    pub(super) fn read_message(&self, key: &[u8], sealed: &[u8]) -> Option<(Place, MessagePart)> {
        let (place, part) = read_message_key(key)?;
        let plaintext = self.vault.open(Table::Messages, key, sealed).ok()?;
        let part = match part {
            SAID => MessagePart::Said(postcard::from_bytes(&plaintext).ok()?),
            STATE => MessagePart::State(postcard::from_bytes(&plaintext).ok()?),
            DELIVERY => MessagePart::Delivery(postcard::from_bytes(&plaintext).ok()?),
            _ => return None,
        };
        Some((place, part))
    }
}
