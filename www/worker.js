// The engine's worker: starts its module and loses no message while that loads.
//
// A worker's port delivers as soon as this script has run, long before the module is
// there. So messages are kept until `start` has put its own listener in place, and
// are then delivered again in the order they came.
//
// Upper-case names in double underscores are filled in by `cargo xtask finish`.

import init, { start } from "./__WORKER_JS__";

// Has Chromium begin another log (why: crates/worker/src/web/fresh_log.rs). False where the disk has
// no room for that. A frozen tab may be in the midst of the same and hold it up: nobody waits longer
// than two seconds, and it goes on all the same.
globalThis.freshLog = async () => {
  // Client hints are Chromium's alone.
  if (!("userAgentData" in navigator)) return true;
  if (!(await hasRoom())) return false;
  const name = "fresh-log";
  const made = new Promise((done) => {
    const failed = ({ target }) => done(!/Quota|NO_SPACE/.test(target.error));
    const opened = indexedDB.open(name, 1);
    opened.onerror = failed;
    opened.onsuccess = () => {
      opened.result.close();
      const deleted = indexedDB.deleteDatabase(name);
      deleted.onerror = failed;
      deleted.onsuccess = () => done(true);
    };
  });
  return Promise.race([made, new Promise((done) => setTimeout(done, 2000, true))]);
};

// Written is what a log and what comes of it can take, and not waited for until it is on the disk.
// True where it cannot be told whether there is room.
const hasRoom = async () => {
  let file;
  try {
    const folder = await navigator.storage.getDirectory();
    const entry = await folder.getFileHandle("room", { create: true });
    // Shared: a frozen tab may have it open.
    file = await entry.createSyncAccessHandle({ mode: "readwrite-unsafe" });
    return file.write(new Uint8Array(8e6)) === 8e6;
  } catch ({ name }) {
    // The second where there is no room even for the file's name.
    return name !== "QuotaExceededError" && name !== "InvalidStateError";
  } finally {
    file?.truncate(0);
    file?.close();
  }
};

const early = [];
const keep = (event) => early.push(event);
addEventListener("message", keep);

try {
  await init({ module_or_path: new URL("./__WORKER_WASM__", import.meta.url) });
  start();
} catch (error) {
  // Reaches the tab as the worker's `error` event; a rejection would not.
  reportError(error);
}

removeEventListener("message", keep);
for (const { data, ports } of early) {
  dispatchEvent(new MessageEvent("message", { data, ports: [...ports] }));
}
