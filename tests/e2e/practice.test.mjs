// A practised outage: what is cut is cut, chats go on, and what waited arrives afterwards.

import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { engines } from "./harness/engines.mjs";
import { Journey } from "./harness/journey.mjs";
import { Person } from "./harness/person.mjs";
import { Server } from "./harness/server.mjs";

for (const engine of engines) {
  describe(`a practised outage in ${engine.name}`, { concurrency: 1 }, () => {
    let first, second, browser, alice, bob;
    const journey = new Journey(() => [alice, bob]);
    const button = (name) => alice.page.getByRole("button", { name, exact: true });
    const row = (server) => {
      const list = alice.page.getByRole("list", { name: "Servers", exact: true });
      return list.getByRole("listitem").filter({ hasText: server.address });
    };
    const shows = (server, words) => row(server).filter({ hasText: words }).waitFor();
    const running = () => alice.page.getByText("Practice: 1 of 2 servers cut.", { exact: true });

    /** Alice cuts one of her two servers. */
    const cuts = async (cut, kept) => {
      await alice.page.getByRole("link", { name: "Servers", exact: true }).click();
      await button("Practise an outage").click();
      await alice.page.getByRole("switch", { name: cut.address }).check();
      await alice.page.getByRole("switch", { name: kept.address }).uncheck();
      await button("Cut them now").click();
      await running().waitFor();
      await shows(cut, "cut for practice");
    };

    before(async () => {
      [first, second] = await Promise.all([Server.start(), Server.start()]);
      browser = await engine.launch();
      alice = await Person.arrives("Alice", first, browser, engine);
      bob = await Person.arrives("Bob", first, browser, engine);
    });

    after(async () => {
      await browser?.close();
      await first?.remove();
      await second?.remove();
    });

    journey.step("a chat has two servers", async () => {
      await alice.begins();
      await alice.page.getByRole("link", { name: "Servers", exact: true }).click();
      await alice.page.getByRole("textbox", { name: "Server address" }).fill(second.address);
      await button("Add server").click();
      for (const server of [first, second]) await shows(server, "connected");
      await bob.follows(await alice.invites(), "Alice");
      await bob.writes("Before");
      await alice.opensChatWith("Bob");
      await alice.reads("Before");
    });

    journey.step("with one of them cut, messages go both ways", async () => {
      await cuts(first, second);
      await shows(second, "connected");
      await alice.opensChatWith("Bob");
      await alice.writes("Around it");
      await bob.reads("Around it");
      await bob.writes("And back");
      await alice.reads("And back");
      await running().waitFor();
      await button("End now").click();
      await running().waitFor({ state: "detached" });
      await alice.page.getByText("Messages went on: 1 sent, 1 received.").waitFor();
    });

    journey.step("a server that is cut carries nothing, and all of it afterwards", async () => {
      await alice.page.getByRole("link", { name: "Servers", exact: true }).click();
      for (const server of [first, second]) await shows(server, "connected");
      await cuts(second, first);
      await first.kill();
      await alice.opensChatWith("Bob");
      await alice.writes("Through the one that is cut");
      await bob.writes("Into the one that is cut");
      assert.equal(await alice.sees("Through the one that is cut", "Sending"), "Sending");
      assert.equal(await bob.sees("Into the one that is cut", "Sent"), "Sent");
      assert.equal(await bob.count("Through the one that is cut"), 0);
      assert.equal(await alice.count("Into the one that is cut"), 0);
      await button("End now").click();
      await bob.reads("Through the one that is cut");
      await alice.reads("Into the one that is cut");
      assert.equal(await bob.count("Through the one that is cut"), 1);
      assert.equal(await alice.count("Into the one that is cut"), 1);
    });

    journey.step("neither browser complained about anything on the way", () => {
      alice.assertNoComplaints();
      bob.assertNoComplaints();
    });
  });
}
