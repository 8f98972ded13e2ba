// A store that is full or fails, beginning with any write of a message's way out or in.
//
//   cargo xtask drill quota [--n 20] [--browser chromium|firefox]
//
// For each kind of failure and each of the first `n` writes: the app says that it cannot
// keep anything, shows nothing that is not kept, holds the text, and goes on by itself when
// there is room. At the end nothing is lost and nothing is there twice. The control's store
// drops writes in silence, and must be noticed.

import { join } from "node:path";
import { losses } from "./harness/blows.mjs";
import { eventually } from "./harness/chatter.mjs";
import { failingStore } from "./harness/preludes.mjs";
import { withPrelude } from "./harness/served.mjs";
import { options } from "./harness/settings.mjs";
import { onStage } from "./harness/stage.mjs";
import { Report, settle } from "./harness/verdict.mjs";

const KINDS = ["full", "late", "broken"];
const NOTICE = /Your device is full|This browser cannot save/;

const { n, browser, patience } = options({
  ...{ n: 20, browser: "chromium" },
  /** Seconds for the notice to come and go, and at the end to deliver. */
  ...{ patience: 60 },
});
const report = new Report(`Quota: ${browser}, each of ${n} writes failing in ${KINDS.length} ways`);
const prepare = (folder) => ({ dist: withPrelude(join(folder, "dist"), failingStore) });

await onStage({ browser, prepare }, async (people) => {
  const { alice, bob } = people;
  const faults = { unsaid: [], shown: [], stuck: [] };
  for (const kind of KINDS) {
    for (let after = 0; after < n; after += 1) await full(alice, bob, kind, after, faults);
    console.error(`    ${kind}: ${alice.promised.length + bob.promised.length} messages so far`);
  }
  report.figure("failures injected", KINDS.length * n);
  report.figure("messages promised", alice.promised.length + bob.promised.length);
  report.check("nothing said that nothing can be kept", faults.unsaid);
  report.check("messages shown while they were not kept", faults.shown);
  report.check("did not go on when there was room", faults.stuck);
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
report.note("Errors are injected where the app meets the browser's store; no disk was really full.");
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

/** Tells Alice's worker how to fail, and waits until it knows. */
async function order(alice, kind, after) {
  await alice.page.evaluate(
    (order) =>
      new Promise((heard) => {
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
