// How the interface behaves in a real browser, over the preview's fixtures.
//
//   node tests/ui/check.mjs [words of a test's name]

import assert from "node:assert/strict";
import { build, chat, launch, serve } from "./preview.mjs";
import { layout } from "./layout.mjs";
import { messages } from "./messages.mjs";
import { reading } from "./reading.mjs";
import { trouble } from "./trouble.mjs";

build();
const { origin, close } = await serve();
const browser = await launch();
const tests = [];
const test = (name, run, options = {}) => tests.push({ name, run, options });

const open = async (page, scene, hash, wait) => {
  await page.goto(`${origin}/?scene=${scene}${hash}`);
  await page.waitForSelector(wait ?? "#app > *", { state: "attached" });
};
const bottomGap = (page) =>
  page.$eval(".scroller", (s) => s.scrollHeight - s.scrollTop - s.clientHeight);
const until = async (what, read, good) => {
  let seen;
  for (let n = 0; n < 200; n += 1) {
    seen = await read();
    if (good(seen)) return seen;
    await new Promise((resume) => setTimeout(resume, 50));
  }
  assert.fail(`${what}: last seen ${JSON.stringify(seen)}`);
};
const field = (page) => page.getByRole("textbox", { name: "Message", exact: true });

test("everything scripts and screen readers rely on has its name", async (page) => {
  await open(page, "first", "#/");
  await page.getByRole("textbox", { name: "Your name", exact: true }).fill("Carol");
  await page.getByRole("button", { name: "Start chatting", exact: true }).click();
  await page.getByRole("button", { name: "New chat", exact: true }).click();
  await page.getByRole("link", { name: "Settings", exact: true }).waitFor();
  await page.getByRole("link", { name: "Servers", exact: true }).waitFor();
  assert.match(await page.getByRole("textbox", { name: "My invite link", exact: true }).inputValue(), /^http.*\/#\/i\/.+/);
  await page.getByRole("button", { name: "Copy my invite link", exact: true }).waitFor();
  await page.getByRole("img", { name: "My invite QR code", exact: true }).waitFor();
  await page.getByRole("textbox", { name: "Invite link", exact: true }).fill("#/i/alice");
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await page.getByRole("region", { name: "Conversation with Alice Adams", exact: true }).waitFor();
  await page.getByRole("log", { name: "Messages", exact: true }).waitFor();
  assert.equal(await page.getByRole("navigation", { name: "Chats", exact: true }).getByRole("link").count(), 1);
  await field(page).fill("hello");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  const article = page.getByRole("article").filter({ hasText: "hello" });
  for (const state of ["Sending", "Sent", "Delivered", "Read"]) {
    await article.getByRole("img", { name: state, exact: true }).waitFor();
  }
  await page.getByRole("link", { name: "Servers", exact: true }).click();
  const rows = page.getByRole("list", { name: "Servers", exact: true }).getByRole("listitem");
  assert.match(await rows.first().innerText(), /wss:\/\/relay\.example\.org\/[^]*connected/);
  await page.getByRole("textbox", { name: "Server address", exact: true }).fill("wss://hello");
  await page.getByRole("button", { name: "Add server", exact: true }).click();
  await page.getByText("A server’s address starts with").waitFor();
});

test("a message request is answered by two buttons", async (page) => {
  await open(page, "busy", chat(2), ".request");
  await page.getByRole("button", { name: "Decline", exact: true }).waitFor();
  await page.getByRole("button", { name: "Accept", exact: true }).click();
  await field(page).waitFor();
});

test("a followed invite leaves the address bar and opens its chat", async (page) => {
  await open(page, "invite", "#/i/alice", ".arrival-title");
  assert.ok(!page.url().includes("alice"));
  const button = page.getByRole("button", { name: "Start chatting with Alice Adams", exact: true });
  await button.click();
  await page.getByText("Write your name, in at most 64 characters.").waitFor();
  await page.getByRole("textbox", { name: "Your name", exact: true }).fill("Carol");
  await button.click();
  await page.getByRole("region", { name: "Conversation with Alice Adams" }).waitFor();
  assert.match(page.url(), /#\/chat\/[0-9a-f]{32}$/);
});

test("older pages arrive without moving what is being read", async (page) => {
  await open(page, "busy", chat(0), ".message");
  await until("at the newest message", () => bottomGap(page), (gap) => gap < 2);
  await page.waitForTimeout(200);
  for (let n = 0; n < 4; n += 1) {
    const before = await page.$$eval("[data-place]", (rows) => Number(rows[0].dataset.place.split("-")[1]));
    const drift = await page.evaluate(async () => {
      const scroller = document.querySelector(".scroller");
      scroller.scrollTop = 600;
      const top = scroller.getBoundingClientRect().top;
      const row = [...document.querySelectorAll("[data-place]")].find((r) => r.getBoundingClientRect().bottom > top);
      const at = row.getBoundingClientRect().top;
      // What is painted: an observer made later than the app's runs after it has put things right.
      let worst = 0;
      const look = () => { worst = Math.max(worst, Math.abs(row.getBoundingClientRect().top - at)); };
      const observer = new ResizeObserver(look);
      observer.observe(document.querySelector(".log"));
      await new Promise((resume) => setTimeout(resume, 400));
      observer.disconnect();
      look();
      return worst;
    });
    assert.ok(drift <= 1.5, `the text moved by ${drift} pixels`);
    const after = await page.$$eval("[data-place]", (rows) => Number(rows[0].dataset.place.split("-")[1]));
    if (before === 0) break;
    assert.ok(after < before, `older messages were fetched (${before} → ${after})`);
  }
  await page.$eval(".scroller", (s) => { s.scrollTop = 0; });
  await page.getByText("Only you and Alice Adams can read").waitFor();
  await page.getByRole("button", { name: "Go to the newest message" }).click();
  await until("back at the newest", () => bottomGap(page), (gap) => gap < 2);
});

test("Enter sends, Shift+Enter breaks, composing does neither", async (page) => {
  await open(page, "busy", chat(0), ".message");
  await field(page).fill("one");
  await field(page).press("Shift+Enter");
  await page.keyboard.type("two");
  await page.$eval(".composer-field", (area) =>
    area.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", isComposing: true, bubbles: true, cancelable: true })));
  assert.equal(await field(page).inputValue(), "one\ntwo");
  await field(page).press("Enter");
  await until("the composer is empty", () => field(page).inputValue(), (text) => text === "");
  const last = page.getByRole("article").last();
  await until("its message is the last", () => last.innerText(), (text) => /^one\ntwo/.test(text));
  await until("its message is on screen", () => bottomGap(page), (gap) => gap < 2);
});

test("a draft waits in its chat", async (page) => {
  await open(page, "busy", chat(0), ".message");
  await field(page).fill("not yet");
  await page.getByRole("link", { name: /Dana/ }).click();
  await page.getByRole("region", { name: "Conversation with Dana" }).waitFor();
  assert.equal(await field(page).inputValue(), "");
  await page.goBack();
  await page.getByRole("region", { name: "Conversation with Alice Adams" }).waitFor();
  assert.equal(await field(page).inputValue(), "not yet");
});

test("the unread line is in view and reading clears the count", async (page) => {
  await open(page, "busy", chat(4), ".unread-line");
  const inside = () => page.$eval(".unread-line", (line) => {
    const box = line.getBoundingClientRect();
    const frame = line.closest(".scroller").getBoundingClientRect();
    return box.top >= frame.top && box.bottom <= frame.bottom;
  });
  await until("the line is on screen", inside, Boolean);
  await page.getByRole("button", { name: "Go to the newest message" }).click();
  const row = page.getByRole("link", { name: /Omar/ });
  await until("nothing is unread", () => row.locator(".badge").count(), (count) => count === 0);
});

test("other people’s texts stay texts", async (page) => {
  await open(page, "busy", chat(8), ".message");
  await page.getByRole("article").filter({ hasText: "<script>alert(1)</script>" }).waitFor();
  assert.equal(await page.locator("#app script, #app .text b").count(), 0);
});

test("addresses nobody made lead to the list, and back works", async (page) => {
  await open(page, "busy", "#/no/such/page", ".nothing-open");
  await page.getByRole("link", { name: "Settings", exact: true }).click();
  await page.getByRole("switch", { name: "Read receipts" }).waitFor();
  await page.reload();
  await page.getByRole("switch", { name: "Read receipts" }).waitFor();
  await page.goBack();
  await page.waitForSelector(".nothing-open");
  await page.goto(`${origin}/?scene=busy${chat(77)}`);
  await page.getByText("This chat is not on this device.").waitFor();
});

test("a stop is explained in the person’s language, its detail folded away", async (page) => {
  const words = [
    ["en", "Zajil had to stop", "What was saved is still on this device.", "For a bug report"],
    ["ar", "اضطُر زاجل إلى التوقف", "ما حُفظ ما زال على هذا الجهاز.", "لمن يريد الإبلاغ عن خلل"],
  ];
  for (const [language, title, story, summary] of words) {
    await open(page, "stopped", "#/", ".detail");
    await page.evaluate((tag) => localStorage.setItem("zajil.language", tag), language);
    await page.reload();
    await page.getByRole("heading", { name: title, exact: true }).waitFor();
    await page.getByText(story).waitFor();
    const detail = page.getByText("store: the database could not be opened");
    assert.ok(!(await detail.isVisible()));
    await page.getByText(summary, { exact: true }).click();
    await detail.waitFor();
  }
});

test("language and theme are changed in the settings and remembered", async (page) => {
  await open(page, "busy", "#/settings");
  await page.getByRole("combobox", { name: "Theme" }).selectOption("dark");
  await page.getByRole("combobox", { name: "Language" }).selectOption("ar");
  await page.getByRole("heading", { name: "المحادثات" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "المحادثات" }).waitFor();
  assert.deepEqual(await page.evaluate(() => [document.documentElement.dir, document.documentElement.lang, document.documentElement.dataset.theme]), ["rtl", "ar", "dark"]);
  const kept = await page.evaluate(() => Object.keys(localStorage).sort());
  assert.deepEqual(kept, ["zajil.begun", "zajil.language", "zajil.theme"]);
});

test("on a phone one column is shown and Enter breaks the line", async (page) => {
  await open(page, "busy", "#/", ".row");
  assert.ok(!(await page.locator(".pane").isVisible()));
  await page.getByRole("link", { name: /Dana/ }).click();
  await page.getByRole("region", { name: "Conversation with Dana" }).waitFor();
  assert.ok(!(await page.locator(".side").isVisible()));
  await field(page).fill("one");
  await field(page).press("Enter");
  assert.equal(await field(page).inputValue(), "one\n");
  await page.getByRole("link", { name: "Back to chats" }).click();
  await page.locator(".side").waitFor();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
}, { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });

layout({ test, open, field });
messages({ test, open, until, field });
reading({ test, open, until, field });
trouble({ test, open, until, field });

const wanted = process.argv.slice(2).join(" ");
const chosen = tests.filter(({ name }) => name.includes(wanted));
let failed = 0;
for (const { name, run, options } of chosen) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(8000);
  const faults = [];
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(String(error)));
  try {
    await run(page);
    assert.deepEqual(faults, []);
    console.log(`ok      ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n${error.stack}\n${faults.join("\n")}`);
  }
  await context.close();
}
await browser.close();
close();
console.log(`${chosen.length - failed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
