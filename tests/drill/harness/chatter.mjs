// A person who writes a great deal and keeps count of what the app promised to keep.

import { Person, eventually } from "../../e2e/harness/person.mjs";
import { Watch } from "../../e2e/harness/watch.mjs";
import { install } from "./in_page.mjs";

const FILLER = "never gonna lose this one نرسلها ونثق ".repeat(3);

export class Chatter extends Person {
  /** Names of messages that the app promised to keep, in the order of the promises. */
  promised = [];
  /** How many were written, in all tabs of this person. */
  #count = { written: 0 };
  #prelude;

  /** Somebody at the browser of a profile; every page of theirs runs `prelude` first. */
  static async sits(name, profile, origin, prelude) {
    const chatter = new Chatter(name, { origin }, undefined, new Watch(() => true));
    chatter.#prelude = prelude;
    await chatter.starts(profile);
    return chatter;
  }

  /** Opens the browser and the app in it, for the first time or again. */
  async starts(profile, address = "/") {
    this.page = await profile.open();
    this.context = profile.context;
    await this.attaches();
    await this.goes(address);
  }

  /** One more tab in the same browser, with the app in it. */
  async anotherTab() {
    const tab = new Chatter(this.name, this.server, this.context, this.watch);
    tab.#count = this.#count;
    tab.#prelude = this.#prelude;
    tab.promised = this.promised;
    tab.page = await this.context.newPage();
    await tab.attaches();
    await tab.goes("/");
    return tab;
  }

  /** Prepares this tab for writing fast. */
  async attaches() {
    await this.page.exposeFunction("drillPromised", (name) => this.promised.push(name));
    await this.page.addInitScript(install);
    if (this.#prelude) await this.page.addInitScript(this.#prelude);
  }

  async goes(address) {
    await this.page.goto(new URL(address, this.server.origin).href);
  }

  async follows(link, inviter) {
    // Only the fragment differs, so without leaving the page nothing would be loaded.
    await this.page.goto("about:blank");
    await this.goes(new URL(link).pathname + new URL(link).hash);
    await this.page.getByRole("textbox", { name: "Your name", exact: true }).fill(this.name);
    await this.page.getByRole("button", { name: `Start chatting with ${inviter}` }).click();
    await this.conversation(inviter).waitFor();
  }

  /** The next texts to write, each with a name of its own at both ends. */
  texts(count) {
    return Array.from({ length: count }, () => {
      this.#count.written += 1;
      const name = `${this.name[0]}-${this.#count.written}`;
      const filler = FILLER.slice(0, 10 + ((this.#count.written * 7) % (FILLER.length - 10)));
      return `${name} ${filler.trim()} ~${name}`;
    });
  }

  /** What the next message to write will be called. */
  nextName() {
    return `${this.name[0]}-${this.#count.written + 1}`;
  }

  /** Writes so many; what was promised is in `promised`, also when this ends early. */
  async writesMany(count, patience = 20_000) {
    const given = [this.texts(count), patience];
    const written = this.page.evaluate(([texts, ms]) => globalThis.drill.writeAll(texts, ms), given);
    // A page whose process died may never say so.
    let timer;
    const silent = new Promise((_, refuse) => {
      const none = new Error(`${this.name}'s page does not answer`);
      timer = setTimeout(refuse, count * patience, none);
    });
    await Promise.race([written, silent]).finally(() => clearTimeout(timer));
  }

  /** The chat as it is shown, oldest first. */
  async walks() {
    // What is not drawn does not scroll.
    await this.page.bringToFront();
    return this.page.evaluate(() => globalThis.drill.walk());
  }

  async showsSoon(name, patience) {
    const shown = (name) => globalThis.drill.has(name);
    await this.page.waitForFunction(shown, name, { timeout: patience, polling: 50 });
  }
}

/** Two people with an open chat, each with it on the screen. */
export async function introduce(one, other) {
  await one.begins();
  await other.follows(await one.invites(), one.name);
  await one.opensChatWith(other.name);
  const [hello] = one.texts(1);
  await one.writes(hello);
  one.promised.push(hello.split(" ", 1)[0]);
  await other.showsSoon(one.promised[0], 30_000);
}

export { eventually };
