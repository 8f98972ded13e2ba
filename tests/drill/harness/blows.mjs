// Blows: while both write, something ends Alice's browser; then everything must go on.

import { moment } from "./stage.mjs";
import { settle } from "./verdict.mjs";

/** What may be written until the blow: more than anybody can. */
const ENDLESS = 1_000;

/** Strikes again and again, `within` milliseconds of writing, and reports what is left in
    the end. `what` is what the blows are called. */
export async function blows(people, report, what, { n, within, patience, random }, strike) {
  const { alice, bob } = people;
  let hits = 0;
  const stuck = [];
  for (let trial = 1; trial <= n; trial += 1) {
    hits += (await blow(people, random() * within, strike)) ? 1 : 0;
    stuck.push(...(await goesOn(people, patience)));
    if (trial % 10 === 0) console.error(`    ${trial} ${what}, ${alice.promised.length} messages`);
  }
  report.figure(what, n);
  report.figure("of them after messages of the same second", hits);
  report.figure("messages promised", alice.promised.length + bob.promised.length);
  report.check(`next messages not there after ${patience} s`, stuck);
  report.faults(await settle(alice, bob, patience), patience);
}

/** `strike` ends the browser. Says whether it fell while messages were being kept. */
export async function blow({ alice, bob }, after, strike) {
  const before = alice.promised.length;
  // Ends with the browser, not with its last text.
  const writing = alice.writesMany(ENDLESS).catch(() => {});
  const answering = bob.writesMany(5);
  await moment(after);
  await strike();
  await writing;
  await answering;
  return alice.promised.length > before;
}

/** The next message goes both ways: neither side's keys were set back. Says what does not. */
async function goesOn({ alice, bob, profile }, patience) {
  await alice.starts(profile);
  try {
    await alice.opensChatWith("Bob");
  } catch (cause) {
    const says = await alice.page.locator("body").innerText();
    throw new Error(`After the blow the app does not come up. It says: ${says}`, { cause });
  }
  for (const [writer, reader] of [[alice, bob], [bob, alice]]) {
    await writer.writesMany(1);
    const name = writer.promised.at(-1);
    try {
      await reader.showsSoon(name, patience * 1_000);
    } catch {
      const mark = (await writer.walks()).find((entry) => entry.name === name)?.mark;
      return [`${name}, which is ${mark} at ${writer.name}'s`];
    }
  }
  return [];
}

/** What was promised and is not in her log after a new start; all of it when nothing starts. */
export async function losses({ alice, profile }) {
  try {
    await alice.starts(profile);
    await alice.chats().getByRole("link", { name: /Bob/ }).click({ timeout: 5_000 });
    await alice.page.getByRole("log", { name: "Messages" }).waitFor();
    const shown = new Set((await alice.walks()).map(({ name }) => name));
    return alice.promised.filter((name) => !shown.has(name));
  } catch {
    return alice.promised;
  }
}
