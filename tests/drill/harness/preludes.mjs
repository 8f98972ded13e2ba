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
    // Without these two nobody could even start.
    if (name === "vault" || name === "fence") return write(store);
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

/**
 * A store that fails from the n-th write on for as long as the page says so:
 *
 *   full      throws that the quota is used up
 *   late      takes the write and aborts its transaction for the quota
 *   broken    takes the write and aborts its transaction for no reason
 *   unread    the same, and counts and breaks what is read as well
 *   silent    drops the write and says that all is well, which no browser does: a control
 *
 * What is to hold from the worker's first step on is its name: see `fromTheStart`.
 */
export function failingStore() {
  const { put } = IDBObjectStore.prototype;
  let order = globalThis.name ? JSON.parse(globalThis.name) : { kind: "none", after: 0 };
  const channel = new BroadcastChannel("zajil-drill");
  channel.onmessage = ({ data }) => {
    order = data;
    channel.postMessage("heard");
  };
  const quota = () => new DOMException("injected by a drill", "QuotaExceededError");
  const isStill = () => {
    if (order.kind !== "none" && order.after <= 0) return false;
    order.after -= 1;
    return true;
  };
  /** An answer to a read counts when it is there: it must not come at all. */
  const abortSoon = (transaction) => {
    queueMicrotask(() => {
      try {
        transaction.abort();
      } catch {
        // Aborted already, for another read.
      }
    });
  };
  IDBObjectStore.prototype.put = function (value, key) {
    if (isStill()) return put.call(this, value, key);
    channel.postMessage("failed");
    if (order.kind === "full") throw quota();
    if (order.kind === "silent") return this.count();
    const { transaction } = this;
    if (order.kind === "late") Object.defineProperty(transaction, "error", { get: quota });
    const request = put.call(this, value, key);
    request.addEventListener("success", () => transaction.abort());
    return request;
  };
  for (const kind of ["get", "getAll", "getAllKeys", "count"]) {
    const read = IDBObjectStore.prototype[kind];
    IDBObjectStore.prototype[kind] = function (...words) {
      if (order.kind === "unread" && !isStill()) abortSoon(this.transaction);
      return read.apply(this, words);
    };
  }
}

/** In a page: what `sessionStorage` holds for a failing store holds for the next worker from
    its first step on. */
export function fromTheStart() {
  const { Worker } = globalThis;
  globalThis.Worker = class extends Worker {
    constructor(address, options) {
      // Its address is the page's policy's business.
      super(address, { ...options, name: sessionStorage.getItem("zajil-drill") ?? "" });
    }
  };
}

/** Only the first to ask ever gets a lock; when it goes, nobody follows: a control. */
export function lockForFirst() {
  const { request } = LockManager.prototype;
  const isFirst = navigator.locks.query().then(({ held }) => held.length === 0);
  LockManager.prototype.request = async function (...words) {
    return (await isFirst) ? request.apply(this, words) : new Promise(() => {});
  };
}

/** Client hints are how the app knows Chromium. */
export function noHints() {
  delete Object.getPrototypeOf(navigator).userAgentData;
}
