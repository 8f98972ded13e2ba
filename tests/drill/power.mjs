// Power cuts at random moments, while both sides write.
//
//   cargo xtask drill power [--n 100] [--browser chromium|firefox] [--seed 1]
//
// Alice's profile is on a disk of its own. The browser is killed and the disk goes on as it
// was at that moment, without what was never flushed. Needs Linux and root; says so and
// stops where it cannot be. The control does the same with the browsers' own durability,
// `relaxed`, and must lose.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { blow, blows, losses } from "./harness/blows.mjs";
import { Disk } from "./harness/disk.mjs";
import { relaxedStore } from "./harness/preludes.mjs";
import { withPrelude } from "./harness/served.mjs";
import { dice, options, scratch } from "./harness/settings.mjs";
import { onStage } from "./harness/stage.mjs";
import { Report } from "./harness/verdict.mjs";

const { n, control, browser, seed, within, patience } = options({
  ...{ n: 100, control: 5, browser: "chromium", seed: 1 },
  /** Cuts fall within so many milliseconds of writing; at the end, seconds to deliver. */
  ...{ within: 900, patience: 60 },
});
const random = dice(seed);
const report = new Report(`Power: ${browser}, seed ${seed}`);

const folder = scratch();
const missing = await Disk.missing(folder);
rmSync(folder, { recursive: true, force: true });
if (missing) report.note(`Skipped, nothing was checked: ${missing}.`);
else await cuts();
report.end();

async function cuts() {
  await onStage({ browser, prepare: onDisk() }, async (people) => {
    const how = { n, within, patience, random };
    await blows(people, report, "power cuts", how, () => cut(people));
    report.figure("copies of the disk made for them", people.disk.copies);
  });

  let [bad, lost, promised] = [0, 0, 0];
  for (let trial = 1; trial <= control; trial += 1) {
    const prepare = onDisk((folder) => withPrelude(join(folder, "dist"), relaxedStore));
    await onStage({ browser, prepare }, async (people) => {
      await blow(people, random() * within, () => cut(people));
      const gone = await losses(people);
      bad += gone.length > 0 ? 1 : 0;
      lost += gone.length;
      promised += people.alice.promised.length;
    });
  }
  report.figure("control, relaxed: cuts that lost", `${bad} of ${control}`);
  report.figure("control, relaxed: messages lost", `${lost} of ${promised}`);
  report.check("the control lost", bad > 0);
  report.bound(n, "a power cut loses a promised message");
  report.note("The disk is an image whose unflushed writes are dropped: a drive that lies about");
  report.note("flushing, or tears a sector, is not part of it.");
}

function onDisk(dist) {
  return (folder, closing) => {
    const disk = new Disk(folder);
    closing(() => disk.remove());
    return { disk, folder: join(disk.folder, "profile"), dist: dist?.(folder) };
  };
}

async function cut({ profile, disk }) {
  await profile.kill();
  await disk.cut();
}
