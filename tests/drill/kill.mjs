// SIGKILL of the whole browser at random moments, while both sides write.
//
//   cargo xtask drill kill [--n 200] [--browser chromium|firefox] [--seed 1]
//
// After each kill the same profile is started again: everything that the app had promised
// to keep is there, once and whole, and the next message goes both ways.

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Chatter, introduce } from "./harness/chatter.mjs";
import { Profile } from "./harness/profile.mjs";
import { Program } from "./harness/program.mjs";
import { dice, fromEnvironment, options, scratch } from "./harness/settings.mjs";
import { Report, settle } from "./harness/verdict.mjs";

const { n, browser, seed, within, patience } = options({
  ...{ n: 200, browser: "chromium", seed: 1 },
  /** Kills fall within so many milliseconds of writing; at the end, seconds to deliver. */
  ...{ within: 900, patience: 60 },
});
const folder = scratch();
const random = dice(seed);
const report = new Report(`Kill: ${browser}, ${n} kills, seed ${seed}`);

const relay = await Program.relay(join(folder, "relay"));
const app = await Program.app(fromEnvironment("ZAJIL_DIST"), join(folder, "app"), [
  `ws://127.0.0.1:${relay.port}`,
]);
const profiles = ["a", "b"].map((name) => new Profile(browser, join(folder, name)));
profiles.forEach(({ folder }) => mkdirSync(folder));

try {
  const alice = await Chatter.sits("Alice", profiles[0], app.origin);
  const bob = await Chatter.sits("Bob", profiles[1], app.origin);
  await introduce(alice, bob);

  let inFlight = 0;
  for (let trial = 1; trial <= n; trial += 1) {
    const before = alice.promised.length;
    // Endless for what a trial lasts; the kill ends the one, the other stops at its count.
    const writing = alice.writesMany(1_000).catch(() => {});
    const answering = bob.writesMany(5);
    await moment(random() * within);
    await profiles[0].kill();
    await writing;
    await answering;
    inFlight += alice.promised.length > before ? 1 : 0;

    await alice.starts(profiles[0]);
    await alice.opensChatWith("Bob");
    for (const [writer, reader] of [[alice, bob], [bob, alice]]) {
      await writer.writesMany(1);
      await reader.showsSoon(writer.promised.at(-1), 30_000);
    }
    if (trial % 10 === 0) console.error(`    ${trial} kills, ${alice.promised.length} messages`);
  }

  report.figure("kills", n);
  report.figure("of them while messages were being kept", inFlight);
  report.figure("messages promised", alice.promised.length + bob.promised.length);
  const found = await settle(alice, bob, patience);
  report.check("promised and lost", found.lost);
  report.check("shown twice", found.twice);
  report.check("torn", found.torn);
  report.check(`not marked as delivered after ${patience} s`, found.undelivered);
  report.check("places where the order differs", found.order);
  report.bound(n, "a killed browser loses a promised message");
  report.note("A killed browser leaves its writes with the system: a power cut is another drill.");
} finally {
  for (const profile of profiles) await profile.close().catch(() => {});
  await app.kill();
  await relay.kill();
  rmSync(folder, { recursive: true, force: true });
}
report.end();

function moment(ms) {
  return new Promise((resume) => setTimeout(resume, ms));
}
