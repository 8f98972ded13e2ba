// One person and the ways of a browser: reloads at bad moments, and a second tab.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { engines } from "./harness/engines.mjs";
import { Person } from "./harness/person.mjs";
import { Server } from "./harness/server.mjs";

for (const engine of engines) {
  describe(`one person in ${engine.name}`, { concurrency: 1 }, () => {
    let server, browser;

    before(async () => {
      server = await Server.start();
      browser = await engine.launch();
    });

    after(async () => {
      await browser?.close();
      await server?.remove();
    });

    const arrives = (name) => Person.arrives(name, server, browser, engine);

    test("who reloads the first screen still gets the server the app came from", async () => {
      const carol = await arrives("Carol");
      const start = carol.page.getByRole("button", { name: "Start chatting", exact: true });
      for (let n = 0; n < 2; n += 1) {
        await start.waitFor();
        await carol.reloads();
      }
      await carol.begins();
      await carol.page.getByRole("link", { name: "Servers", exact: true }).click();
      const servers = carol.page.getByRole("list", { name: "Servers", exact: true });
      const row = servers.getByRole("listitem");
      await row.filter({ hasText: /connected/ }).waitFor();
      assert.equal(await row.count(), 1);
      const host = server.origin.replace("http:", "ws:");
      assert.ok((await row.innerText()).includes(host), `the one server is ${host}`);
      carol.assertNoComplaints();
    });

    test("an invite outlives a reload, in its tab alone and until it is followed", async () => {
      const alice = await arrives("Alice");
      await alice.begins();
      const link = await alice.invites();
      const payload = link.split("#/i/")[1];
      const dan = await arrives("Dan");
      await dan.leaves();
      await dan.opens(link);
      const button = dan.page.getByRole("button", { name: "Start chatting with Alice" });
      for (let n = 0; n < 2; n += 1) {
        await button.waitFor();
        assert.ok(!dan.page.url().includes(payload), "the invite has left the address bar");
        await dan.reloads();
      }
      const kept = () =>
        dan.page.evaluate(() => [localStorage, sessionStorage].map((s) => JSON.stringify(s)));
      const [lasting, ofThisTab] = await kept();
      assert.ok(!lasting.includes(payload), "nothing of it is kept for good");
      assert.ok(ofThisTab.includes(payload));
      await dan.page.getByRole("textbox", { name: "Your name", exact: true }).fill("Dan");
      await button.click();
      await dan.conversation("Alice").waitFor();
      assert.ok(!(await kept()).join().includes(payload), "a followed invite is forgotten");
      await dan.reloads();
      await dan.conversation("Alice").waitFor();
      dan.assertNoComplaints();
    });

    test("a second tab works through the first, and goes on alone when that one closes", async () => {
      const eve = await arrives("Eve");
      await eve.begins();
      const first = eve.page;
      await eve.opens();
      const open = async (page) => {
        await page.getByRole("link", { name: "Settings", exact: true }).click();
        return page.getByRole("textbox", { name: "Name", exact: true });
      };
      const name = await open(eve.page);
      assert.equal(await name.inputValue(), "Eve");
      await first.close();
      await name.fill("Evelyn");
      await name.press("Enter");
      await eve.opens();
      const kept = await open(eve.page);
      await kept.waitFor();
      assert.equal(await kept.inputValue(), "Evelyn");
      eve.assertNoComplaints();
    });

    test("a server that is back is there at once where somebody has it tried", async () => {
      const own = await Server.start();
      const gina = await Person.arrives("Gina", own, browser, engine);
      await gina.begins();
      await gina.page.getByRole("link", { name: "Servers", exact: true }).click();
      const row = gina.page.getByRole("list", { name: "Servers", exact: true }).getByRole("listitem");
      await row.filter({ hasText: "connected" }).waitFor();
      await own.kill();
      // So long that the server would not be tried meanwhile.
      await row.filter({ hasText: /next try in (9|1\d|[2-9]\d) s/ }).waitFor({ timeout: 120_000 });
      await own.up();
      await row.getByRole("button", { name: "Try now", exact: true }).click();
      await row.filter({ hasText: "connected" }).waitFor({ timeout: 5_000 });
      assert.equal(await row.getByRole("button", { name: "Try now", exact: true }).count(), 0);
      gina.assertNoComplaints();
      await own.remove();
    });

    const skip = engine.name !== "Chromium" && "no driver of it deletes what a site stored";
    test("what the browser deletes under a tab that does nothing is noticed", { skip }, async () => {
      const frank = await arrives("Frank");
      await frank.begins();
      const driver = await frank.page.context().newCDPSession(frank.page);
      const removes = (storageTypes) =>
        driver.send("Storage.clearDataForOrigin", { origin: server.origin, storageTypes });
      await removes("indexeddb");
      await frank.page.evaluate(() => {
        location.hash = `#/chat/${"0".repeat(32)}`;
      });
      await frank.page.getByText("Your browser removed this account’s data").waitFor();
      // Some browsers remove this with the rest.
      await removes("local_storage");
      await frank.page.reload();
      await frank.page.getByRole("button", { name: "Start anew", exact: true }).click();
      await frank.page.getByRole("textbox", { name: "Your name", exact: true }).waitFor();
      assert.equal(new URL(frank.page.url()).hash, "#/", "the chat is gone with the rest");
    });
  });
}
