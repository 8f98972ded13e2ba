// Where a conversation opens, and going through it by keyboard.

import assert from "node:assert/strict";
import { chat } from "./preview.mjs";

export function reading({ test, open, until, field }) {
  const focused = (page) => page.evaluate(() => {
    const { tagName, className, dataset } = document.activeElement;
    return { tag: tagName, log: className === "log", place: Number(dataset.place?.split("-")[1] ?? -1) };
  });
  const places = (page) => page.$$eval("[data-place]", (rows) => rows.map((row) => Number(row.dataset.place.split("-")[1])));

  test("hundreds of unread messages begin at the unread line and count as read once they were seen", async (page) => {
    const all = 346;
    await open(page, "away", chat(4), ".unread-line");
    const look = () => page.$eval(".scroller", (scroller) => {
      const frame = scroller.getBoundingClientRect();
      const line = scroller.querySelector(".unread-line").getBoundingClientRect();
      const rows = [...scroller.querySelectorAll(".message")].map((row) => ({ ...row.getBoundingClientRect().toJSON(), mine: row.matches(".outgoing") }));
      const behind = rows.filter((row) => row.top > line.bottom && row.bottom <= frame.bottom + 1);
      return {
        line: (line.top - frame.top) / frame.height,
        above: rows.filter((row) => row.bottom < line.top && row.top > frame.top).length,
        seen: behind.filter((row) => !row.mine).length,
      };
    });
    const seen = await until("the line is a third down", look, ({ line }) => Math.abs(line - 1 / 3) < 0.05);
    assert.ok(seen.above >= 2 && seen.seen >= 3, JSON.stringify(seen));
    const jump = page.getByRole("button", { name: "Go to the newest message" });
    const row = page.getByRole("navigation", { name: "Chats", exact: true }).getByRole("link", { name: /Omar/ });
    for (const badge of [jump.locator(".badge"), row.locator(".badge")]) {
      await until("all but what is seen is unread", () => badge.innerText(), (text) => Number(text) === all - seen.seen);
    }
    await page.$eval(".scroller", (scroller) => { scroller.scrollTop += 400; });
    const further = await until("more was seen", look, (now) => now.seen > seen.seen);
    await until("and that counts", () => row.locator(".badge").innerText(), (text) => Number(text) === all - further.seen);
    // All the way down, page after page: nothing is left out.
    const jumpTo = async () => {
      await page.$eval(".scroller", (scroller) => { scroller.scrollTop = scroller.scrollHeight; });
      return (await places(page)).at(-1);
    };
    await until("the newest message is there", jumpTo, (last) => last === 613);
    const held = await places(page);
    assert.deepEqual(held, held.map((_, nth) => held[0] + nth), "without a hole");
    await until("all was read", () => row.locator(".badge").count(), (count) => count === 0);
  });

  // Where days end decides how high a page is: one as high as the page that leaves changes no size.
  for (const timezoneId of [0, 4, 8, 12, -4, -8].map((hours) => `Etc/GMT${hours < 0 ? "" : "+"}${hours}`)) {
    test(`whoever scrolls down comes to the newest message, in ${timezoneId}`, async (page) => {
      await open(page, "away", chat(4), ".unread-line");
      const down = async () => {
        await page.$eval(".scroller", (scroller) => { scroller.scrollTop = scroller.scrollHeight; });
        return (await places(page)).at(-1);
      };
      await until("the newest message is there", down, (last) => last === 613);
    }, { timezoneId });
  }

  test("the log is one stop for Tab, arrows go through it, and Enter tells a story", async (page) => {
    await open(page, "busy", chat(0), ".message");
    await until("it has opened", () => page.evaluate(() => document.activeElement.className), (name) => name === "composer-field");
    const before = await places(page);
    await page.keyboard.press("Shift+Tab");
    assert.ok((await focused(page)).log, "the log, and nothing in it");
    await page.keyboard.press("Tab");
    assert.equal((await focused(page)).tag, "TEXTAREA");
    await page.keyboard.press("Shift+Tab");
    assert.deepEqual(await places(page), before, "nothing was fetched for that");
    await page.keyboard.press("ArrowUp");
    assert.equal((await focused(page)).place, 313, "the newest that is seen");
    for (const place of [312, 311, 310]) {
      await page.keyboard.press("ArrowUp");
      assert.equal((await focused(page)).place, place);
    }
    await page.keyboard.press("ArrowDown");
    assert.equal((await focused(page)).place, 311);
    await page.keyboard.press("Enter");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Where this message is", exact: true });
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    assert.equal((await focused(page)).place, 310, "the keyboard is back where it was");
    await page.keyboard.press("Tab");
    assert.equal((await focused(page)).tag, "TEXTAREA");
  });

  test("the keyboard stays in the log while pages come and go", async (page) => {
    await open(page, "busy", chat(0), ".message");
    await page.locator(".log").focus();
    let last = 314;
    for (let n = 0; n < 130; n += 1) {
      await page.keyboard.press("ArrowUp");
      const next = () => focused(page);
      // At the top of what is there the next page may be on its way.
      const { tag, place } = await next();
      assert.equal(tag, "ARTICLE", `after ${last}`);
      assert.ok(place === last - 1 || place === last, `${last} → ${place}`);
      last = place;
    }
    assert.ok(last < 234, `older pages were reached (${last})`);
    // One that is drawn anew, or goes, under the keyboard.
    await page.evaluate(() => document.activeElement.remove());
    await page.$eval(".log", (log) => { log.style.paddingBlockEnd = "40px"; });
    await until("it is not lost", () => focused(page), ({ tag, log }) => log || tag === "ARTICLE");
  });

  test("a long text without a space is folded, and unfolds by keyboard", async (page) => {
    await open(page, "busy", chat(3), ".message");
    for (const text of ["x".repeat(3000), `stay ${"y".repeat(3000)}`]) {
      await field(page).fill(text);
      await field(page).press("Enter");
      const message = page.getByRole("article").last();
      await message.getByRole("button", { name: "Show all" }).waitFor();
      const shown = () => message.locator(".text").innerText();
      assert.ok(/^[xy]/.test(text[6]) && (await shown()).length > 1900 && (await shown()).length < 2200);
      await message.focus();
      await page.keyboard.press("Enter");
      await until("all of it is there", shown, (words) => words.includes(text));
      assert.equal((await focused(page)).tag, "ARTICLE");
    }
  });
}
