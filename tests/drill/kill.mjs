// SIGKILL of the whole browser at random moments, while both sides write.
//
//   cargo xtask drill kill [--n 200] [--browser chromium|firefox] [--seed 1]
//
// After each kill the same profile is started again: everything that the app had promised
// to keep is there, once and whole, and the next message goes both ways. Then the same with
// a store that writes two seconds late, which must lose: else the drill would see nothing.

import { join } from "node:path";
import { blow, goesOn, losses } from "./harness/blows.mjs";
import { lateStore } from "./harness/preludes.mjs";
import { withPrelude } from "./harness/served.mjs";
import { dice, options } from "./harness/settings.mjs";
import { moment, onStage } from "./harness/stage.mjs";
import { Report, settle } from "./harness/verdict.mjs";

const { n, browser, seed, within, patience } = options({
  ...{ n: 200, browser: "chromium", seed: 1 },
  /** Kills fall within so many milliseconds of writing; at the end, seconds to deliver. */
  ...{ within: 900, patience: 60 },
});
const random = dice(seed);
const report = new Report(`Kill: ${browser}, seed ${seed}`);

await onStage({ browser }, async (people) => {
  const { alice, bob, profile } = people;
  let hits = 0;
  const stuck = [];
  for (let trial = 1; trial <= n; trial += 1) {
    hits += (await blow(people, random() * within, () => profile.kill())) ? 1 : 0;
    stuck.push(...(await goesOn(people, patience)));
    if (trial % 10 === 0) console.error(`    ${trial} kills, ${alice.promised.length} messages`);
  }
  report.figure("kills", n);
  report.figure("of them after messages of the same second", hits);
  report.figure("messages promised", alice.promised.length + bob.promised.length);
  report.check(`next messages not there after ${patience} s`, stuck);
  report.faults(await settle(alice, bob, patience), patience);
});

const late = (folder) => ({ dist: withPrelude(join(folder, "dist"), lateStore, 2_000) });
const lost = await onStage({ browser, prepare: late }, async (people) => {
  await moment(2_500);
  await blow(people, within, () => people.profile.kill());
  return losses(people);
});
report.figure("control: messages lost by a store that writes two seconds late", lost.length);
report.check("the control lost", lost.length > 0);
report.bound(n, "a killed browser loses a promised message");
report.note("A killed browser leaves its writes with the system: a power cut is another drill.");
report.end();
