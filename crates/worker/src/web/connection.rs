//! An open database.

use super::fault::{OpenFault, open_fault, read_fault};
use super::schema;
use futures::channel::oneshot;
use rexie::{Rexie, TransactionMode};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Event, IdbDatabase, IdbVersionChangeEvent};
use zajil_core::store::StoreError;

/// What the browser says of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// A newer version of the app asks for the database.
    Outdated,
    /// It was ended: the database may be gone.
    Ended,
}

/// Two connections to one database: rexie's, which makes or raises it and reads, and a
/// raw one, which writes, because rexie cannot ask for a durable write.
pub(super) struct Connection {
    reader: Reader,
    pub writer: Writer,
}

/// The connection that reads. Closed when dropped: an open one that nobody has would hold up
/// whoever wants to delete or raise the database, and be told so with nobody to hear it.
struct Reader(Option<Rexie>);

impl Drop for Reader {
    fn drop(&mut self) {
        if let Some(database) = self.0.take() {
            database.close();
        }
    }
}

impl Connection {
    /// Waits for as long as another connection keeps an older version open. `tell` is called
    /// when the browser ends it, or wants it ended.
    pub async fn open(name: &str, tell: impl Fn(Word) + 'static) -> Result<Self, OpenFault> {
        let reader = schema::builder(name).build().await.map_err(|error| open_fault(&error))?;
        let reader = Reader(Some(reader));
        let writer = Writer::open(name, tell)
            .await
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(Self { reader, writer })
    }

    /// The read goes on where nobody waits for it any more, as when an engine is dropped: the
    /// browser answers all the same, and whoever is to hear that must still be there.
    pub async fn read<T: 'static>(
        &self,
        table: &str,
        query: impl AsyncFnOnce(rexie::Store) -> rexie::Result<T> + 'static,
    ) -> Result<T, StoreError> {
        let Some(reader) = &self.reader.0 else {
            return Err(StoreError::Unavailable("the connection is closed".to_owned()));
        };
        let table = reader
            .transaction(&[table], TransactionMode::ReadOnly)
            .and_then(|transaction| transaction.store(table))
            .map_err(|error| read_fault(&error))?;
        let (sender, answer) = oneshot::channel();
        spawn_local(async move {
            // Refused where nobody waits.
            let _ = sender.send(query(table).await);
        });
        let given_up = |_| StoreError::Unavailable("the read was given up".to_owned());
        answer.await.map_err(given_up)?.map_err(|error| read_fault(&error))
    }

    /// The connection that writes.
    pub fn database(&self) -> &IdbDatabase {
        &self.writer.database
    }
}

/// The connection that writes. Closed when dropped.
pub(super) struct Writer {
    database: IdbDatabase,
    lost: Rc<Cell<bool>>,
    _on_close: Closure<dyn FnMut(Event)>,
    _on_version_change: Closure<dyn FnMut(IdbVersionChangeEvent)>,
}

impl Writer {
    async fn open(name: &str, tell: impl Fn(Word) + 'static) -> Result<Self, idb::Error> {
        let database: IdbDatabase = idb::Factory::new()?.open(name, None)?.await?.into();
        let lost = Rc::new(Cell::new(false));
        let (flag, tell) = (lost.clone(), Rc::new(tell));
        let told = tell.clone();
        // The browser ended it.
        let on_close = Closure::new(move |_: Event| {
            flag.set(true);
            told(Word::Ended);
        });
        let (flag, ending) = (lost.clone(), database.clone());
        // Somebody wants to delete or raise the database and waits for us to let go.
        let on_version_change = Closure::new(move |event: IdbVersionChangeEvent| {
            flag.set(true);
            ending.close();
            tell(if event.new_version().is_some() { Word::Outdated } else { Word::Ended });
        });
        database.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        database.set_onversionchange(Some(on_version_change.as_ref().unchecked_ref()));
        Ok(Self { database, lost, _on_close: on_close, _on_version_change: on_version_change })
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
