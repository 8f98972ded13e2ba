// A real browser on a profile folder that outlives it: opened, killed, opened again.

import { execFileSync } from "node:child_process";
import { chromium, firefox, fromEnvironment } from "./settings.mjs";

const PATIENCE = 30_000;

export class Profile {
  #engine;
  folder;
  context;

  constructor(engine, folder) {
    if (!Object.hasOwn(OPENERS, engine)) throw new Error(`there is no driving '${engine}'`);
    this.#engine = engine;
    this.folder = folder;
  }

  /** Starts the browser; its first tab is empty. */
  async open() {
    this.context = await OPENERS[this.#engine](this.folder);
    this.context.setDefaultTimeout(PATIENCE);
    return this.context.pages()[0] ?? (await this.context.newPage());
  }

  /** SIGKILL to every process of the browser at once. */
  async kill() {
    const doomed = processes(this.folder);
    if (doomed.length === 0) throw new Error(`no browser runs on ${this.folder}`);
    for (const pid of doomed) end(pid);
    // The driver notices by itself; the next start needs them gone, not only dying.
    while (doomed.some(lives)) await new Promise((resume) => setTimeout(resume, 5));
    this.context = undefined;
    return doomed.length;
  }

  async close() {
    await this.context?.close();
    this.context = undefined;
  }
}

const OPENERS = {
  chromium: (folder) =>
    chromium.launchPersistentContext(folder, {
      executablePath: fromEnvironment("ZAJIL_CHROMIUM"),
      args: fromEnvironment("ZAJIL_CHROMIUM_FLAGS").split(" "),
      locale: "en-GB",
      // No gliding: nobody watches.
      reducedMotion: "reduce",
    }),
  firefox: (folder) =>
    firefox.launchPersistentContext(folder, {
      channel: "moz-firefox",
      executablePath: fromEnvironment("ZAJIL_FIREFOX"),
      locale: "en-GB",
      // An unpatched Firefox cannot emulate these.
      ...{ colorScheme: null, reducedMotion: null, forcedColors: null, contrast: null },
    }),
};

/** Whoever names the folder on its command line, and all their descendants. */
export function processes(folder) {
  const children = new Map();
  const open = [];
  for (const line of ps("pid=,ppid=,args=")) {
    const [, pid, parent, words] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line);
    // The folder as a whole word: another's name may begin with it.
    const named = `${words} `.replaceAll("/ ", " ").includes(`${folder} `);
    if (named && Number(pid) !== process.pid) open.push(Number(pid));
    children.set(Number(parent), [...(children.get(Number(parent)) ?? []), Number(pid)]);
  }
  const all = new Set();
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    if (all.has(pid)) continue;
    all.add(pid);
    open.push(...(children.get(pid) ?? []));
  }
  return [...all];
}

export function ps(columns) {
  const table = execFileSync("ps", ["-Awwo", columns], { encoding: "utf8", maxBuffer: 1 << 26 });
  return table.split("\n").filter((line) => line.trim() !== "");
}

function end(pid) {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

/** A zombie has ended: it only waits for its parent to hear of it. */
function lives(pid) {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return ps("pid=,stat=").some((line) => {
    const [found, state] = line.trim().split(/\s+/);
    return Number(found) === pid && !state.startsWith("Z");
  });
}
