//! What the engine keeps, and the contract of whatever keeps it.
//!
//! A store holds sealed bytes under opaque keys. It is written in whole
//! [`Changes`], all or nothing, and durable when the write returns: a power cut
//! one instruction later must find it. It never sees a name, a text or a key.

#[cfg(any(test, feature = "contract"))]
pub mod contract;
mod memory;
mod vault;

pub use memory::MemoryStore;
use std::rc::Rc;
pub use vault::{Unopened, Vault};

use thiserror::Error;

/// The tables of the store. A database is a sorted map of bytes to bytes per table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// Everything read whole at start: account, chats, contacts, MLS state, outbox, cursors.
    Records,
    /// Messages: chat (16 bytes), place in it (24 bytes: time, clock, tie, big endian), part
    /// (1 byte). Part 0 is what was said and never changes; part 1 is what became of it; part 3
    /// is where it lies. Part 2 is for blocks of about a hundred settled messages, at the place
    /// of their first.
    Messages,
    /// Events that were handled, by id: day of receipt (4 bytes, big endian), then name
    /// (16 bytes). Read whole at start, dropped by day.
    Seen,
}

impl Table {
    pub const ALL: [Table; 3] = [Table::Records, Table::Messages, Table::Seen];

    /// The table's name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Table::Records => "records",
            Table::Messages => "messages",
            Table::Seen => "seen",
        }
    }
}

/// A key: opaque bytes, compared bytewise.
pub type Key = Vec<u8>;

/// A sealed value.
pub type Sealed = Vec<u8>;

/// One write: ranges to clear, then what to put and what to delete, as one transaction.
/// The last word on a key wins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    clears: Vec<(Table, Key, Key)>,
    writes: std::collections::BTreeMap<(Table, Key), Option<Sealed>>,
}

impl Changes {
    pub fn put(&mut self, table: Table, key: Key, value: Sealed) {
        self.writes.insert((table, key), Some(value));
    }

    pub fn delete(&mut self, table: Table, key: Key) {
        self.writes.insert((table, key), None);
    }

    /// Deletes all rows from `from` up to but without `to`, and forgets what these changes
    /// have put there so far; what is put there later stays.
    pub fn clear(&mut self, table: Table, from: Key, to: Key) {
        self.writes.retain(|(other, key), _| *other != table || *key < from || *key >= to);
        self.clears.push((table, from, to));
    }

    pub fn is_empty(&self) -> bool {
        self.writes.is_empty() && self.clears.is_empty()
    }

    /// Adds `later` on top of these.
    pub fn merge(&mut self, later: Changes) {
        for (table, from, to) in later.clears {
            self.clear(table, from, to);
        }
        self.writes.extend(later.writes);
    }

    /// What to delete first: table, first key, and the key behind the last.
    pub fn clears(&self) -> impl Iterator<Item = (Table, &[u8], &[u8])> {
        self.clears.iter().map(|(table, from, to)| (*table, from.as_slice(), to.as_slice()))
    }

    /// What to put and delete, after [`clears`](Self::clears).
    pub fn iter(&self) -> impl Iterator<Item = (Table, &[u8], Option<&[u8]>)> {
        self.writes.iter().map(|((table, key), value)| (*table, key.as_slice(), value.as_deref()))
    }
}

/// Which rows to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    pub table: Table,
    /// Inclusive.
    pub from: Key,
    /// Exclusive; `None` reads to the end of the table.
    pub to: Option<Key>,
    pub order: Order,
    /// At most so many rows; `None` for all.
    pub limit: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Ascending,
    Descending,
}

/// A row read back.
pub type Row = (Key, Sealed);

/// Where [`Changes`] go. Every implementation passes [`contract`].
#[allow(async_fn_in_trait, reason = "one thread: futures need not be Send")]
pub trait Store {
    /// Writes all of `changes` or nothing; durable when it returns `Ok`.
    async fn commit(&self, changes: &Changes) -> Result<(), StoreError>;

    async fn load(&self, range: &Range) -> Result<Vec<Row>, StoreError>;
}

/// One that somebody else looks after as well.
impl<S: Store> Store for Rc<S> {
    async fn commit(&self, changes: &Changes) -> Result<(), StoreError> {
        S::commit(self, changes).await
    }

    async fn load(&self, range: &Range) -> Result<Vec<Row>, StoreError> {
        S::load(self, range).await
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StoreError {
    #[error("the browser gives no more room")]
    Full,
    #[error("the write was aborted: {0}")]
    Aborted(String),
    #[error("the store cannot be opened or read: {0}")]
    Unavailable(String),
    /// Nothing was written, and nothing ever will be through this handle.
    #[error("another has taken the lead over this store")]
    Fenced,
    #[error("a newer version of the app has raised the store")]
    Newer,
    #[error("what was stored is gone: the site's data was cleared")]
    Cleared,
}
