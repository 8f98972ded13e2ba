// Faults of a store, put in front of the worker's script by `withPrelude`.
//
// Handed over as text: nothing here may refer to anything outside of each function.

/** What browsers do by themselves: say that a write is kept before it reached the disk. */
export function relaxedStore() {
  const { transaction } = IDBDatabase.prototype;
  IDBDatabase.prototype.transaction = function (tables, mode, options) {
    return transaction.call(this, tables, mode, { ...options, durability: "relaxed" });
  };
}

/** A store that says at once that it kept something, and writes it `late` milliseconds later. */
export function lateStore(late) {
  const { put, delete: remove } = IDBObjectStore.prototype;
  const later = (store, write) => {
    const { name, transaction } = store;
    const { db } = transaction;
    setTimeout(() => write(db.transaction(name, "readwrite").objectStore(name)), late);
    // Something has to be asked, or there would be nothing to answer.
    return store.count();
  };
  IDBObjectStore.prototype.put = function (value, key) {
    return later(this, (store) => put.call(store, value, key));
  };
  IDBObjectStore.prototype.delete = function (key) {
    return later(this, (store) => remove.call(store, key));
  };
}
