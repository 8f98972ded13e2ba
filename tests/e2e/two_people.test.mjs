// Two people, two browsers, one encrypted chat: the main journey, in order.

import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { engines } from "./harness/engines.mjs";
import { Journey } from "./harness/journey.mjs";
import { Person } from "./harness/person.mjs";
import { Server } from "./harness/server.mjs";

for (const engine of engines) {
  describe(`two people in ${engine.name}`, { concurrency: 1 }, () => {
    let server, browser, alice, bob;
    const journey = new Journey(() => [alice, bob]);

    before(async () => {
      server = await Server.start();
      browser = await engine.launch();
      alice = await Person.arrives("Alice", server, browser, engine);
      bob = await Person.arrives("Bob", server, browser, engine);
    });

    after(async () => {
      await browser?.close();
      await server?.remove();
    });

    journey.step("bob follows alice's invite link and they write to each other", async () => {
      await alice.begins();
      await bob.follows(await alice.invites(), "Alice");
      await bob.writes("Hello Alice, it is me");
      await alice.opensChatWith("Bob");
      await alice.reads("Hello Alice, it is me");
      await alice.writes("مرحبا Bob");
      await bob.reads("مرحبا Bob");
    });

    journey.step("what both have on their screens is marked as read", async () => {
      await bob.sees("Hello Alice, it is me", "Read");
      await alice.sees("مرحبا Bob", "Read");
    });

    journey.step("a message to somebody away is sent, then delivered, then read, once", async () => {
      await bob.leaves();
      await alice.writes("While you were out");
      assert.equal(await alice.sees("While you were out", "Sent"), "Sent");
      await bob.opens("/");
      await bob.chats().getByRole("link", { name: /Alice/ }).waitFor();
      assert.equal(await alice.sees("While you were out", "Delivered"), "Delivered");
      await bob.opensChatWith("Alice");
      await bob.reads("While you were out");
      assert.equal(await alice.sees("While you were out", "Read"), "Read");
      assert.equal(await bob.count("While you were out"), 1);
    });

    journey.step("texts written faster than they are kept stand alone, in their order", async () => {
      const quick = Array.from({ length: 12 }, (_, nth) => `quick ${nth + 1}.`);
      await bob.page.getByRole("textbox", { name: "Message", exact: true }).focus();
      for (const text of quick) {
        await bob.page.keyboard.insertText(text);
        await bob.page.keyboard.press("Enter");
      }
      for (const person of [alice, bob]) {
        await person.reads("quick 12.");
        assert.deepEqual(await person.texts(quick), quick);
      }
    });

    journey.step("after a reload the history is there, in order", async () => {
      const said = ["Hello Alice, it is me", "مرحبا Bob", "While you were out"];
      for (const person of [alice, bob]) {
        await person.reloads();
        await person.reads("While you were out");
        assert.deepEqual(await person.texts(said), said);
      }
    });

    journey.step("what is written while the server is down arrives once when it is back", async () => {
      await server.kill();
      await alice.writes("Into the dark");
      assert.equal(await alice.sees("Into the dark", "Sending"), "Sending");
      await server.up();
      await bob.reads("Into the dark");
      await alice.sees("Into the dark", "Read");
      await bob.writes("And back");
      await alice.reads("And back");
      for (const person of [alice, bob]) {
        assert.equal(await person.count("Into the dark"), 1);
        assert.equal(await person.count("And back"), 1);
      }
    });

    journey.step("neither browser complained about anything on the way", () => {
      alice.assertNoComplaints();
      bob.assertNoComplaints();
    });
  });
}
