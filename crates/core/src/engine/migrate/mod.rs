//! From rows of an earlier version to today's, before the engine opens.
//!
//! Messages go first, a batch at a time: each batch puts the new rows and deletes the old ones
//! as one write. The records follow as a last write that also says the new version. A device
//! that dies anywhere in between goes on with what is left of the old rows.

mod v1;

use super::chat::Chat;
use super::port::{OpenError, VaultKey};
use super::record::{
    ChatKey, ChatRow, MessageRow, OutgoingRow, Purpose, QueuedRow, Record, UnsettledRow, VERSION,
};
use super::save::{HEADER, message_key, queued_name, read_message_key};
use crate::envelope::Count;
use crate::sorted::SortedMap;
use crate::store::{Changes, Order, Range, Row, Store, StoreError, Table, Vault};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;
use zajil_api::{MessageState, Place, UnixTime};

/// Rows moved in one write.
const BATCH: u32 = 400;
/// Before any time a message bears, and behind any place of version 1.
const FIRST_TIME: UnixTime = UnixTime(1 << 30);

/// Why rows could not be brought up to date; nothing is lost by it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MigrateError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Brings the store's rows up to date, where they are of an earlier version. `seed` is 32 fresh
/// random bytes, not the engine's: two rows must not be sealed with one nonce.
pub async fn migrate(
    store: &impl Store,
    vault_key: &VaultKey,
    seed: [u8; 32],
) -> Result<(), MigrateError> {
    let vault = Vault::new(vault_key);
    let mut migration = Migration { store, vault, rng: ChaCha20Rng::from_seed(seed) };
    let header = migration.vault.name(HEADER);
    let behind = [header.as_slice(), &[0]].concat();
    let only = Range { from: header, to: Some(behind), ..all(Table::Records) };
    let found = store.load(&only).await?;
    let Some((key, sealed)) = found.first() else { return Ok(()) };
    match migration.open(Table::Records, key, sealed)? {
        v1::Record::Header { version: 1 } => {
            let rows = store.load(&all(Table::Records)).await?;
            migration.move_v1(&rows).await
        }
        // Version 3 keeps states beside the groups of version 2, which begin at the next start.
        v1::Record::Header { version: 2 } => {
            let mut changes = Changes::default();
            let header = Record::Header { version: VERSION };
            migration.put(&mut changes, Table::Records, key.clone(), &header);
            Ok(store.commit(&changes).await?)
        }
        _ => Ok(()),
    }
}

struct Migration<'a, S> {
    store: &'a S,
    vault: Vault,
    rng: ChaCha20Rng,
}

/// Where messages of a chat went, by their place in version 1.
type Places = SortedMap<v1::Seq, Place>;

impl<S: Store> Migration<'_, S> {
    async fn move_v1(&mut self, rows: &[Row]) -> Result<(), MigrateError> {
        let mut chats = SortedMap::new();
        for (key, sealed) in rows {
            if let v1::Record::Chat(row) = self.open(Table::Records, key, sealed)? {
                while self.move_messages(row.key).await? {}
                chats.insert(row.key, self.places(row.key).await?);
            }
        }
        let mut changes = Changes::default();
        for (key, sealed) in rows {
            let old = self.open(Table::Records, key, sealed)?;
            self.move_record(&mut changes, key, old, &chats);
        }
        Ok(self.store.commit(&changes).await?)
    }

    /// Moves some messages; false when none were left.
    async fn move_messages(&mut self, chat: ChatKey) -> Result<bool, MigrateError> {
        let range = Range {
            table: Table::Messages,
            from: v1::message_key(chat, 0, 0),
            to: Some(v1::message_key(chat, FIRST_TIME.0, 0)),
            order: Order::Ascending,
            limit: Some(BATCH),
        };
        let rows = self.store.load(&range).await?;
        let mut at = self.last_time(chat).await?;
        let mut changes = Changes::default();
        let mut said: SortedMap<v1::Seq, (Place, MessageRow)> = SortedMap::new();
        let mut states: SortedMap<v1::Seq, MessageState> = SortedMap::new();
        // The last message may have been cut in two: it is left for the next batch.
        let last = rows.last().and_then(|(key, _)| v1::read_message_key(key)).map(|(seq, _)| seq);
        let cut = last.filter(|_| rows.len() == BATCH as usize);
        for (key, sealed) in &rows {
            let Some((seq, part)) = v1::read_message_key(key).filter(|(seq, _)| Some(*seq) != cut)
            else {
                continue;
            };
            changes.delete(Table::Messages, key.clone());
            match part {
                0 => {
                    let row: v1::MessageRow = self.open(Table::Messages, key, sealed)?;
                    // The order of version 1 is kept, whatever times messages bear.
                    at = at.max(row.sent_at);
                    let row = message(row, at, seq);
                    said.insert(seq, (row.place(), row));
                }
                1 => {
                    states.insert(seq, self.open(Table::Messages, key, sealed)?);
                }
                _ => {}
            }
        }
        for (seq, (place, row)) in said {
            self.put(&mut changes, Table::Messages, message_key(chat, place, 0), &row);
            if let Some(state) = states.get(&seq) {
                self.put(&mut changes, Table::Messages, message_key(chat, place, 1), state);
            }
        }
        if changes.is_empty() {
            return Ok(false);
        }
        self.store.commit(&changes).await?;
        Ok(true)
    }

    /// The time of the last message moved so far.
    async fn last_time(&self, chat: ChatKey) -> Result<UnixTime, MigrateError> {
        let range = Range { order: Order::Descending, limit: Some(1), ..moved(chat) };
        let rows = self.store.load(&range).await?;
        let last = rows.first().and_then(|(key, _)| read_message_key(key));
        Ok(last.map_or(FIRST_TIME, |(place, _)| place.at))
    }

    async fn places(&self, chat: ChatKey) -> Result<Places, MigrateError> {
        let mut places = Places::new();
        let mut range = Range { limit: Some(BATCH), ..moved(chat) };
        loop {
            let rows = self.store.load(&range).await?;
            let keys = rows.iter().filter_map(|(key, _)| read_message_key(key));
            places.extend(keys.map(|(place, _)| (place.clock, place)));
            match rows.last() {
                Some((key, _)) if rows.len() == BATCH as usize => {
                    range.from = [key.as_slice(), &[0]].concat();
                }
                _ => return Ok(places),
            }
        }
    }

    fn move_record(
        &mut self,
        changes: &mut Changes,
        key: &[u8],
        old: v1::Record,
        chats: &SortedMap<ChatKey, Places>,
    ) {
        let place =
            |chat: &ChatKey, seq: v1::Seq| chats.get(chat).and_then(|c| c.get(&seq)).copied();
        let record = match old {
            v1::Record::Header { .. } => Record::Header { version: VERSION },
            v1::Record::Account(row) => Record::Account(row),
            v1::Record::Settings(settings) => Record::Settings(settings),
            v1::Record::Server(relay) => Record::Server(relay),
            v1::Record::Mls(row) => Record::Mls(row),
            v1::Record::Cursor { relay, at } => Record::Cursor { relay, at },
            v1::Record::Parked(row) => Record::Parked(row),
            v1::Record::Blocked(who) => Record::Blocked(who),
            v1::Record::Chat(row) => {
                for queued in &row.queued {
                    let Some(place) = place(&row.key, queued.seq) else { continue };
                    let rumor = queued.rumor.clone();
                    let record = Record::Queued(QueuedRow { chat: row.key, place, rumor });
                    let name = self.vault.name(&queued_name(row.key, place));
                    self.put(changes, Table::Records, name, &record);
                }
                Record::Chat(Box::new(chat(&row, |seq| place(&row.key, seq))))
            }
            v1::Record::Unsettled(row) => match place(&row.chat, row.seq) {
                Some(place) => {
                    let v1::UnsettledRow { chat, id, state, .. } = row;
                    Record::Unsettled(UnsettledRow::new(chat, place, id, state))
                }
                None => return changes.delete(Table::Records, key.to_vec()),
            },
            v1::Record::Outgoing(row) => Record::Outgoing(OutgoingRow {
                id: row.id,
                content: row.content,
                made: row.made,
                targets: row.targets.into_iter().map(Into::into).collect(),
                purpose: match row.purpose {
                    v1::Purpose::Message { chat, seq } => place(&chat, seq)
                        .map_or(Purpose::Other, |place| Purpose::Message { chat, place }),
                    v1::Purpose::Commit { chat, group } => Purpose::Commit { chat, group },
                    v1::Purpose::Other => Purpose::Other,
                },
                since: row.since,
            }),
        };
        self.put(changes, Table::Records, key.to_vec(), &record);
    }

    fn open<T: DeserializeOwned>(
        &self,
        table: Table,
        key: &[u8],
        sealed: &[u8],
    ) -> Result<T, MigrateError> {
        let plaintext = self.vault.open(table, key, sealed).map_err(|_| OpenError::Sealed)?;
        let row = postcard::from_bytes(&plaintext);
        row.map_err(|error| OpenError::Malformed(error.to_string()).into())
    }

    fn put(&mut self, changes: &mut Changes, table: Table, key: Vec<u8>, row: &impl Serialize) {
        // Fails only for types that postcard cannot hold, which ours are not.
        let Ok(plaintext) = postcard::to_stdvec(row).map(zeroize::Zeroizing::new) else { return };
        let sealed = self.vault.seal(table, &key, &plaintext, &mut self.rng);
        changes.put(table, key, sealed);
    }
}

fn all(table: Table) -> Range {
    Range { table, from: Vec::new(), to: None, order: Order::Ascending, limit: None }
}

/// The messages of a chat that have their new form.
fn moved(chat: ChatKey) -> Range {
    let first = Place { at: FIRST_TIME, ..Place::START };
    Range {
        table: Table::Messages,
        from: message_key(chat, first, 0),
        to: Some(message_key(chat, Place::END, 0)),
        order: Order::Ascending,
        limit: None,
    }
}

fn message(row: v1::MessageRow, at: UnixTime, seq: v1::Seq) -> MessageRow {
    MessageRow {
        id: row.id,
        author: row.author,
        mine: row.mine,
        text: row.text,
        sent_at: at,
        received_at: row.received_at,
        count: Count::default(),
        clock: seq,
    }
}

fn chat(row: &v1::ChatRow, place: impl Fn(v1::Seq) -> Option<Place>) -> ChatRow {
    let newest = place(row.next_seq.saturating_sub(1)).unwrap_or(Place::START);
    let name = row.peer_name.clone();
    ChatRow {
        groups: row.groups.clone(),
        wanted: row.wanted.clone(),
        newest,
        clock: row.next_seq,
        sent_at: newest.at,
        received: row.next_seq.saturating_sub(1).saturating_sub(row.sent),
        read_up_to: place(row.read_up_to).unwrap_or(Place::START),
        unread: row.unread,
        last: row.last.clone(),
        to_confirm: row.to_confirm.clone(),
        to_mark_read: row.to_mark_read,
        last_incoming: row.last_incoming.and_then(|(seq, id)| Some((place(seq)?, id))),
        ..Chat::fresh(row.key, row.peer, name, row.stage, row.touched_at).row
    }
}

#[cfg(test)]
mod tests;
