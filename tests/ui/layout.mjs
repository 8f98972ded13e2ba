// What fits where: nothing is off the screen, over what is needed, or at the wrong side.

import assert from "node:assert/strict";
import { chat } from "./preview.mjs";

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

export function layout({ test, open, field }) {
  const arabic = (page) => page.addInitScript(() => localStorage.setItem("zajil.language", "ar"));
  const box = (locator) => locator.evaluate((element) => element.getBoundingClientRect().toJSON());

  test("what was being written when it had to stop stays on the screen, as it was written", async (page) => {
    const text = `${"x".repeat(200)}\nكنت أكتب إليك هذا حين توقف كل شيء، فاحتفظ به من فضلك.`;
    await open(page, "breaking", chat(3), ".message");
    await field(page).fill(text);
    await page.getByRole("button", { name: "Send", exact: true }).click();
    const draft = page.locator(".saved-draft");
    assert.equal(await draft.innerText(), text);
    const fonts = await draft.evaluate((it) => [it, document.body].map((one) => getComputedStyle(one).fontFamily));
    assert.equal(fonts[0], fonts[1]);
    for (const it of [draft, page.getByRole("heading"), page.getByRole("button", { name: "Reload", exact: true })]) {
      const { left, right } = await box(it);
      assert.ok(left >= 0 && right <= 390, `${left} to ${right}`);
    }
  }, PHONE);

  test("every page opens at its top", async (page) => {
    await open(page, "busy", "#/servers", ".server");
    await page.locator(".server, .panel .button").last().scrollIntoViewIfNeeded();
    const title = page.getByRole("heading", { name: "You", exact: true });
    await page.evaluate(() => { location.hash = "#/settings"; });
    await title.waitFor();
    const { top } = await box(title);
    assert.ok(top > 60 && top < 140, `${top}`);
  }, { viewport: { width: 1280, height: 500 } });

  for (const [name, options] of [["on a phone", PHONE], ["beside the list", {}]]) {
    test(`a notice covers nothing, ${name}`, async (page) => {
      await open(page, "busy", "#/new", ".qr");
      await page.getByRole("button", { name: "Make a new link", exact: true }).click();
      const notice = await box(page.locator(".notice"));
      for (const it of [page.locator(".pane .bar"), page.getByRole("heading", { name: "Share your link" })]) {
        const { top } = await box(it);
        assert.ok(top >= notice.bottom, `${top} and ${notice.bottom}`);
      }
      const foot = await page.$eval(".screen", (screen) => screen.getBoundingClientRect().bottom);
      assert.equal(foot, page.viewportSize().height, "and pushes nothing out");
    }, options);
  }

  for (const [outer, begin] of [["right", () => {}], ["left", arabic]]) {
    test(`the mark of an emoji alone is at the bubble’s outer side, ${outer}`, async (page) => {
      await begin(page);
      await open(page, "busy", chat(3), ".message");
      for (const text of ["👍", "🇪🇬 123"]) {
        await page.locator("textarea").fill(text);
        await page.locator(".send").click();
        const message = page.getByRole("article").filter({ hasText: text }).last();
        const parts = [".bubble", ".mark", "time"].map((part) => box(message.locator(part)));
        const [bubble, mark, time] = await Promise.all(parts);
        assert.ok(Math.abs(bubble[outer] - mark[outer]) < 16, `${text}: ${bubble[outer]} and ${mark[outer]}`);
        assert.equal(mark.left > time.left, outer === "right");
      }
    });
  }

  test("the way to the newest message lies over no mark of one’s own messages", async (page) => {
    await open(page, "busy", chat(0), ".message");
    await page.$eval(".scroller", (scroller) => { scroller.scrollTop -= 700; });
    const jump = page.getByRole("button", { name: "Go to the newest message" });
    await jump.waitFor();
    const { left, right } = await box(jump);
    // A text that reads the other way has its mark at the other side.
    const metas = await page.$$eval(".outgoing .meta", (all) =>
      all.filter((meta) => getComputedStyle(meta).direction === "ltr").map((meta) => meta.getBoundingClientRect().toJSON()));
    assert.ok(metas.length > 3 && metas.every((meta) => meta.left >= right || meta.right <= left), `${left} to ${right}`);
  }, PHONE);
}
