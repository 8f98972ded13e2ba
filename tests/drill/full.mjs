// A disk that is really full.
//
//   cargo xtask drill full [--n 10]
//
// Alice's profile is on a small disk in memory, and a file takes all that is left of it while
// she writes. The app must say so, and hold the text. Every other time the browser is killed
// meanwhile. Then there is room again, bit by bit: the app goes on by itself, and after another
// start all is there. Needs Linux and root; says so and stops where it cannot be. In the
// control the app does not know that this is Chromium and writes on: it must lose.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { losses } from "./harness/blows.mjs";
import { eventually } from "./harness/chatter.mjs";
import { noHints } from "./harness/preludes.mjs";
import { withPrelude } from "./harness/served.mjs";
import { options, scratch } from "./harness/settings.mjs";
import { SmallDisk } from "./harness/small_disk.mjs";
import { moment, onStage } from "./harness/stage.mjs";
import { Report, settle } from "./harness/verdict.mjs";

/** How long a full disk stays as it is: the app tries again meanwhile. */
const FULL_FOR = 5_000;
/** More than there is room for in what the file system had reserved for the log already. */
const TOO_MANY = 60;
const CONTROLS = 3;
const NOTICE = "Your device is full";

const { n, patience } = options({ n: 10, patience: 30 });
const report = new Report("Full: chromium, a disk without room");

const folder = scratch();
const missing = SmallDisk.missing(folder);
rmSync(folder, { recursive: true, force: true });
if (missing) report.note(`Skipped, nothing was checked: ${missing}.`);
else await drill();
report.end();

async function drill() {
  await onStage({ browser: "chromium", prepare: onDisk() }, async (people) => {
    const { alice, bob } = people;
    const [unsaid, stuck, lost] = [[], [], []];
    for (let trial = 0; trial < n && lost.length === 0; trial += 1) {
      const isKilled = trial % 2 === 1;
      try {
        if (!(await full(people, isKilled))) unsaid.push(`trial ${trial}`);
      } catch (error) {
        stuck.push(`trial ${trial}: ${String(error).split("\n", 1)[0]}`);
      }
      await people.profile.close();
      lost.push(...(await losses(people)));
    }
    report.figure("times the disk was full", n);
    report.figure("messages promised", alice.promised.length + bob.promised.length);
    report.check("did not say that the device is full", unsaid);
    report.check("did not go on when there was room", stuck);
    report.check("messages lost after a new start", lost);
    if (lost.length === 0) report.faults(await settle(alice, bob, patience), patience);
  });

  let lost = [];
  for (let trial = 0; trial < CONTROLS && lost.length === 0; trial += 1) {
    const prepare = onDisk((folder) => withPrelude(join(folder, "dist"), noHints));
    lost = await onStage({ browser: "chromium", prepare }, async (people) => {
      await full(people, false).catch(() => {});
      await people.profile.close();
      return losses(people);
    });
  }
  report.figure("control, written on behind a torn record: messages lost", lost.length);
  report.check("the control lost", lost.length > 0);
  report.bound(n, "a full disk loses a promised message");
}

function onDisk(dist) {
  return (folder, closing) => {
    const disk = new SmallDisk(join(folder, "disk"));
    closing(() => disk.remove());
    return { disk, folder: join(disk.folder, "profile"), dist: dist?.(folder) };
  };
}

/** No room, and room again. Whether the app said so. */
async function full({ alice, bob, profile, disk }, isKilled) {
  await alice.writesMany(3);
  disk.fill();
  const writing = alice.writesMany(TOO_MANY, patience * 1_000).catch(() => {});
  const said = await says(alice);
  await moment(FULL_FOR);
  if (isKilled) {
    await profile.kill();
    await writing;
    // A browser needs some room to start at all. The app needs more.
    disk.free(4 << 20);
    await alice.starts(profile);
    await moment(FULL_FOR);
  }
  while (disk.free(1 << 20)) await moment(250);
  if (isKilled) await alice.opensChatWith("Bob");
  const again = alice.page.getByRole("button", { name: "Try again", exact: true });
  if (await again.isVisible()) await again.click().catch(() => {});
  await writing;
  const gone = async () => (await alice.page.getByText(NOTICE).count()) === 0;
  await eventually("room again", gone);
  for (const writer of [alice, bob]) await writer.writesMany(3);
  return said;
}

async function says({ page }) {
  try {
    await page.getByText(NOTICE).first().waitFor({ timeout: patience * 1_000 });
    return true;
  } catch {
    return false;
  }
}
