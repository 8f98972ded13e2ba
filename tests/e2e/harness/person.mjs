// Somebody with a browser of their own, who sees what assistive technology sees:
// everything is found by its role and name.

import assert from "node:assert/strict";
import { Watch } from "./watch.mjs";

const PATIENCE = 30_000;

export class Person {
  constructor(name, server, context, watch) {
    Object.assign(this, { name, server, context, watch });
  }

  static async arrives(name, server, browser, engine) {
    const context = await browser.newContext({ ...engine.context, locale: "en-GB" });
    context.setDefaultTimeout(PATIENCE);
    const watch = new Watch(() => server.wasDown);
    await watch.over(context);
    const person = new Person(name, server, context, watch);
    await person.opens();
    return person;
  }

  /** Opens a tab at an address of the app. */
  async opens(address = "/") {
    this.page = await this.context.newPage();
    await this.page.goto(new URL(address, this.server.origin).href);
  }

  /** Closes the tab; what the browser stored stays. */
  async leaves() {
    await this.page.close();
  }

  async reloads() {
    await this.page.reload();
  }

  async begins() {
    await this.page.getByRole("textbox", { name: "Your name", exact: true }).fill(this.name);
    await this.page.getByRole("button", { name: "Start chatting", exact: true }).click();
    await this.chats().waitFor();
  }

  async invites() {
    await this.page.getByRole("button", { name: "New chat", exact: true }).click();
    const field = this.page.getByRole("textbox", { name: "My invite link", exact: true });
    await field.waitFor();
    return eventually("an invite link", async () => {
      const link = await field.inputValue();
      return link.startsWith(`${this.server.origin}/#/i/`) && link;
    });
  }

  /** Follows a link as a new person does: a name, and one is in. */
  async follows(link, inviter) {
    await this.leaves();
    await this.opens(link);
    await this.page.getByRole("textbox", { name: "Your name", exact: true }).fill(this.name);
    await this.page.getByRole("button", { name: `Start chatting with ${inviter}` }).click();
    await this.conversation(inviter).waitFor();
  }

  async opensChatWith(other) {
    await this.chats().getByRole("link", { name: new RegExp(other) }).click();
    await this.conversation(other).waitFor();
  }

  async accepts() {
    await this.page.getByRole("button", { name: "Accept", exact: true }).click();
  }

  async writes(text) {
    const field = this.page.getByRole("textbox", { name: "Message", exact: true });
    await field.fill(text);
    await this.page.getByRole("button", { name: "Send", exact: true }).click();
    await this.message(text).waitFor();
    await eventually("an empty composer", async () => (await field.inputValue()) === "");
  }

  async reads(text) {
    await this.message(text).first().waitFor();
  }

  /** Waits until an own message bears one of the marks, and says which. */
  async sees(text, ...marks) {
    return eventually(`${marks.join(" or ")} on "${text}"`, async () => {
      for (const mark of marks) if (await this.hasMark(text, mark)) return mark;
      return undefined;
    });
  }

  async hasMark(text, mark) {
    const message = this.message(text);
    const image = message.getByRole("img", { name: mark, exact: true });
    return (await image.or(message.getByText(mark, { exact: true })).count()) > 0;
  }

  /** The texts of all messages in the open conversation. */
  async texts(among) {
    const log = this.page.getByRole("log", { name: "Messages", exact: true });
    const articles = await log.getByRole("article").allInnerTexts();
    // In the log's order; what stands in one bubble with another shows as one.
    const said = articles.map((article) => among.filter((text) => article.includes(text)).join(""));
    return said.filter((text) => text !== "");
  }

  async count(text) {
    return this.message(text).count();
  }

  chats() {
    return this.page.getByRole("navigation", { name: "Chats", exact: true });
  }

  conversation(other) {
    return this.page.getByRole("region", { name: `Conversation with ${other}`, exact: true });
  }

  message(text) {
    const log = this.page.getByRole("log", { name: "Messages", exact: true });
    return log.getByRole("article").filter({ hasText: text });
  }

  /** What is on the screen and what the browser said, for whoever reads a failure. */
  async story() {
    const screen = await this.page.locator("body").ariaSnapshot().catch(String);
    return `${this.name} at ${this.page.url()} sees:\n${screen}\n${this.watch.peek().join("\n")}`;
  }

  /** Nothing went wrong in this browser that a person does not see. */
  assertNoComplaints() {
    assert.deepEqual(this.watch.take(), [], `${this.name}'s browser complained`);
  }
}

/** Asks again until the answer is truthy. */
export async function eventually(what, ask) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resume) => setTimeout(resume, 50));
  }
}
