// Six hours in which of five relays only one works, never the same for long, and the web
// origin is gone: everything written is delivered, once, in one order.
//
//   cargo xtask drill outage [--n 1000] [--hours 6] [--speed 20] [--rounds 20]
//                            [--relay nostr-relay] [--browser chromium|firefox]
//
// The hours are compressed: the app's clock and timers run `speed` times as fast.

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Chatter, introduce } from "./harness/chatter.mjs";
import { FAULTS, FaultProxy } from "./harness/fault_proxy.mjs";
import { fastClock } from "./harness/fast_clock.mjs";
import { comesAndGoes, openDoor } from "./harness/open_door.mjs";
import { Profile } from "./harness/profile.mjs";
import { Program } from "./harness/program.mjs";
import { withPrelude } from "./harness/served.mjs";
import { options, scratch } from "./harness/settings.mjs";
import { Report, settle } from "./harness/verdict.mjs";

const RELAYS = 5;
/** Of the app's time. */
const LATE_MS = 5_000;
const given = options({
  ...{ n: 1000, hours: "6", speed: 20, rounds: 20, browser: "chromium", relay: "" },
  /** Seconds that the last messages may take after everything works again. */
  ...{ patience: 180 },
});
const { n, speed, rounds, browser, patience } = given;
const hours = Number(given.hours);
const folder = scratch();
const report = new Report(
  `Outage: ${browser}, ${hours} hours ${speed} times as fast, 4 of ${RELAYS} relays bad at any time`,
);

const relays = await Promise.all(
  Array.from({ length: RELAYS }, async (_, at) => {
    const data = join(folder, `relay-${at}`);
    mkdirSync(data);
    const isForeign = given.relay === "nostr-relay" && at === 0;
    const relay = await (isForeign ? Program.foreignRelay(data) : Program.relay(data));
    const proxy = await FaultProxy.before(relay.port);
    proxy.late = LATE_MS / speed;
    return { relay, proxy };
  }),
);
const door = await openDoor();
const startedAt = Date.now();
const clock = [startedAt, hours, speed];
const app = await Program.app(
  withPrelude(join(folder, "dist"), fastClock, ...clock),
  join(folder, "app"),
  relays.map(({ proxy }) => proxy.url),
);
const profiles = ["a", "b"].map((name) => new Profile(browser, join(folder, name)));
profiles.forEach(({ folder }) => mkdirSync(folder));

try {
  const prelude = `(${fastClock})(...${JSON.stringify(clock)})`;
  const alice = await Chatter.sits("Alice", profiles[0], app.origin, prelude);
  const bob = await Chatter.sits("Bob", profiles[1], app.origin, prelude);
  await introduce(alice, bob);
  for (const { page } of [alice, bob]) await comesAndGoes(page, door);
  await app.kill();

  const began = Date.now();
  const length = (hours * 3_600_000) / (speed - 1) / rounds;
  const waits = [];
  for (let round = 0; round < rounds; round += 1) {
    await assign(round);
    const from = Date.now();
    const share = (whole) => Math.floor(((round + 1) * whole) / rounds) - Math.floor((round * whole) / rounds);
    await Promise.all([
      writes(alice, share(Math.ceil(n / 2)), length),
      writes(bob, share(Math.floor(n / 2)), length),
    ]);
    waits.push(await seen(alice, bob, from, Math.max(1_000, from + length - Date.now())));
    console.error(`    round ${round + 1} of ${rounds}: ${words(waits.at(-1))}`);
    await until(began + (round + 1) * length);
  }
  const deaf = await noneHonest(alice, bob);
  await Promise.all(relays.map((one) => heal(one)));
  const found = await settle(alice, bob, patience);

  report.figure("messages promised", alice.promised.length + bob.promised.length);
  report.figure("rounds", rounds);
  report.figure("rounds whose messages all arrived within the round", waits.filter(Boolean).length);
  // A busy machine may hold up one; what waits for the outage's end is late in most.
  const late = waits.filter((wait) => wait === undefined).length;
  report.check("messages go on while four of five are bad", late <= Math.max(1, rounds / 10));
  report.figure("events that a relay acknowledged and threw away", sum(relays.map((r) => r.proxy.forgotten)));
  report.figure("seconds until all was delivered after the outage", found.seconds);
  report.check("written through the interface", alice.promised.length + bob.promised.length === n + 2);
  report.check("with no honest relay nothing arrives (control)", deaf);
  report.faults(found, patience);
  report.bound(n, "a message is lost or doubled in an outage of this kind");
  report.note("It is one outage: messages of one run are not independent of each other.");
} finally {
  for (const profile of profiles) await profile.close().catch(() => {});
  for (const { relay, proxy } of relays) {
    await proxy.close();
    await relay.kill();
  }
  await app.kill();
  door.close();
  rmSync(folder, { recursive: true, force: true });
}
report.end();

/**
 * In five rounds each relay is the good one once; then the faults move on by one. Every second
 * round the good one is slow.
 */
async function assign(round) {
  const good = round % RELAYS;
  await Promise.all(
    relays.map(async (one, at) => {
      if (at === good) return heal(one, round % 2 === 0 ? "fine" : "slow");
      const place = (at - good + RELAYS) % RELAYS;
      const fault = FAULTS[(place + Math.floor(round / RELAYS)) % FAULTS.length];
      if (fault !== "dead") await one.relay.up();
      await one.proxy.become(fault);
      if (fault === "dead") await one.relay.kill();
    }),
  );
}

async function heal({ relay, proxy }, how = "fine") {
  await relay.up();
  await proxy.become(how);
}

/** The faults are real: with none honest, a message waits, and says that it does. */
async function noneHonest(alice, bob) {
  const faults = ["dead", "hung", "amnesiac", "hung", "dead"];
  await Promise.all(relays.map(({ proxy }, at) => proxy.become(faults[at])));
  await alice.writesMany(1);
  const name = alice.promised.at(-1);
  const arrived = await bob.showsSoon(name, 3_000).then(() => true, () => false);
  return !arrived && !(await alice.hasMark(`~${name}`, "Delivered"));
}

/** Spread over two thirds of the round, so that the rest can show what arrives in time. */
async function writes(person, count, length) {
  const start = Date.now();
  for (let nth = 0; nth < count; nth += 1) {
    await until(start + (nth * length * 2) / 3 / count);
    await person.writesMany(1);
  }
}

/** How long the round's last messages took, in the app's time; nothing if too long. */
async function seen(alice, bob, from, patience) {
  try {
    await Promise.all([
      alice.showsSoon(bob.promised.at(-1), patience),
      bob.showsSoon(alice.promised.at(-1), patience),
    ]);
    return Date.now() - from;
  } catch {
    return undefined;
  }
}

function words(wait) {
  return wait === undefined ? "not all arrived yet" : `all arrived after ${(wait / 1000).toFixed(1)} s`;
}

function sum(numbers) {
  return numbers.reduce((all, one) => all + one, 0);
}

async function until(moment) {
  await new Promise((resume) => setTimeout(resume, Math.max(0, moment - Date.now())));
}
