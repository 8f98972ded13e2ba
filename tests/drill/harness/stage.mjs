// Two people with an open chat over one relay, and everything gone when the play is over.

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Chatter, introduce } from "./chatter.mjs";
import { Profile } from "./profile.mjs";
import { Program } from "./program.mjs";
import { fromEnvironment, scratch } from "./settings.mjs";

/**
 * `prepare` may return what Alice's side differs in: the `dist` she is served, the `folder`
 * of her profile, and whatever else the play needs. Bob's side is always plain.
 */
export async function onStage({ browser, prepare = () => ({}) }, play) {
  const folder = scratch();
  const closing = [() => rmSync(folder, { recursive: true, force: true })];
  try {
    const special = await prepare(folder, (close) => closing.unshift(close));
    const dist = special.dist ?? fromEnvironment("ZAJIL_DIST");
    const relay = await Program.relay(join(folder, "relay"));
    closing.unshift(() => relay.kill());
    const relays = [`ws://127.0.0.1:${relay.port}`];
    const apps = [];
    for (const [name, served] of [["a", dist], ["b", fromEnvironment("ZAJIL_DIST")]]) {
      const app = await Program.app(served, join(folder, `app-${name}`), relays);
      closing.unshift(() => app.kill());
      apps.push(app);
    }
    const folders = [special.folder ?? join(folder, "a"), join(folder, "b")];
    const profiles = folders.map((folder) => new Profile(browser, folder));
    folders.forEach((folder) => mkdirSync(folder, { recursive: true }));
    for (const profile of profiles) closing.unshift(() => profile.close().catch(() => {}));
    const alice = await Chatter.sits("Alice", profiles[0], apps[0].origin);
    const bob = await Chatter.sits("Bob", profiles[1], apps[1].origin);
    await introduce(alice, bob);
    return await play({ ...special, alice, bob, profile: profiles[0], relay });
  } finally {
    for (const close of closing) {
      // What failed first is what matters.
      await Promise.resolve().then(close).catch((error) => console.error(`    ${error}`));
    }
  }
}

/** A time that no event marks: when the blow falls. */
export function moment(ms) {
  return new Promise((resume) => setTimeout(resume, ms));
}
