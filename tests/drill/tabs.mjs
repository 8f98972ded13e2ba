// Several tabs of one account; the one that leads is closed, killed, or frozen.
//
//   cargo xtask drill tabs [--n 30] [--seed 1] [--blows closed,killed,frozen]
//
// All tabs write while it happens. The others go on within seconds, a frozen one goes on
// when it thaws, and nothing is lost or doubled. The control's browser gives the lead to
// nobody else, which must be noticed. Chromium on Linux only: elsewhere tabs share processes.

import { join } from "node:path";
import { eventually } from "./harness/chatter.mjs";
import { lockForFirst } from "./harness/preludes.mjs";
import { rendererOf } from "./harness/renderer.mjs";
import { withPrelude } from "./harness/served.mjs";
import { dice, options } from "./harness/settings.mjs";
import { moment, onStage } from "./harness/stage.mjs";
import { Report, repeated, settle } from "./harness/verdict.mjs";

const TABS = 3;
/** A write that lasts so long is one of a process that does not run. */
const HELD_MS = 500;

const given = options({
  ...{ n: 30, seed: 1, blows: "closed,killed,frozen" },
  /** Blows fall within so many milliseconds of writing; seconds for a write after one. */
  ...{ within: 600, patience: 30 },
});
const { n, seed, within, patience } = given;
const BLOWS = given.blows.split(",");
for (const kind of BLOWS) {
  if (!["closed", "killed", "frozen"].includes(kind)) throw new Error(`no tab is '${kind}'`);
}
const random = dice(seed);
const report = new Report(`Tabs: ${TABS} tabs, seed ${seed}`);

await onStage({ browser: "chromium" }, async ({ alice, bob, profile }) => {
  const tabs = await openTabs(alice);
  const faults = { stuck: [], differing: [] };
  let intoWrites = 0;
  const seconds = Object.fromEntries(BLOWS.map((kind) => [kind, []]));
  for (let trial = 0; trial < n; trial += 1) {
    const kind = BLOWS[trial % BLOWS.length];
    const struck = await leading(tabs);
    const pid = await rendererOf(struck.page, profile.folder);
    const writing = [...tabs, bob].map((one) => one.writesMany(6, patience * 1_000));
    const rest = Promise.allSettled(writing);
    await moment(random() * within);
    const others = tabs.filter((tab) => tab !== struck);
    const { start, times = 0 } = await strike(kind, struck, pid, others[0]);
    intoWrites += times;
    const first = others.map((tab) => tab.writesMany(1, patience * 1_000));
    try {
      await Promise.all(first);
      seconds[kind].push((performance.now() - start) / 1_000);
    } catch (error) {
      faults.stuck.push(`trial ${trial + 1}, ${kind}: ${error.message.split("\n")[0]}`);
    }
    if (kind === "frozen") process.kill(pid, "SIGCONT");
    // What the struck tab had under way ends with it, unless it was only frozen.
    await rest;
    if (kind === "frozen") {
      const thawed = struck.writesMany(1, patience * 1_000);
      await thawed.catch(() => faults.stuck.push(`trial ${trial + 1}: the thawed tab`));
    } else {
      tabs[tabs.indexOf(struck)] = await anotherTab(alice);
    }
    if (faults.stuck.length > 3) break;
    if (trial % 10 === 9) console.error(`    ${trial + 1} blows, ${alice.promised.length} messages`);
  }
  const found = await settle(tabs[0], bob, patience);
  const names = (walk) => walk.map(({ name }) => name).join();
  const first = names(await tabs[0].walks());
  for (const tab of tabs.slice(1)) {
    if (names(await tab.walks()) !== first) faults.differing.push(`tab ${tabs.indexOf(tab) + 1}`);
  }
  report.figure("blows", n);
  if (intoWrites > 0) report.figure("frozen in the middle of a write, and once more", intoWrites);
  report.figure("messages promised", alice.promised.length + bob.promised.length);
  for (const kind of BLOWS) report.figure(`seconds until all others wrote again, ${kind}`, spread(seconds[kind]));
  report.check("a tab did not go on", faults.stuck);
  report.check("tabs that show something else", faults.differing);
  report.check("promised twice", repeated(alice.promised));
  report.faults(found, patience);
});

const prepare = (folder) => ({ dist: withPrelude(join(folder, "dist"), lockForFirst) });
const stuck = await onStage({ browser: "chromium", prepare }, async ({ alice, profile }) => {
  const tabs = await openTabs(alice);
  const struck = await leading(tabs);
  await strike("killed", struck, await rendererOf(struck.page, profile.folder));
  const other = tabs.find((tab) => tab !== struck);
  return other.writesMany(1, 8_000).then(() => false, () => true);
});
report.check("a lead that nobody takes over is noticed (control)", stuck);
report.bound(n, "a message is lost or doubled when the leading tab goes");
report.end();

async function openTabs(alice) {
  const tabs = [alice];
  while (tabs.length < TABS) tabs.push(await anotherTab(alice));
  return tabs;
}

async function anotherTab(alice) {
  const tab = await alice.anotherTab();
  await tab.opensChatWith("Bob");
  return tab;
}

/** Says when it was. */
async function strike(kind, { page }, pid, other) {
  const start = performance.now();
  if (kind === "frozen") return freeze(pid, other);
  if (kind === "closed") await page.close();
  else process.kill(pid, "SIGKILL");
  return { start };
}

/** Stops a process between two writes. In the middle of one the browser keeps the store
    from everybody else, for a minute or for as long as the process lives: then it may go on
    and is stopped a little later. Says how often that was, and when it was stopped for good. */
async function freeze(pid, { page }) {
  for (let times = 0; ; times += 1) {
    const start = performance.now();
    process.kill(pid, "SIGSTOP");
    if (await page.evaluate(canWrite, HELD_MS)) return { start, times };
    process.kill(pid, "SIGCONT");
    await page.evaluate(canWrite, patience * 1_000);
    await moment(random() * 50);
  }
}

/** In a page: whether a write of the app's would get its turn so soon. */
async function canWrite(ms) {
  const [{ name }] = (await indexedDB.databases()).filter(({ name }) => name.startsWith("zajil"));
  const answer = (request) =>
    new Promise((resolve, refuse) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => refuse(request.error);
    });
  const database = await answer(indexedDB.open(name));
  const all = [...database.objectStoreNames];
  const turn = answer(database.transaction(all, "readwrite").objectStore(all[0]).count());
  const none = new Promise((resolve) => setTimeout(resolve, ms, false));
  return Promise.race([turn.then(() => true), none]).finally(() => database.close());
}

/** The tab whose worker holds the engine's lock, once one does. */
async function leading(tabs) {
  const holds = (tab) => Promise.any(tab.page.workers().map((worker) => leads(worker)));
  return eventually("a tab that leads", async () => {
    const answers = await Promise.all(tabs.map((tab) => holds(tab).catch(() => false)));
    return tabs[answers.indexOf(true)];
  });
}

/** A worker that is about to end may never answer. */
function leads(worker) {
  const silent = new Promise((_, refuse) => setTimeout(refuse, 2_000, new Error("no answer")));
  return Promise.race([worker.evaluate(holdsTheLead), silent]);
}

/** In a worker. A lock's holder is known by a name that only a lock of one's own tells. */
function holdsTheLead() {
  const probe = `probe-${Math.random()}`;
  return navigator.locks.request(probe, async () => {
    const { held } = await navigator.locks.query();
    const { clientId } = held.find(({ name }) => name === probe);
    return held.some((lock) => lock.name.startsWith("zajil-engine") && lock.clientId === clientId);
  });
}

function spread(all) {
  if (all.length === 0) return "-";
  const sorted = all.toSorted((one, other) => one - other);
  return `${sorted[Math.floor(sorted.length / 2)].toFixed(1)}, at most ${sorted.at(-1).toFixed(1)}`;
}
