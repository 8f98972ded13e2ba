// The page's only script: sets the policy for risky DOM sinks, then starts the app.
//
// `require-trusted-types-for 'script'` makes the browser refuse every string that
// would become markup or code. Leptos builds static parts of the view through
// `innerHTML` of strings that the compiler put into the app: the build finds exactly
// these in the finished module and writes them here (TEMPLATES). Nothing that
// arrives later, from a server or from a person, can be in that list.
//
// Upper-case names in double underscores are filled in by `cargo xtask finish`.

import init from "./__APP_JS__";

const TEMPLATES = new Set(__TEMPLATES__);
const SCRIPTS = new Set(__SCRIPTS__.map((name) => new URL(name, import.meta.url).href));

globalThis.trustedTypes?.createPolicy("default", {
  // The empty string only clears an element.
  createHTML: (text) => (text === "" || TEMPLATES.has(text) ? text : null),
  createScriptURL: (text) => {
    const url = new URL(text, document.baseURI).href;
    return SCRIPTS.has(url) ? url : null;
  },
  createScript: () => null,
});

// The chosen look, before anything is drawn in another.
try {
  const theme = localStorage.getItem("zajil.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // A browser that forbids storage has no choice remembered.
}

// The worker's module comes beside the app's. The worker asks for it only once the app runs,
// and then finds it in the browser's cache: what a page preloads is never handed to a worker.
fetch(new URL("./__WORKER_WASM__", import.meta.url))
  .then((module) => module.arrayBuffer())
  // The worker will meet the same fault, and says so.
  .catch(() => {});

try {
  await init({ module_or_path: new URL("./__APP_WASM__", import.meta.url) });
} catch (error) {
  const note = document.getElementById("boot-failed");
  if (note) note.hidden = false;
  throw error;
}
