//! The browser's database from below: what the tests watch and break.

use std::cell::Cell;
use wasm_bindgen::prelude::*;
use zajil_core::store::{Changes, Row, Table};
use zajil_worker::web::IdbStore;

#[wasm_bindgen(inline_js = r#"
const { transaction } = IDBDatabase.prototype;
const { put } = IDBObjectStore.prototype;
let seen = [];

export function watch() {
  seen = [];
  IDBDatabase.prototype.transaction = function (...args) {
    const opened = transaction.apply(this, args);
    seen.push(opened);
    return opened;
  };
}
export function watched() {
  IDBDatabase.prototype.transaction = transaction;
  return seen.filter((it) => it.mode !== "readonly").map((it) => `${it.mode} ${it.durability}`);
}

// The put with this number fails as the disk or the browser would make it fail.
export function break_put(number, how) {
  let count = 0;
  IDBObjectStore.prototype.put = function (...args) {
    count += 1;
    if (count !== number) return put.apply(this, args);
    const full = new DOMException("no room", "QuotaExceededError");
    if (how === "throws full") throw full;
    const request = put.apply(this, args);
    if (how === "full when committed") {
      Object.defineProperty(this.transaction, "error", { value: full });
    }
    const { transaction } = this;
    queueMicrotask(() => transaction.abort());
    return request;
  };
}
export function mend_put() {
  IDBObjectStore.prototype.put = put;
}

// The same for any request of a write: a look, a put, a deletion.
const requests = ["get", "put", "add", "delete"];
const accesses = [...requests, "getAll", "getAllKeys", "count"];
const original = Object.fromEntries(accesses.map((it) => [it, IDBObjectStore.prototype[it]]));
let reached = false;
export function break_request(number, how) {
  let count = 0;
  reached = false;
  for (const kind of requests) {
    IDBObjectStore.prototype[kind] = function (...args) {
      count += this.transaction.mode === "readwrite" ? 1 : 0;
      if (reached || count !== number) return original[kind].apply(this, args);
      reached = true;
      const { transaction } = this;
      const full = new DOMException("no room", "QuotaExceededError");
      if (how === "throws full") throw full;
      if (how === "throws") throw new DOMException("no reason", "UnknownError");
      const request = original[kind].apply(this, args);
      if (how === "full when committed") {
        Object.defineProperty(transaction, "error", { value: full });
      }
      queueMicrotask(() => transaction.abort());
      return request;
    };
  }
}
// From the access with this number on none succeeds, whether it reads or writes.
export function break_from(number) {
  let count = 0;
  reached = false;
  for (const kind of accesses) {
    IDBObjectStore.prototype[kind] = function (...args) {
      count += 1;
      const request = original[kind].apply(this, args);
      if (count < number) return request;
      reached = true;
      const { transaction } = this;
      queueMicrotask(() => {
        try {
          transaction.abort();
        } catch {
          // Undone already, for another access.
        }
      });
      return request;
    };
  }
}
export function mend_requests() {
  Object.assign(IDBObjectStore.prototype, original);
  return reached;
}
// The disk fails when everything was asked for and nothing has been written.
export function abort_next_write() {
  IDBDatabase.prototype.transaction = function (...args) {
    const opened = transaction.apply(this, args);
    if (opened.mode === "readwrite") {
      IDBDatabase.prototype.transaction = transaction;
      setTimeout(() => opened.abort());
    }
    return opened;
  };
}

const settle = (request) => new Promise((done, fail) => {
  request.onsuccess = () => done(request.result);
  request.onerror = () => fail(request.error);
});
export async function entry(database, table, key) {
  const db = await settle(indexedDB.open(database));
  const found = await settle(db.transaction(table).objectStore(table).get(key));
  db.close();
  return found;
}
export async function replace(database, table, key, value) {
  const db = await settle(indexedDB.open(database));
  const store = db.transaction(table, "readwrite").objectStore(table);
  await settle(value === undefined ? store.delete(key) : store.put(value, key));
  db.close();
}
export async function create_at_version(database, version) {
  (await settle(indexedDB.open(database, version))).close();
}
// Ends every connection as a raise of the version would, and makes nothing of it.
export async function close_connections(database) {
  const request = indexedDB.open(database, 1000);
  request.onupgradeneeded = () => request.transaction.abort();
  await settle(request).catch(() => {});
}
export async function create_with_tables(database, version, tables) {
  const request = indexedDB.open(database, version);
  request.onupgradeneeded = () => tables.forEach((name) => request.result.createObjectStore(name));
  (await settle(request)).close();
}
export async function put_entry(database, table, key, value) {
  const db = await settle(indexedDB.open(database));
  await settle(db.transaction(table, "readwrite").objectStore(table).put(value, key));
  db.close();
}
export async function version(database) {
  return (await indexedDB.databases()).find(({ name }) => name === database)?.version ?? 0;
}
// Every raise of a version is undone when its first new table was made.
const { createObjectStore } = IDBDatabase.prototype;
export function break_raise() {
  IDBDatabase.prototype.createObjectStore = function (...args) {
    const made = createObjectStore.apply(this, args);
    const { transaction } = made;
    queueMicrotask(() => {
      try {
        transaction.abort();
      } catch {
        // Undone already.
      }
    });
    return made;
  };
}
export function mend_raise() {
  IDBDatabase.prototype.createObjectStore = createObjectStore;
}
const fetchForReal = globalThis.fetch.bind(globalThis);
// The host's word on servers: one that nothing answers at.
export function stub_config() {
  globalThis.fetch = async (what, ...more) =>
    what === "/config.json"
      ? new Response('{"relays":["ws://127.0.0.1:9"]}')
      : fetchForReal(what, ...more);
}
// A browser without Web Locks.
const locks = Object.getOwnPropertyDescriptor(WorkerNavigator.prototype, "locks");
export function hide_locks() {
  Object.defineProperty(WorkerNavigator.prototype, "locks", { ...locks, get: () => undefined });
}
export function show_locks() {
  Object.defineProperty(WorkerNavigator.prototype, "locks", locks);
}
export async function remove(database) {
  await settle(indexedDB.deleteDatabase(database));
}
"#)]
extern "C" {
    pub fn watch();
    pub fn watched() -> Vec<String>;
    pub fn break_put(number: u32, how: &str);
    pub fn mend_put();
    pub fn break_request(number: u32, how: &str);
    pub fn break_from(number: u32);
    pub fn mend_requests() -> bool;
    pub fn abort_next_write();
    pub async fn entry(database: &str, table: &str, key: &[u8]) -> JsValue;
    pub async fn replace(database: &str, table: &str, key: &[u8], value: &JsValue);
    pub async fn create_at_version(database: &str, version: u32);
    pub async fn close_connections(database: &str);
    pub async fn create_with_tables(database: &str, version: u32, tables: Vec<String>);
    pub async fn put_entry(database: &str, table: &str, key: &[u8], value: &[u8]);
    #[wasm_bindgen(js_name = version)]
    async fn version_js(database: &str) -> JsValue;
    pub fn stub_config();
    pub fn hide_locks();
    pub fn show_locks();
    pub fn break_raise();
    pub fn mend_raise();
    pub async fn remove(database: &str);
}

pub async fn version(database: &str) -> f64 {
    version_js(database).await.as_f64().unwrap()
}

thread_local! {
    static NEXT: Cell<u32> = const { Cell::new(0) };
}

/// A name that no other test uses.
pub fn new_name() -> String {
    let number = NEXT.replace(NEXT.get() + 1);
    format!("test-{number}-{}", js_sys::Math::random())
}

pub async fn open(name: &str) -> IdbStore {
    IdbStore::open(name).await.unwrap()
}

/// Makes records of these names.
pub fn rows(keys: &[&str]) -> Changes {
    let mut changes = Changes::default();
    for key in keys {
        changes.put(Table::Records, key.as_bytes().to_vec(), b"sealed".to_vec());
    }
    changes
}

/// What all rows there are are called.
pub async fn keys(store: &IdbStore) -> Vec<String> {
    let all: Vec<(Table, Row)> = store.load_all(&Table::ALL).await.unwrap();
    all.into_iter().map(|(_, (key, _))| String::from_utf8(key).unwrap()).collect()
}
