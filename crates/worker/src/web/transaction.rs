//! A transaction that is durable when it says so.
//!
//! Browsers default to `relaxed`: they report a write as complete before it reached
//! the disk, and a power cut then takes back what was acknowledged. rexie and idb
//! have no option for it and web-sys keeps its own behind a compiler flag, so the
//! one call is declared here.

use super::fault::write_fault;
use futures::channel::oneshot;
use js_sys::{Array, JsString, Object, Reflect, Uint8Array};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{Event, IdbDatabase, IdbKeyRange, IdbRequest, IdbTransaction};
use zajil_core::store::StoreError;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(extends = IdbDatabase, js_name = IDBDatabase)]
    type Database;

    #[wasm_bindgen(method, catch, js_name = transaction)]
    fn transaction_with_options(
        this: &Database,
        tables: &Array,
        mode: &str,
        options: &Object,
    ) -> Result<IdbTransaction, JsValue>;
}

type Listener = Closure<dyn FnMut(Event)>;

/// A write under way: put and delete without waiting, then [`finish`](Self::finish).
pub(super) struct StrictWrite {
    transaction: IdbTransaction,
    ended: oneshot::Receiver<Result<(), StoreError>>,
    is_over: bool,
    is_fenced: Rc<Cell<bool>>,
    _complete: Listener,
    _abort: Listener,
    /// What was asked for and what hears of it.
    required: Vec<(IdbRequest, Listener)>,
}

impl StrictWrite {
    pub fn begin(database: &IdbDatabase, tables: &[&str]) -> Result<Self, StoreError> {
        let names: Array = tables.iter().map(|name| JsString::from(*name)).collect();
        let options = Object::new();
        Reflect::set(&options, &"durability".into(), &"strict".into())
            .and_then(|_| {
                let database: &Database = database.unchecked_ref();
                database.transaction_with_options(&names, "readwrite", &options)
            })
            .map(Self::listen)
            .map_err(|thrown| StoreError::Unavailable(super::fault::describe(&thrown)))
    }

    fn listen(transaction: IdbTransaction) -> Self {
        let (completed, ended) = oneshot::channel();
        let completed = Rc::new(Cell::new(Some(completed)));
        let is_fenced = Rc::new(Cell::new(false));
        let aborted = completed.clone();
        let complete = Listener::new(move |_: Event| {
            if let Some(sender) = completed.take() {
                let _ = sender.send(Ok(()));
            }
        });
        let (source, fenced) = (transaction.clone(), is_fenced.clone());
        let abort = Listener::new(move |_: Event| {
            if let Some(sender) = aborted.take() {
                let reason = source.error().map_or(JsValue::UNDEFINED, JsValue::from);
                let error = if fenced.get() { StoreError::Fenced } else { write_fault(&reason) };
                let _ = sender.send(Err(error));
            }
        });
        transaction.set_oncomplete(Some(complete.as_ref().unchecked_ref()));
        // A write that fails, at once or when committed, always ends in an abort.
        transaction.set_onabort(Some(abort.as_ref().unchecked_ref()));
        Self {
            transaction,
            ended,
            is_over: false,
            is_fenced,
            _complete: complete,
            _abort: abort,
            required: Vec::new(),
        }
    }

    /// Changes nothing and fails as [`StoreError::Fenced`] unless the entry is just this.
    /// What is put meanwhile is undone: the browser does everything in the order in which
    /// it was asked for.
    pub fn require(
        &mut self,
        table: &str,
        key: &[u8],
        expected: Option<&[u8]>,
    ) -> Result<(), StoreError> {
        let expected = expected.map(<[u8]>::to_vec);
        let key = Uint8Array::from(key);
        let mut asked = None;
        self.issue(|| {
            asked = Some(self.transaction.object_store(table)?.get(&key)?);
            Ok(())
        })?;
        let Some(request) = asked else { return Ok(()) };
        let (transaction, fenced) = (self.transaction.clone(), self.is_fenced.clone());
        let answer = request.clone();
        let on_success = Listener::new(move |_: Event| {
            let found = answer.result().ok().filter(|found| !found.is_undefined());
            let found = found.map(|found| Uint8Array::new(&found).to_vec());
            if found != expected {
                fenced.set(true);
                // Throws only where the transaction is aborted already.
                let _ = transaction.abort();
            }
        });
        request.set_onsuccess(Some(on_success.as_ref().unchecked_ref()));
        self.required.push((request, on_success));
        Ok(())
    }

    pub fn put(&self, table: &str, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
        let (key, value) = (Uint8Array::from(key), Uint8Array::from(value));
        self.issue(|| {
            self.transaction.object_store(table)?.put_with_key(&value, &key)?;
            Ok(())
        })
    }

    /// Fails the whole write when there is something under the key already.
    pub fn add(&self, table: &str, key: &[u8], value: &JsValue) -> Result<(), StoreError> {
        let key = Uint8Array::from(key);
        self.issue(|| {
            self.transaction.object_store(table)?.add_with_key(value, &key)?;
            Ok(())
        })
    }

    pub fn delete(&self, table: &str, key: &[u8]) -> Result<(), StoreError> {
        let key = Uint8Array::from(key);
        self.issue(|| {
            self.transaction.object_store(table)?.delete(&key)?;
            Ok(())
        })
    }

    /// Deletes from the first key up to but without the second.
    pub fn clear(&self, table: &str, from: &[u8], to: &[u8]) -> Result<(), StoreError> {
        if to <= from {
            // What browsers refuse as a range.
            return Ok(());
        }
        let (from, to) = (Uint8Array::from(from), Uint8Array::from(to));
        self.issue(|| {
            let keys = IdbKeyRange::bound_with_lower_open_and_upper_open(&from, &to, false, true)?;
            self.transaction.object_store(table)?.delete(&keys)?;
            Ok(())
        })
    }

    /// Waits until everything is on the disk, or none of it is.
    pub async fn finish(mut self) -> Result<(), StoreError> {
        let outcome = (&mut self.ended).await;
        self.is_over = true;
        outcome.unwrap_or_else(|_| Err(StoreError::Aborted("the write was given up".to_owned())))
    }

    fn issue(&self, request: impl FnOnce() -> Result<(), JsValue>) -> Result<(), StoreError> {
        request().map_err(|thrown| {
            // What was issued before must not be committed alone. An abort that throws
            // says that the transaction has been aborted already.
            let _ = self.transaction.abort();
            write_fault(&thrown)
        })
    }
}

/// Given up half-way, a write is undone: nobody looks any more at whether what it requires
/// is so. An engine is dropped just when its lead was taken.
impl Drop for StrictWrite {
    fn drop(&mut self) {
        if !self.is_over {
            // Throws where the transaction has ended already.
            let _ = self.transaction.abort();
        }
        self.transaction.set_oncomplete(None);
        self.transaction.set_onabort(None);
        for (request, _) in &self.required {
            request.set_onsuccess(None);
        }
    }
}
