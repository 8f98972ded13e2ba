// One blow: while both write, something ends Alice's browser; then everything must go on.

import { moment } from "./stage.mjs";

/** What may be written until the blow: more than anybody can. */
const ENDLESS = 1_000;

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
export async function goesOn({ alice, bob, profile }, patience) {
  await alice.starts(profile);
  await alice.opensChatWith("Bob");
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
    const shown = new Set((await alice.walks()).map(({ name }) => name));
    return alice.promised.filter((name) => !shown.has(name));
  } catch {
    return alice.promised;
  }
}
