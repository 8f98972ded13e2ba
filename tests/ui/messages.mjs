// What becomes of messages, as the conversation shows it: stories, late ones, missing ones.

import assert from "node:assert/strict";
import { chat } from "./preview.mjs";

export function messages({ test, open, until, field }) {
  const dialog = (page) => page.getByRole("dialog", { name: "Where this message is", exact: true });
  const article = (page, text) => page.getByRole("article").filter({ hasText: text });

  test("a tick tells the whole story, by mouse and by keyboard", async (page) => {
    await open(page, "busy", chat(0), ".message");
    const message = article(page, "Tell them to bring a chair each");
    await message.getByRole("img", { name: "Sent", exact: true }).waitFor();
    const tick = message.getByRole("button", { name: "Where this message is", exact: true });
    await tick.click();
    const rows = dialog(page).getByRole("listitem");
    await rows.first().waitFor();
    const told = await rows.allInnerTexts();
    assert.match(told[0], /wss:\/\/relay\.example\.org\/[^]*read back/);
    assert.match(told[1], /says it keeps it/);
    assert.match(told[2], /not heard from yet/);
    assert.match(told[3], /refused it/);
    await dialog(page).getByText("Whether it reached Alice Adams is not known yet").waitFor();
    assert.equal(await dialog(page).getByRole("button", { name: "Take back" }).count(), 0);
    await page.keyboard.press("Escape");
    await dialog(page).waitFor({ state: "detached" });
    assert.ok(await tick.evaluate((button) => button === document.activeElement), "the keyboard is back");
    await page.keyboard.press("Enter");
    await dialog(page).waitFor();
    await dialog(page).getByRole("button", { name: "Close", exact: true }).click();
    await dialog(page).waitFor({ state: "detached" });
    await article(page, "Of course").getByRole("button").click();
    await dialog(page).getByText("Reached Alice Adams").waitFor();
  });

  test("a story opened again right after it was closed stays open", async (page) => {
    await open(page, "busy", chat(0), ".message");
    const tick = article(page, "Tell them to bring a chair each").getByRole("button", { name: "Where this message is", exact: true });
    await tick.click();
    await dialog(page).waitFor();
    // Before the browser's own word that it was closed, which is a task of its own.
    await tick.evaluate(async (button) => {
      document.querySelector("dialog button").click();
      for (let n = 0; n < 20; n += 1) await null;
      button.click();
    });
    await page.waitForTimeout(100);
    await dialog(page).getByRole("listitem").first().waitFor();
  });

  test("the mark is a button that is seen, has its whole ring, and moves nothing", async (page) => {
    await open(page, "busy", chat(0), ".message");
    const tick = article(page, "Tell them to bring a chair each").getByRole("button", { name: "Where this message is", exact: true });
    const look = () => tick.evaluate((button) => {
      const text = button.closest(".text");
      const [ring, cut] = [button, text].map((element) => element.getBoundingClientRect());
      const style = getComputedStyle(button);
      const room = parseFloat(getComputedStyle(text).overflowClipMargin);
      const reach = parseFloat(style.outlineWidth) + parseFloat(style.outlineOffset);
      return {
        seen: style.backgroundColor !== "rgba(0, 0, 0, 0)" && ring.width >= 20 && ring.height >= 18,
        whole: ring.right + reach <= cut.right + room && ring.bottom + reach <= cut.bottom + room,
        ring: style.outlineStyle,
        scrolled: text.scrollTop,
        at: text.getBoundingClientRect().top,
      };
    });
    const before = await look();
    assert.ok(before.seen);
    await page.keyboard.press("Tab");
    await tick.focus();
    const after = await look();
    assert.ok(after.ring !== "none" && after.whole, JSON.stringify(after));
    await tick.evaluate((button) => button.scrollIntoView({ block: "nearest" }));
    assert.deepEqual([(await look()).scrolled, (await look()).at], [0, before.at]);
  });

  test("names of either script stand beside the face", async (page) => {
    for (const language of ["en", "ar"]) {
      if (language === "ar") await page.addInitScript(() => localStorage.setItem("zajil.language", "ar"));
      await open(page, "busy", "#/", ".row");
      const gaps = await page.$$eval(".row", (rows) => rows.map((row) => {
        const range = document.createRange();
        range.selectNodeContents(row.querySelector(".row-name"));
        const [name, face] = [range, row.querySelector(".avatar")].map((one) => one.getBoundingClientRect());
        return document.dir === "rtl" ? face.left - name.right : name.left - face.right;
      }));
      assert.ok(gaps.every((gap) => gap >= 0 && gap < 20), JSON.stringify(gaps));
    }
  });

  test("a name too long for the header is cut at its own end and stands beside the face", async (page) => {
    await page.addInitScript(() => localStorage.setItem("zajil.language", "ar"));
    for (const n of [9, 7]) {
      await open(page, "busy", chat(n), ".message");
      const [seen, gap] = await page.$eval(".conversation .bar", (bar) => {
        const title = bar.querySelector(".bar-title");
        const range = document.createRange();
        range.selectNodeContents(title);
        const [box, all, face] = [title, range, bar.querySelector(".avatar")].map((one) => one.getBoundingClientRect());
        const text = document.createTreeWalker(title, NodeFilter.SHOW_TEXT).nextNode();
        range.setStart(text, 0);
        range.setEnd(text, 1);
        const first = range.getBoundingClientRect();
        return [first.left >= box.left - 1 && first.right <= box.right + 1, face.left - Math.min(all.right, box.right)];
      });
      assert.ok(seen, "its first letter is seen");
      assert.ok(gap >= 0 && gap < 20, `${gap}`);
    }
  }, { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });

  test("what was not sent is sent again or taken back, where it stands", async (page) => {
    await open(page, "busy", chat(9), ".failed");
    const message = article(page, "Your bicycle is done.");
    await message.getByRole("img", { name: "Not sent", exact: true }).waitFor();
    await message.getByRole("button", { name: "Send now", exact: true }).click();
    await message.getByRole("img", { name: "Sent", exact: true }).waitFor();
    assert.equal(await message.locator(".failed").count(), 0);
    await page.reload();
    await message.getByRole("button", { name: "Where this message is", exact: true }).click();
    await dialog(page).getByText("Taking it back removes it here").waitFor();
    await dialog(page).getByRole("button", { name: "Take back", exact: true }).click();
    await dialog(page).waitFor({ state: "detached" });
    await until("the message is gone", () => message.count(), (count) => count === 0);
    await until("its text may be written on", () => field(page).inputValue(), (text) => text === "Your bicycle is done.");
    const onField = () => field(page).evaluate((area) => area === document.activeElement);
    await until("the keyboard is there", onField, Boolean);
  });

  test("what is taken back may be written on in its chat though another is open by then", async (page) => {
    await open(page, "full", chat(9), ".failed");
    const message = article(page, "Your bicycle is done.");
    await message.getByRole("button", { name: "Where this message is", exact: true }).click();
    await dialog(page).getByRole("button", { name: "Take back", exact: true }).click();
    await page.keyboard.press("Escape");
    await page.getByRole("link", { name: /Dana/ }).click();
    await page.getByRole("region", { name: "Conversation with Dana" }).waitFor();
    await page.getByRole("button", { name: "Try again", exact: true }).click();
    await page.getByText("Waiting to be saved on this device").waitFor({ state: "hidden" });
    await page.goBack();
    await until("its text is there", () => field(page).inputValue(), (text) => text === "Your bicycle is done.");
    assert.equal(await message.count(), 0);
  });

  test("what comes of sending now is said in the dialog, and a server that is down is said to be", async (page) => {
    await open(page, "outage", chat(9), ".failed");
    await page.getByRole("article").last().getByRole("button", { name: "Where this message is" }).click();
    const again = dialog(page).getByRole("button", { name: "Send now", exact: true });
    await again.click();
    await dialog(page).getByText("No server can be reached right now.").waitFor();
    assert.equal(await page.locator(".notice").count(), 0, "and not behind it");
    await until("it waits", () => dialog(page).getByText("Sending", { exact: true }).count(), (count) => count === 1);
    const told = await dialog(page).getByRole("listitem").allInnerTexts();
    assert.ok(told.length === 4 && told.every((words) => words.includes("not reachable now")), told.join());
    assert.equal(await dialog(page).locator(".dot-waiting").count(), 0);
    assert.ok(await again.evaluate((button) => button === document.activeElement), "the keyboard stays");
  });

  test("what waits for room is said to wait, and what is written meanwhile goes out after it", async (page) => {
    await open(page, "full", chat(3), ".message");
    await field(page).fill("keep this");
    await field(page).press("Enter");
    assert.equal(await field(page).inputValue(), "", "another can be written at once");
    await page.getByText("Waiting to be saved on this device").waitFor();
    for (const text of ["and this", "and that"]) {
      await page.keyboard.type(text);
      await page.keyboard.press("Enter");
    }
    await page.keyboard.type("not yet");
    assert.deepEqual(await page.locator(".held li").allInnerTexts(), ["keep this", "and this", "and that"]);
    assert.ok(await page.locator(".held").isVisible(), "and does not go and come");
    await page.getByRole("button", { name: "Try again", exact: true }).click();
    await article(page, "keep this").waitFor();
    for (const text of ["and this", "and that"]) await article(page, text).waitFor();
    assert.equal(await page.locator(".held:visible").count(), 0);
    assert.equal(await field(page).inputValue(), "not yet");
    assert.equal(await article(page, "keep this").count(), 1);
  });

  test("whoever leaves while something waits to be kept is asked", async (page) => {
    await open(page, "full", chat(3), ".message");
    const left = () => page.evaluate(() => dispatchEvent(new Event("beforeunload", { cancelable: true })));
    await field(page).fill("keep this");
    assert.ok(await left(), "a text that was not sent is not worth a question");
    await field(page).press("Enter");
    assert.ok(!(await left()));
    await page.getByRole("button", { name: "Try again", exact: true }).click();
    await article(page, "keep this").waitFor();
    assert.ok(await left());
  });

  test("an open story follows what becomes of its message", async (page) => {
    await open(page, "busy", chat(9), ".failed");
    await page.getByRole("article").last().getByRole("button", { name: "Where this message is" }).click();
    await dialog(page).getByRole("button", { name: "Send now", exact: true }).click();
    await dialog(page).getByText(/^Seen by Mechanic on Harbour/).waitFor();
    assert.equal(await dialog(page).getByRole("button", { name: "Send now" }).count(), 0);
  });

  test("what came late says so and is pointed to until it was seen", async (page) => {
    await open(page, "late", chat(0), ".message");
    const pill = page.getByRole("button", { name: "1 message came late, further up", exact: true });
    await pill.waitFor();
    const late = article(page, "a server that was down all morning");
    assert.match(await late.innerText(), /came at \d/);
    assert.doesNotMatch(await article(page, "That is the map.").innerText(), /came at/);
    await pill.click();
    await pill.waitFor({ state: "detached" });
    const box = await late.boundingBox();
    assert.ok(box.y > 60 && box.y + box.height < 700, `it is in view (${JSON.stringify(box)})`);
  });

  test("every cause of a gap has its words, and the list is not alarmed", async (page) => {
    await open(page, "gaps", chat(0), ".gap");
    const gaps = await page.locator(".gap").allInnerTexts();
    assert.equal(gaps.length, 6);
    assert.equal(new Set(gaps.map((text) => text.split(/\n+/)[1])).size, 6, "six causes, six sentences");
    assert.match(gaps[0], /^3 messages are missing here/);
    assert.match(gaps[1], /^1 message is missing here/);
    assert.match(gaps.at(-1), /asked again/);
    const below = await page.$eval(".day-section:last-child", (section) => section.lastElementChild.className);
    assert.match(below, /gap/, "what is missing at the end stands at the end");
    assert.equal(await page.getByRole("navigation", { name: "Chats" }).getByText(/missing/).count(), 0);
  });

  test("what is on its way while the engine changes hands is sent once, whatever is opened meanwhile", async (page) => {
    await open(page, "changing", chat(0), ".message");
    const there = (name) => page.getByRole("region", { name: `Conversation with ${name}` }).waitFor();
    const leave = async () => {
      await page.getByRole("link", { name: /Dana/ }).click();
      await there("Dana");
    };
    const comeBack = async () => {
      await page.getByRole("link", { name: /Alice Adams/ }).click();
      await there("Alice Adams");
    };
    // Back before it was answered: it is seen to wait, and what is typed meanwhile loses no letter.
    await field(page).fill("only once");
    await field(page).press("Enter");
    await leave();
    await comeBack();
    assert.deepEqual(await page.locator(".held li").allTextContents(), ["only once"]);
    await field(page).pressSequentially("typed meanwhile", { delay: 150 });
    await field(page).press("Enter");
    await article(page, "only once").waitFor();
    await article(page, "typed meanwhile").waitFor();
    assert.equal(await page.locator(".held li").count(), 0);
    // Back after it was answered: nothing is left of it.
    await field(page).fill("and this");
    await field(page).press("Enter");
    await leave();
    const row = page.getByRole("navigation", { name: "Chats", exact: true }).getByRole("link").filter({ hasText: "and this" });
    await until("it was sent", () => row.count(), (count) => count === 1);
    await comeBack();
    assert.equal(await field(page).inputValue(), "");
    for (const text of ["only once", "and this"]) assert.equal(await article(page, text).count(), 1, text);
  });
}
