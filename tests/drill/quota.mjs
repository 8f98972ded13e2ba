// A store that is full or fails, beginning with any write of a message's way out or in, or
// with any step of opening an account.
//
//   cargo xtask drill quota [--n 20] [--browser chromium|firefox]
//
// For each kind of failure and each of the first `n` writes: the app says that it cannot
// keep anything, shows nothing that is not kept, holds the text, and goes on by itself when
// there is room. Then the same from a reload on: for each of the first `n` steps, of which
// reads are some too, the app says what is wrong and comes up by itself, untouched, when the
// store works. At the end nothing is lost and nothing is there twice. The control's store drops
// writes in silence, and must be noticed.

import { join } from "node:path";
import { losses } from "./harness/blows.mjs";
import { eventually } from "./harness/chatter.mjs";
import { failingStore, fromTheStart } from "./harness/preludes.mjs";
import { withPrelude } from "./harness/served.mjs";
import { options } from "./harness/settings.mjs";
import { onStage } from "./harness/stage.mjs";
import { Report, settle } from "./harness/verdict.mjs";

const KINDS = ["full", "late", "broken"];
/** While an account is opened. */
const OPENING_KINDS = [...KINDS, "unread"];
const NOTICE = /Your device is full|This browser cannot save/;

const { n, browser, patience } = options({
  ...{ n: 20, browser: "chromium" },
  /** Seconds for the notice to come and go, and at the end to deliver. */
  ...{ patience: 60 },
});
const report = new Report(`Quota: ${browser}, each of ${n} steps failing in ${OPENING_KINDS.length} ways`);
const prepare = (folder) => ({ dist: withPrelude(join(folder, "dist"), failingStore) });

await onStage({ browser, prepare }, async (people) => {
  const { alice, bob } = people;
  const faults = { unsaid: [], shown: [], stuck: [] };
  for (const kind of KINDS) {
    for (let after = 0; after < n; after += 1) await full(alice, bob, kind, after, faults);
    console.error(`    ${kind}: ${alice.promised.length + bob.promised.length} messages so far`);
  }
  await alice.page.addInitScript(fromTheStart);
  const reloads = { untold: [], down: [], hits: 0 };
  for (const kind of OPENING_KINDS) {
    for (let after = 0; after < n; after += 1) await opens(alice, bob, kind, after, reloads);
    console.error(`    ${kind}: ${reloads.hits} times hit while it was opened so far`);
  }
  report.figure("failures injected", KINDS.length * n);
  report.figure("reloads with a failing store", OPENING_KINDS.length * n);
  report.figure("of them hit before anything was shown", reloads.hits);
  report.figure("messages promised", alice.promised.length + bob.promised.length);
  report.check("nothing said that nothing can be kept", faults.unsaid);
  report.check("messages shown while they were not kept", faults.shown);
  report.check("did not go on when there was room", faults.stuck);
  report.check("reloads that were hit", reloads.hits > 0);
  report.check("neither said what is wrong nor came up", reloads.untold);
  report.check("did not come up by itself when the store worked", reloads.down);
  report.faults(await settle(alice, bob, patience), patience);
  // What is on the screen may be more than what is on the disk.
  await people.profile.kill();
  report.check("messages lost after a new start", await losses(people));
});

const lost = await onStage({ browser, prepare }, async (people) => {
  await order(people.alice, "silent", 0);
  await people.alice.writesMany(5);
  await people.profile.kill();
  return losses(people);
});
report.figure("control: messages lost by a store that drops writes in silence", lost.length);
report.check("the control lost", lost.length > 0);
report.note("Errors are injected where the app meets the browser's store; for a full disk there is `full`.");
report.end();

/** One failure: both write; from Alice's write number `after` on, nothing is kept. */
async function full(alice, bob, kind, after, faults) {
  const what = `${kind} from write ${after}`;
  const notice = alice.page.getByText(NOTICE);
  await order(alice, kind, after);
  const [before, name] = [alice.promised.length, alice.nextName()];
  const writing = alice.writesMany(1, patience * 1_000).catch(() => faults.stuck.push(what));
  await bob.writesMany(1);
  try {
    await notice.first().waitFor({ timeout: patience * 1_000 });
    // Either it was kept, and promised, before the store failed, or it is not there at all.
    const shown = await alice.page.evaluate((name) => globalThis.drill.has(name), name);
    if (shown && alice.promised.length === before) faults.shown.push(what);
  } catch {
    faults.unsaid.push(what);
  }
  await order(alice, "none", 0);
  const again = alice.page.getByRole("button", { name: "Try again", exact: true });
  if (await again.isVisible()) await again.click().catch(() => {});
  await writing;
  const gone = async () => (await notice.count()) === 0;
  await eventually("room again", gone).catch(() => faults.stuck.push(`${what}: still says so`));
}

/** One reload: from step number `after` of her worker on, her store fails; and then it works. */
async function opens(alice, bob, kind, after, reloads) {
  const what = `${kind} from step ${after}`;
  await prepareNext(alice, { kind, after });
  await alice.reloads();
  const patient = { timeout: patience * 1_000 };
  const notice = alice.page.getByText(NOTICE).first();
  const shown = alice.page.getByRole("log", { name: "Messages" }).getByRole("article").first();
  const first = [
    notice.waitFor(patient).then(() => true),
    shown.waitFor(patient).then(() => false),
  ];
  try {
    const isHit = await Promise.any(first);
    if (isHit && (await shown.count()) === 0) reloads.hits += 1;
  } catch {
    reloads.untold.push(what);
  }
  await prepareNext(alice, undefined);
  try {
    await order(alice, "none", 0);
    await shown.waitFor(patient);
    await alice.writesMany(1, patience * 1_000);
    await notice.waitFor({ ...patient, state: "detached" });
  } catch (error) {
    reloads.down.push(`${what}: ${String(error).split("\n", 1)[0]}`);
    await alice.reloads();
  }
  await bob.writesMany(1);
}

/** What Alice's next worker is told before its first step. */
async function prepareNext(alice, order) {
  await alice.page.evaluate((order) => {
    if (order) sessionStorage.setItem("zajil-drill", JSON.stringify(order));
    else sessionStorage.removeItem("zajil-drill");
  }, order);
}

/** Tells Alice's worker how to fail, and waits until it knows. */
async function order(alice, kind, after) {
  await alice.page.evaluate(
    (order) =>
      new Promise((heard, refuse) => {
        // A worker that ended hears nothing.
        setTimeout(refuse, 10_000, new Error("no worker hears"));
        const channel = new BroadcastChannel("zajil-drill");
        channel.onmessage = ({ data }) => {
          if (data !== "heard") return;
          channel.close();
          heard();
        };
        channel.postMessage(order);
      }),
    { kind, after },
  );
}
