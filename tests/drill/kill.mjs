// SIGKILL of the whole browser at random moments, while both sides write.
//
//   cargo xtask drill kill [--n 200] [--browser chromium|firefox] [--seed 1]
//
// After each kill the same profile is started again: everything that the app had promised
// to keep is there, once and whole, and the next message goes both ways. Then the same with
// a store that writes two seconds late, which must lose: else the drill would see nothing.

import { join } from "node:path";
import { blow, blows, losses } from "./harness/blows.mjs";
import { lateStore } from "./harness/preludes.mjs";
import { withPrelude } from "./harness/served.mjs";
import { dice, options } from "./harness/settings.mjs";
import { moment, onStage } from "./harness/stage.mjs";
import { Report } from "./harness/verdict.mjs";

const { n, browser, seed, within, patience } = options({
  ...{ n: 200, browser: "chromium", seed: 1 },
  /** Kills fall within so many milliseconds of writing; at the end, seconds to deliver. */
  ...{ within: 900, patience: 60 },
});
const random = dice(seed);
const report = new Report(`Kill: ${browser}, seed ${seed}`);

await onStage({ browser }, (people) => {
  const how = { n, within, patience, random };
  return blows(people, report, "kills", how, () => people.profile.kill());
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
