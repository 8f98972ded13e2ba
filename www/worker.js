// The engine's worker: starts its module and loses no message while that loads.
//
// A worker's port delivers as soon as this script has run, long before the module is
// there. So messages are kept until `start` has put its own listener in place, and
// are then delivered again in the order they came.
//
// Upper-case names in double underscores are filled in by `cargo xtask finish`.

import init, { start } from "./__WORKER_JS__";

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
