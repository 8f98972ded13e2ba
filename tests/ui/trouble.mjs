// What the interface says and does when something outside the chat goes wrong.

import assert from "node:assert/strict";
import { chat } from "./preview.mjs";

export function trouble({ test, open, until, field }) {
  const servers = (page) => page.getByRole("list", { name: "Servers", exact: true }).getByRole("listitem");
  const arabic = (page) => page.addInitScript(() => localStorage.setItem("zajil.language", "ar"));

  test("an outage is practised: cut, chat on, ended, told", async (page) => {
    await open(page, "busy", "#/servers", ".server");
    await page.getByRole("button", { name: "Practise an outage", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Cut for one minute", exact: true });
    const switches = dialog.getByRole("switch");
    const chosen = () => switches.evaluateAll((all) => all.map((one) => one.checked));
    assert.deepEqual(await chosen(), [false, true, true, true], "all but one that works");
    const start = dialog.getByRole("button", { name: "Cut them now", exact: true });
    await switches.first().check();
    assert.ok(await start.isDisabled());
    assert.deepEqual(await dialog.locator(".advice").allInnerTexts(), ["Choose at least one server, and leave at least one."]);
    await switches.first().uncheck();
    assert.equal(await dialog.locator(".advice").count(), 0);
    await start.click();
    const strip = page.getByText("Practice: 3 of 4 servers cut.", { exact: true });
    await strip.waitFor();
    const [spared, cut] = await servers(page).allInnerTexts();
    assert.match(spared, /connected/);
    assert.match(cut, /offline · cut for practice/);
    await page.getByRole("timer").getByText(/5\d s left/).waitFor();
    await page.getByRole("link", { name: /Dana/ }).click();
    await strip.waitFor();
    await field(page).fill("going on");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByRole("article").filter({ hasText: "going on" }).getByRole("img", { name: "Read", exact: true }).waitFor();
    await page.getByRole("button", { name: "End now", exact: true }).click();
    await page.getByText("The practice is over. Messages went on: 1 sent, 0 received.").waitFor();
    await strip.waitFor({ state: "detached" });
  });

  test("whoever has but one server in the list practises with those of the chats", async (page) => {
    await open(page, "guest", "#/servers", ".server");
    await servers(page).nth(2).getByText("not in your list").waitFor();
    await page.getByRole("button", { name: "Practise an outage", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Cut for one minute", exact: true });
    const switches = dialog.getByRole("switch");
    assert.deepEqual(await switches.evaluateAll((all) => all.map((one) => one.checked)), [false, true, true]);
    await switches.first().check();
    assert.ok(await dialog.getByRole("button", { name: "Cut them now", exact: true }).isDisabled());
    await switches.first().uncheck();
    // What a switch means is said above it, and at its side of the dialog.
    const [label, first] = [dialog.getByText("Cut", { exact: true }), switches.first()];
    const [above, below] = [await label.boundingBox(), await first.boundingBox()];
    assert.ok(above.y + above.height <= below.y && Math.abs(above.x + above.width - below.x - below.width) < 2);
    await dialog.getByRole("button", { name: "Cut them now", exact: true }).click();
    await page.getByText("Practice: 2 of 3 servers cut.", { exact: true }).waitFor();
    assert.match(await servers(page).nth(2).innerText(), /cut for practice[^]*not in your list/);
    await page.getByRole("button", { name: "End now", exact: true }).click();
    await page.getByText("The practice is over.").waitFor();
    await servers(page).nth(1).getByText("not in your list").waitFor();
  });

  test("a chat all of whose servers are cut is named before, and told of in the chat and after", async (page) => {
    await open(page, "single", "#/servers", ".server");
    await page.getByRole("button", { name: "Practise an outage", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Cut for one minute", exact: true });
    const words = dialog.getByText(/These chats then wait until it is over: .*Dana/);
    await words.waitFor();
    await dialog.getByRole("button", { name: "Cut them now", exact: true }).click();
    await page.getByText(/Until it is over these chats wait: .*Dana/).waitFor();
    await page.getByRole("link", { name: /Dana/ }).click();
    await page.getByText(/No server of this chat can be reached right now\. .* open a new invite link of .*Dana/).waitFor();
    await field(page).fill("into the dark");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    const message = page.getByRole("article").filter({ hasText: "into the dark" });
    await message.getByRole("img", { name: "Sending", exact: true }).waitFor();
    await page.getByRole("button", { name: "End now", exact: true }).click();
    await page.getByText(/The practice is over\. 1 message is waiting/).waitFor();
  });

  test("a server without a scheme is tried as the page came, and one that is silent can be removed", async (page) => {
    await open(page, "busy", "#/servers", ".server");
    await page.getByRole("textbox", { name: "Server address", exact: true }).fill("localhost:9100");
    await page.getByRole("button", { name: "Add server", exact: true }).click();
    await page.getByText(/Tried as .*ws:\/\/localhost:9100/).waitFor();
    const row = servers(page).filter({ hasText: "localhost:9100" });
    await row.getByText("This server has not answered so far.").waitFor({ timeout: 8000 });
    await row.getByRole("button", { name: "Remove it", exact: true }).click();
    await row.waitFor({ state: "detached" });
  });

  test("a page that is told of a lost network says so until a server answers", async (page) => {
    await open(page, "busy", chat(3), ".message");
    await page.evaluate(() => window.dispatchEvent(new Event("offline")));
    const strip = page.getByText("Your device says it is offline.");
    await strip.waitFor();
    await page.evaluate(() => window.dispatchEvent(new Event("online")));
    await strip.waitFor({ state: "detached" });
  });

  test("whoever waits for somebody’s first word is told so", async (page) => {
    await open(page, "waiting", chat(3), ".message");
    await page.locator(".about").getByText(/Waiting for .*Dana.* to answer/).waitFor();
    await page.getByRole("link", { name: /Alice/ }).click();
    await page.locator(".about").getByText("End-to-end encrypted").waitFor();
  });

  test("the only server that works is removed after a question", async (page) => {
    await open(page, "alone", "#/servers", ".server");
    const practise = page.getByRole("button", { name: "Practise an outage", exact: true });
    assert.ok(await practise.isEnabled());
    const remove = page.getByRole("button", { name: "Remove wss://relay.example.org/", exact: true });
    await remove.click();
    const dialog = page.getByRole("dialog", { name: "Remove your only working server?", exact: true });
    await dialog.getByRole("button", { name: "Close", exact: true }).click();
    assert.equal(await servers(page).count(), 2);
    await remove.click();
    await dialog.getByRole("button", { name: "Remove it", exact: true }).click();
    await until("no second way to remove it", () => remove.count(), (count) => count === 0);
    assert.match(await servers(page).first().innerText(), /not in your list, used by 7 chats/);
    assert.ok(await practise.isEnabled(), "it is there still");
  });

  test("a server that works is removed after a question, and one that does not at once", async (page) => {
    await open(page, "busy", "#/servers", ".server");
    const count = await servers(page).count();
    const row = servers(page).filter({ hasText: "localhost:8080" });
    await row.getByRole("button", { name: /^Remove/ }).click();
    await row.waitFor({ state: "detached" });
    const dialog = page.getByRole("dialog", { name: "Remove this server?", exact: true });
    await servers(page).first().getByRole("button", { name: /^Remove/ }).click();
    const words = await dialog.innerText();
    assert.match(words, /^wss:\/\/relay\.example\.org\/$/m, "which one");
    assert.match(words, /Your chats keep to it and to their other servers\./);
    await dialog.getByRole("button", { name: "Close", exact: true }).click();
    assert.equal(await servers(page).count(), count - 1);
  });

  test("a server says how fast, how reliable, what it holds and what to do", async (page) => {
    await open(page, "busy", "#/servers", ".server");
    const [first, second, third, fourth] = await servers(page).allInnerTexts();
    assert.match(first, /connected · answers quickly, in 43 ms/);
    assert.match(first, /12 of your messages were read back from it · 7\schats/);
    await servers(page).first().getByRole("img", { name: "Reliability 98 of 100", exact: true }).waitFor();
    assert.match(first, /Reliability 98 of 100/, "in words that are seen");
    assert.equal(await servers(page).first().locator(".step-on").count(), 5);
    assert.match(second, /says it keeps messages, and does not\.[^]*For new chats, add another one/);
    assert.match(third, /^ws:\/\/localhost:8080\/relay\s+connecting\s+Not rated yet$/);
    assert.match(fourth, /offline · next try in \d+ s/);
    assert.doesNotMatch(third + fourth, /of your messages/, "nobody is blamed with a zero");
    assert.equal(await servers(page).nth(3).locator(".score").count(), 0, "no praise of what is down");
  });

  test("an address is taken as it is meant, or what is wrong with it is said", async (page) => {
    await open(page, "busy", "#/servers", ".server");
    const address = page.getByRole("textbox", { name: "Server address", exact: true });
    const add = async (text) => {
      await address.fill(text);
      await page.getByRole("button", { name: "Add server", exact: true }).click();
    };
    await page.getByText("or with ws:// for a server on this machine").waitFor();
    await add("https://relay.two.example/");
    await servers(page).filter({ hasText: "wss://relay.two.example/" }).waitFor();
    await add("http://localhost:9200");
    await servers(page).filter({ hasText: "ws://localhost:9200" }).waitFor();
    assert.equal(await page.locator(".notice").count(), 0, "nothing was guessed");
    await add("wss://user:pw@relay.example");
    await page.getByText("Leave out the name and password before the @.").waitFor();
    assert.equal(await address.inputValue(), "wss://user:pw@relay.example");
  });

  test("the last server says where it stands that it stays", async (page) => {
    await open(page, "alone", "#/servers", ".server");
    await servers(page).nth(1).getByRole("button", { name: /^Remove/ }).click();
    const row = servers(page).first();
    await row.getByRole("button", { name: "Remove wss://relay.example.org/", exact: true }).click();
    await row.getByText("This is your last server. Add another one before you remove it.").waitFor();
    assert.equal(await page.locator(".notice, dialog").count(), 0);
    await page.getByRole("textbox", { name: "Server address", exact: true }).fill("wss://two.example");
    await page.getByRole("button", { name: "Add server", exact: true }).click();
    await until("that is over", () => row.getByRole("alert").count(), (count) => count === 0);
  });

  test("what lasts under a second is not said, what lasts longer is", async (page) => {
    for (const [scene, words] of [["fetching", "Fetching messages… 120 of 900"], ["changing", "Another one is taking over"]]) {
      await open(page, scene, chat(3), ".message");
      const strip = page.locator(".strip");
      await strip.waitFor({ state: "attached" });
      assert.ok(!(await strip.isVisible()), "not yet");
      const height = () => page.$eval(".frame", (frame) => frame.getBoundingClientRect().top);
      assert.equal(await height(), 0, "and nothing moved");
      await page.getByText(words).waitFor();
    }
  });

  test("a tab that only reads says so and takes no text", async (page) => {
    await open(page, "readonly", chat(3), ".message");
    await page.getByText("This tab only shows").waitFor();
    assert.ok(await field(page).isDisabled());
    assert.equal(await field(page).getAttribute("placeholder"), "Write in the other tab");
    assert.equal(await page.locator(".strip").count(), 1, "and promises nothing though no server can be reached");
  });

  test("every reason to stop has its own words in both languages", async (page) => {
    const reasons = ["stopped", ...["unsupported", "unavailable", "gone", "unreadable", "newer"].map((r) => `stopped-${r}`)];
    for (const language of ["en", "ar"]) {
      if (language === "ar") await arabic(page);
      const told = new Set();
      for (const scene of reasons) {
        await open(page, scene, "#/", ".detail");
        if (scene === "stopped-gone" && language === "en") await page.getByRole("heading", { name: "Your browser removed this account’s data", exact: true }).waitFor();
        const words = await page.locator(".welcome-card").innerText();
        if (language === "ar") assert.doesNotMatch(words.replace(/https:\/\//g, ""), /[A-Za-z]/, "no English outside the report");
        told.add(words);
      }
      assert.equal(told.size, reasons.length);
    }
  });

  test("an account that the browser removed is missed, and one starts anew", async (page) => {
    await open(page, "busy", "#/", ".row");
    const kept = await page.evaluate(() => ({ ...localStorage }));
    assert.deepEqual(Object.keys(kept), ["zajil.begun"]);
    assert.match(kept["zajil.begun"], /^\d{4}-\d\d-\d\d$/, "a date and nothing else");
    await open(page, "evicted", "#/");
    await page.getByRole("heading", { name: "Your browser removed this account’s data", exact: true }).waitFor();
    await page.getByRole("button", { name: "Start anew", exact: true }).click();
    await page.getByRole("textbox", { name: "Your name", exact: true }).waitFor();
    await page.reload();
    await page.getByRole("button", { name: "Start chatting", exact: true }).waitFor();
    // A link that was followed is as good as before.
    await page.evaluate((begun) => localStorage.setItem("zajil.begun", begun), kept["zajil.begun"]);
    await open(page, "evicted", "#/i/alice");
    await page.reload();
    await page.getByRole("button", { name: "Start anew", exact: true }).click();
    await page.getByRole("button", { name: "Start chatting with Alice Adams", exact: true }).waitFor();
  });

  test("the browser is asked to keep the data once there is something to lose, and once", async (page) => {
    await page.addInitScript(() => {
      window.asked = 0;
      const answer = () => { window.asked += 1; return new Promise(() => {}); };
      Object.defineProperty(StorageManager.prototype, "persist", { value: answer });
    });
    const asked = () => page.evaluate(() => window.asked);
    await open(page, "busy", chat(3), ".message");
    assert.equal(await asked(), 0);
    for (const text of ["one", "two"]) {
      await field(page).fill(text);
      await field(page).press("Enter");
      await until("it is sent though the browser never answers", () => field(page).inputValue(), (left) => left === "");
    }
    assert.equal(await asked(), 1);
    await page.getByRole("link", { name: "Settings", exact: true }).click();
    await page.getByText("may be cleared by the browser").waitFor();
    await page.getByRole("button", { name: "Ask the browser to keep it", exact: true }).click();
    assert.equal(await asked(), 2);
  });
}
