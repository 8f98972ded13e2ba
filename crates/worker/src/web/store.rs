//! The store in IndexedDB.

use super::connection::{Connection, Word};
use super::fault::OpenFault;
use super::fence::{Fence, GuardedWrite};
use super::fresh_log::begin_fresh_log;
use super::schema::{VAULT, VAULT_ENTRY};
use futures::join;
use gloo_timers::future::TimeoutFuture;
use js_sys::{Reflect, Uint8Array};
use rexie::{Direction, KeyRange};
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use wasm_bindgen::{JsCast, JsValue};
use zajil_core::sorted::SortedSet;
use zajil_core::store::{Changes, Order, Range, Row, Store, StoreError, Table};

/// How often a store that was ended and does not open is tried, to see whether it is gone.
const ASK_AGAIN_MS: u32 = 500;

/// Tables of sealed bytes under binary keys, which IndexedDB compares bytewise.
pub struct IdbStore {
    name: String,
    connection: RefCell<Rc<Connection>>,
    fingerprint: RefCell<Option<Vec<u8>>>,
    fence: Fence,
    signals: Rc<Signals>,
}

#[derive(Default)]
struct Signals {
    outdated: Signal,
    ended: Signal,
}

/// For whoever waits for it when it is sent, or later.
#[derive(Default)]
struct Signal {
    sent: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl IdbStore {
    /// Opens the database of this name, making it when there is none, and takes the lead
    /// over it.
    pub async fn open(name: &str) -> Result<Self, StoreError> {
        let store = Self::connect(name).await?;
        store.take_lead().await?;
        Ok(store)
    }

    /// Opens the database, making it when there is none. Nothing can be written yet.
    pub(super) async fn connect(name: &str) -> Result<Self, OpenFault> {
        let signals = Rc::<Signals>::default();
        let connection = connect(name, &signals).await?;
        let fingerprint = RefCell::new(fingerprint(&connection).await?);
        let connection = RefCell::new(Rc::new(connection));
        let fence = Fence::default();
        Ok(Self { name: name.to_owned(), connection, fingerprint, fence, signals })
    }

    /// Takes the lead: from now on nobody else's writes count. To be done before anything is
    /// read, and when it was done never again: another may have taken it since.
    pub(super) async fn take_lead(&self) -> Result<(), StoreError> {
        let connection = self.live().await?;
        self.fence.take(&connection).await.inspect_err(|_| connection.writer.give_up())
    }

    /// Ready when a newer version of the app has asked for the database: nothing can be
    /// written here any more.
    pub fn outdated(&self) -> impl Future<Output = ()> + Unpin + use<> {
        let signals = self.signals.clone();
        poll_fn(move |context| signals.outdated.poll(context))
    }

    /// Ready when what was stored is gone, without waiting for a write that would find out.
    pub async fn gone(&self) {
        loop {
            poll_fn(|context| self.signals.ended.poll(context)).await;
            self.signals.ended.sent.set(false);
            loop {
                match self.live().await {
                    Ok(_) => break,
                    Err(StoreError::Cleared) => return,
                    // It is being deleted: nothing tells when that is over.
                    Err(_) => TimeoutFuture::new(ASK_AGAIN_MS).await,
                }
            }
        }
    }

    /// As dropping it does.
    pub fn close(self) {}

    /// All rows that the engine is rebuilt from.
    pub async fn load_all(&self, tables: &[Table]) -> Result<Vec<(Table, Row)>, StoreError> {
        let mut all = Vec::new();
        for &table in tables {
            let whole =
                Range { table, from: vec![], to: None, order: Order::Ascending, limit: None };
            all.extend(self.load(&whole).await?.into_iter().map(|row| (table, row)));
        }
        Ok(all)
    }

    /// Whether no table but the vault holds a row.
    pub async fn is_empty(&self) -> Result<bool, StoreError> {
        for table in Table::ALL {
            if self.read(table.name(), async |table| table.count(None).await).await? > 0 {
                return Ok(false);
            }
        }
        Ok(true)
    }

    pub(super) async fn vault_entry(&self) -> Result<Option<JsValue>, StoreError> {
        let key = Uint8Array::from(VAULT_ENTRY).into();
        let entry = self.read(VAULT, async move |table| table.get(key).await).await?;
        if self.fingerprint.borrow().is_none() {
            // Made by whoever led until a moment ago.
            *self.fingerprint.borrow_mut() = entry.as_ref().and_then(fingerprint_of);
        }
        Ok(entry)
    }

    /// Durable when it returns; fails rather than replace an entry, there or gone.
    pub(super) async fn add_vault_entry(&self, entry: &JsValue) -> Result<(), StoreError> {
        if self.fingerprint.borrow().is_some() {
            return Err(StoreError::Cleared);
        }
        let connection = self.live().await?;
        let guarded = self.begin(&connection, &[VAULT])?;
        guarded.write.add(VAULT, VAULT_ENTRY, entry)?;
        guarded.finish().await?;
        *self.fingerprint.borrow_mut() = fingerprint_of(entry);
        Ok(())
    }

    fn begin(
        &self,
        connection: &Connection,
        tables: &[&str],
    ) -> Result<GuardedWrite<'_>, StoreError> {
        self.fence.begin(connection, tables).inspect_err(|_| connection.writer.give_up())
    }

    async fn read<T: 'static>(
        &self,
        table: &str,
        query: impl AsyncFnOnce(rexie::Store) -> rexie::Result<T> + 'static,
    ) -> Result<T, StoreError> {
        let connection = self.live().await?;
        connection.read(table, query).await.inspect_err(|_| connection.writer.give_up())
    }

    /// The open connection, or a new one where the browser has ended the old: some do so
    /// when a device sleeps. Never one to another database of the same name: had the
    /// person cleared the site's data, what we hold must not be poured into an empty one.
    async fn live(&self) -> Result<Rc<Connection>, StoreError> {
        let current = self.connection.borrow().clone();
        if !current.writer.is_lost() {
            return Ok(current);
        }
        let fresh = connect(&self.name, &self.signals).await?;
        let found = fingerprint(&fresh).await?;
        if self.fingerprint.borrow().as_ref().is_some_and(|known| found.as_ref() != Some(known)) {
            return Err(StoreError::Cleared);
        }
        let fresh = Rc::new(fresh);
        *self.connection.borrow_mut() = fresh.clone();
        Ok(fresh)
    }
}

impl Signal {
    fn send(&self) {
        self.sent.set(true);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    fn poll(&self, context: &Context<'_>) -> Poll<()> {
        *self.waker.borrow_mut() = Some(context.waker().clone());
        if self.sent.get() { Poll::Ready(()) } else { Poll::Pending }
    }
}

async fn connect(name: &str, signals: &Rc<Signals>) -> Result<Connection, OpenFault> {
    begin_fresh_log().await?;
    let signals = signals.clone();
    let tell = move |word| match word {
        Word::Outdated => signals.outdated.send(),
        Word::Ended => signals.ended.send(),
    };
    Connection::open(name, tell).await
}

/// What no two databases have in common: the wrapped vault key.
async fn fingerprint(connection: &Connection) -> Result<Option<Vec<u8>>, StoreError> {
    let key = Uint8Array::from(VAULT_ENTRY).into();
    let entry = connection.read(VAULT, async move |table| table.get(key).await).await?;
    Ok(entry.as_ref().and_then(fingerprint_of))
}

fn fingerprint_of(entry: &JsValue) -> Option<Vec<u8>> {
    let wrapped = Reflect::get(entry, &"wrapped".into()).ok()?;
    wrapped.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec)
}

impl Store for IdbStore {
    async fn commit(&self, changes: &Changes) -> Result<(), StoreError> {
        if changes.is_empty() {
            return Ok(());
        }
        let cleared = changes.clears().map(|(table, _, _)| table);
        let touched: SortedSet<Table> =
            changes.iter().map(|(table, _, _)| table).chain(cleared).collect();
        let tables: Vec<&str> = touched.into_iter().map(Table::name).collect();
        let connection = self.live().await?;
        let guarded = self.begin(&connection, &tables)?;
        let write = &guarded.write;
        for (table, from, to) in changes.clears() {
            write.clear(table.name(), from, to)?;
        }
        for (table, key, value) in changes.iter() {
            match value {
                Some(value) => write.put(table.name(), key, value)?,
                None => write.delete(table.name(), key)?,
            }
        }
        guarded.finish().await
    }

    async fn load(&self, range: &Range) -> Result<Vec<Row>, StoreError> {
        if range.limit == Some(0) || range.to.as_ref().is_some_and(|to| *to <= range.from) {
            // What browsers refuse as a range, or read as "no limit".
            return Ok(Vec::new());
        }
        let keys = key_range(range).map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let how = (range.order, range.limit);
        self.read(range.table.name(), async move |table| match how {
            (Order::Ascending, limit) => ascending(&table, keys, limit).await,
            (Order::Descending, None) => {
                let mut rows = ascending(&table, keys, None).await?;
                rows.reverse();
                Ok(rows)
            }
            (Order::Descending, Some(limit)) => {
                let found = table.scan(Some(keys), Some(limit), None, Some(Direction::Prev));
                Ok(found.await?.into_iter().map(row).collect())
            }
        })
        .await
    }
}

/// Keys and values in two requests of one transaction: far faster than a cursor, and
/// nothing can come between them.
async fn ascending(
    table: &rexie::Store,
    keys: KeyRange,
    limit: Option<u32>,
) -> rexie::Result<Vec<Row>> {
    let names = table.get_all_keys(Some(keys.clone()), limit);
    let values = table.get_all(Some(keys), limit);
    // Both to their end, also where one fails: see `Connection::read`.
    let (names, values) = join!(names, values);
    Ok(names?.into_iter().zip(values?).map(row).collect())
}

fn key_range(range: &Range) -> Result<KeyRange, idb::Error> {
    let from = Uint8Array::from(range.from.as_slice());
    match &range.to {
        None => KeyRange::lower_bound(&from, Some(false)),
        Some(to) => {
            KeyRange::bound(&from, &Uint8Array::from(to.as_slice()), Some(false), Some(true))
        }
    }
}

fn row((key, value): (JsValue, JsValue)) -> Row {
    // Keys come back as buffers, values as the arrays they were put as.
    (Uint8Array::new(&key).to_vec(), Uint8Array::new(&value).to_vec())
}
