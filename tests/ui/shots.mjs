// Photographs every screen of the interface preview, for people to look at:
// two sizes, light and dark, English and Arabic. Pictures go to target/shots; a
// console error or a breach of the policy fails the run.
//
//   node tests/ui/shots.mjs            build, then all pictures
//   node tests/ui/shots.mjs chat ar    only pictures whose name holds every word
//   NO_BUILD=1 …                       the last build again

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { build, chat, launch, root, serve } from "./preview.mjs";

const shots = join(root, "target/shots");
const SCENES = [
  { name: "first", query: "first", hash: "#/" },
  { name: "arrival", query: "invite", hash: "#/i/alice", wait: ".arrival-title" },
  { name: "empty", query: "empty", hash: "#/" },
  { name: "list", query: "busy", hash: "#/" },
  { name: "chat", query: "busy", hash: chat(0), wait: ".message" },
  { name: "lost", query: "single", hash: chat(3), wait: ".message", act: (page) => lose(page) },
  { name: "unread", query: "busy", hash: chat(4), wait: ".message" },
  { name: "away", query: "away", hash: chat(4), wait: ".unread-line" },
  { name: "hostile", query: "busy", hash: chat(8), wait: ".message" },
  { name: "request", query: "busy", hash: chat(2), wait: ".request" },
  { name: "connecting", query: "busy", hash: chat(5), wait: ".system" },
  { name: "new", query: "busy", hash: "#/new", wait: ".qr" },
  { name: "servers", query: "busy", hash: "#/servers", wait: ".server" },
  { name: "settings", query: "busy", hash: "#/settings" },
  { name: "outage", query: "outage", hash: chat(3), wait: ".strip" },
  { name: "full", query: "full", hash: chat(3), wait: ".strip" },
  { name: "heldup", query: "full", hash: chat(3), wait: ".strip", act: (page) => wait(page) },
  { name: "down", query: "outage", hash: chat(9), wait: ".failed", act: (page) => again(page) },
  { name: "last", query: "alone", hash: "#/servers", wait: ".server", act: (page) => last(page) },
  { name: "roving", query: "busy", hash: chat(0), wait: ".tell", act: (page) => rove(page) },
  { name: "allcut", query: "busy", hash: "#/servers", wait: ".server", act: (page) => all(page) },
  { name: "login", query: "busy", hash: "#/servers", wait: ".server", act: (page) => login(page) },
  { name: "alone", query: "alone", hash: "#/servers", wait: ".server" },
  { name: "remove", query: "alone", hash: "#/servers", wait: ".server", act: (page) => page.locator(".server .button-icon").first().click() },
  { name: "practise", query: "busy", hash: "#/servers", wait: ".server", act: (page) => choose(page) },
  { name: "practising", query: "busy", hash: "#/servers", wait: ".server", act: (page) => cut(page) },
  { name: "practised", query: "busy", hash: chat(0), wait: ".message", act: (page) => over(page) },
  { name: "story", query: "busy", hash: chat(0), wait: ".tell", act: (page) => page.locator(".tell").nth(-4).click() },
  { name: "unsent", query: "busy", hash: chat(9), wait: ".failed" },
  { name: "notsent", query: "busy", hash: chat(9), wait: ".failed", act: (page) => page.locator(".tell").last().click() },
  { name: "gaps", query: "gaps", hash: chat(0), wait: ".gap" },
  { name: "late", query: "late", hash: chat(0), wait: ".jump-up" },
  { name: "fetching", query: "fetching", hash: chat(3), wait: ".strip", settle: 1500 },
  { name: "changing", query: "changing", hash: chat(3), wait: ".strip", settle: 1500 },
  { name: "readonly", query: "readonly", hash: chat(3), wait: ".strip" },
  { name: "evicted", query: "evicted", hash: "#/", begun: true, wait: ".arrival-title" },
  ...["", "-unsupported", "-unavailable", "-unreadable", "-newer", "-gone"].map((reason) => (
    { name: `stopped${reason.replace("-", "_")}`, query: `stopped${reason}`, hash: "#/", wait: ".detail" })),
  { name: "broken", query: "breaking", hash: chat(3), wait: ".message", act: (page) => stop(page) },
  { name: "guest", query: "guest", hash: "#/servers", wait: ".server" },
  { name: "offered", query: "guest", hash: "#/servers", wait: ".server", act: (page) => choose(page) },
  { name: "unlist", query: "busy", hash: "#/servers", wait: ".server", act: (page) => page.locator(".server .button-icon").first().click() },
  { name: "renewed", query: "busy", hash: "#/new", wait: ".qr", act: (page) => page.locator(".invite .button-text").click() },
  { name: "silent", query: "busy", hash: "#/servers", wait: ".server", act: (page) => silent(page) },
  { name: "emoji", query: "busy", hash: chat(3), wait: ".message", act: (page) => emoji(page) },
  { name: "upward", query: "busy", hash: chat(0), wait: ".message", act: (page) => page.locator(".scroller").evaluate((it) => { it.scrollTop -= 700; }) },
  { name: "loading", query: "loading", hash: "#/", begun: true, settle: 2600 },
];
const choose = (page) => page.locator(".panel .button:not([type=submit])").click();
const cut = async (page) => {
  await choose(page);
  await page.locator(".dialog .button-main").click();
  await page.waitForSelector(".strip");
};
// The result stands over a chat, and leaves what is written there free.
const over = async (page) => {
  await page.goto(page.url().replace(/#.*/, "#/servers"));
  await cut(page);
  await page.goto(page.url().replace(/#.*/, chat(0)));
  await page.locator(".strip .button-text").click();
  await page.locator(".notice").waitFor();
};
const wait = async (page) => {
  for (const text of ["See you at the bridge, seven o’clock.", "أحضر المفتاح معك"]) {
    await page.locator("textarea").fill(text);
    await page.locator(".send").click();
  }
  await page.locator("textarea").fill("And the");
  await page.waitForSelector(".held");
};
const again = async (page) => {
  await page.locator(".tell").last().click();
  await page.locator("dialog .ways button").first().click();
};
const last = async (page) => {
  for (const nth of [1, 0]) await page.locator(".server .button-icon").nth(nth).click();
};
const rove = async (page) => {
  await page.locator(".log").focus();
  for (let n = 0; n < 5; n += 1) await page.keyboard.press("ArrowUp");
};
const all = async (page) => {
  await choose(page);
  await page.locator("dialog .switch").first().check();
};
const login = async (page) => {
  await page.locator("#server-address").fill("wss://user:pw@relay.example");
  await page.locator(".line-form button").click();
};
// The one server that the chat lives on is cut; others work.
const lose = async (page) => {
  await page.evaluate(() => { location.hash = "#/servers"; });
  await page.locator(".panel .button:not([type=submit])").click();
  await page.locator(".dialog .button-main").click();
  await page.waitForSelector(".strip");
  await page.evaluate((hash) => { location.hash = hash; }, chat(3));
  await page.waitForSelector(".conversation .strip");
};
const DRAFT = `${"x".repeat(200)}\nكنت أكتب إليك هذا حين توقف كل شيء.`;
const stop = async (page) => {
  await page.locator("textarea").fill(DRAFT);
  await page.locator(".send").click();
  await page.waitForSelector(".saved-draft");
};
const emoji = async (page) => {
  for (const text of ["👍", "تمام", "Fine"]) {
    await page.locator("textarea").fill(text);
    await page.locator(".send").click();
    await page.locator(".message", { hasText: text }).last().waitFor();
  }
};
const silent = async (page) => {
  await page.locator("#server-address").fill("wss://silent.example");
  await page.locator(".line-form button").click();
  await page.locator(".advice .button-text").last().waitFor();
  await page.locator(".advice .button-text").last().scrollIntoViewIfNeeded();
};
const SIZES = { wide: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };

const wanted = process.argv.slice(2);
build();
mkdirSync(shots, { recursive: true });
const { origin, close } = await serve();
const browser = await launch();
const faults = [];
for (const [size, viewport] of Object.entries(SIZES)) {
  for (const theme of ["light", "dark"]) {
    for (const locale of ["en", "ar"]) {
      const phone = size === "phone";
      const context = await browser.newContext({ viewport, colorScheme: theme, locale, deviceScaleFactor: phone ? 2 : 1, hasTouch: phone, isMobile: phone });
      for (const scene of SCENES) {
        const name = [scene.name, size, theme, locale].join("-");
        if (!wanted.every((word) => name.split("-").includes(word))) continue;
        const page = await context.newPage();
        page.on("console", (message) => message.type() === "error" && faults.push(`${name}: ${message.text()}`));
        page.on("pageerror", (error) => faults.push(`${name}: ${error}`));
        if (scene.begun) await page.addInitScript(() => localStorage.setItem("zajil.begun", "1"));
        await page.goto(`${origin}/?scene=${scene.query}${scene.hash}`);
        try {
          await page.waitForSelector(scene.wait ?? "#app > *", { timeout: 15000, state: "attached" });
        } catch (error) {
          faults.push(`${name}: ${error.message.split("\n")[0]}`);
        }
        await scene.act?.(page).catch((error) => faults.push(`${name}: ${error.message.split("\n")[0]}`));
        await page.evaluate(() => document.fonts.ready);
        await page.waitForTimeout(scene.settle ?? 350);
        await page.screenshot({ path: join(shots, `${name}.png`) });
        await page.close();
      }
      await context.close();
    }
  }
}
await browser.close();
close();
console.log(faults.length ? faults.join("\n") : "no faults");
process.exitCode = faults.length ? 1 : 0;
