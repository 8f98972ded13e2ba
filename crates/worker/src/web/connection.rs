//! An open database.

use super::fault::{open_fault, read_fault};
use super::schema;
use rexie::{Rexie, TransactionMode};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{Event, IdbDatabase};
use zajil_core::store::StoreError;

/// Two connections to one database: rexie's, which makes or raises it and reads, and a
/// raw one, which writes, because rexie cannot ask for a durable write.
pub(super) struct Connection {
    reader: Rexie,
    pub writer: Writer,
}

impl Connection {
    /// Waits for as long as another connection keeps an older version open.
    pub async fn open(name: &str) -> Result<Self, StoreError> {
        let reader = schema::builder(name).build().await.map_err(|error| open_fault(&error))?;
        let writer =
            Writer::open(name).await.map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(Self { reader, writer })
    }

    pub async fn read<T>(
        &self,
        table: &str,
        query: impl AsyncFnOnce(rexie::Store) -> rexie::Result<T>,
    ) -> Result<T, StoreError> {
        let table = self
            .reader
            .transaction(&[table], TransactionMode::ReadOnly)
            .and_then(|transaction| transaction.store(table))
            .map_err(|error| read_fault(&error))?;
        query(table).await.map_err(|error| read_fault(&error))
    }

    pub fn close(self) {
        self.reader.close();
    }
}

/// The connection that writes. Closed when dropped.
pub(super) struct Writer {
    pub database: IdbDatabase,
    lost: Rc<Cell<bool>>,
    _on_end: Closure<dyn FnMut(Event)>,
}

impl Writer {
    async fn open(name: &str) -> Result<Self, idb::Error> {
        let database: IdbDatabase = idb::Factory::new()?.open(name, None)?.await?.into();
        let lost = Rc::new(Cell::new(false));
        let (flag, ending) = (lost.clone(), database.clone());
        let on_end = Closure::new(move |_: Event| {
            flag.set(true);
            ending.close();
        });
        let listener = Some(on_end.as_ref().unchecked_ref());
        // `close`: the browser ended it. `versionchange`: somebody wants to delete or raise
        // the database and waits for us to let go.
        database.set_onclose(listener);
        database.set_onversionchange(listener);
        Ok(Self { database, lost, _on_end: on_end })
    }

    pub fn is_lost(&self) -> bool {
        self.lost.get()
    }

    /// After a fault: whoever comes next opens another.
    pub fn give_up(&self) {
        self.lost.set(true);
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.database.set_onclose(None);
        self.database.set_onversionchange(None);
        self.database.close();
    }
}
