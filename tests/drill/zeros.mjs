// A browser's own log that ends in zeros, as a power cut can leave it.
//
//   cargo xtask drill zeros [--n 10] [--seed 1]
//
// A file system may keep a file's new size and not yet its last bytes. So the browser is
// killed, some zeros are put at the end of IndexedDB's log, and the browser is started again:
// all is there, and what is written then is there after another kill. In the control the app
// does not know that this is Chromium and begins no other log: it must lose.

import { appendFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { losses } from "./harness/blows.mjs";
import { noHints } from "./harness/preludes.mjs";
import { withPrelude } from "./harness/served.mjs";
import { dice, options } from "./harness/settings.mjs";
import { onStage } from "./harness/stage.mjs";
import { Report } from "./harness/verdict.mjs";

/** LevelDB's block: what is behind zeros is skipped up to its end. */
const BLOCK = 32 * 1024;
/** More than fill a block. */
const MESSAGES = 40;
const CONTROLS = 3;

const { n, seed } = options({ n: 10, seed: 1 });
const random = dice(seed);
const report = new Report(`Zeros at the end of the log: chromium, seed ${seed}`);

const lost = await onStage({ browser: "chromium" }, async (people) => {
  let lost = [];
  for (let trial = 0; trial < n && lost.length === 0; trial += 1) lost = await zeros(people);
  return lost;
});
report.figure("logs that ended in zeros", n);
report.check("messages lost", lost);

const prepare = (folder) => ({ dist: withPrelude(join(folder, "dist"), noHints) });
const lostThere = await onStage({ browser: "chromium", prepare }, async (people) => {
  let lost = [];
  for (let trial = 0; trial < CONTROLS && lost.length === 0; trial += 1) lost = await zeros(people);
  return lost;
});
report.figure("control, no other log is begun: messages lost", lostThere.length);
report.check("the control lost", lostThere.length > 0);
report.bound(n, "zeros at the end of the log lose a promised message");
report.end();

async function zeros(people) {
  const { alice, profile } = people;
  await alice.writesMany(3);
  await profile.kill();
  const log = logOf(profile.folder);
  appendFileSync(log, Buffer.alloc(1 + Math.floor((random() * BLOCK) / 8)));
  const before = await losses(people);
  if (before.length > 0) return before;
  await alice.writesMany(MESSAGES);
  await profile.kill();
  return losses(people);
}

/** What LevelDB wrote to last. */
function logOf(profile) {
  const all = join(profile, "Default", "IndexedDB");
  const [database] = readdirSync(all).filter((name) => name.endsWith(".indexeddb.leveldb"));
  const logs = readdirSync(join(all, database)).filter((name) => /^\d+\.log$/.test(name));
  return join(all, database, logs.sort().at(-1));
}
