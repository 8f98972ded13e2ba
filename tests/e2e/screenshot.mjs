// Photographs the README's picture: three people, real browsers, the real server.
//
//   ZAJIL_DIST=dist ZAJIL_SERVER=target/debug/zajil-devserver \
//   ZAJIL_CHROMIUM=/usr/bin/chromium ZAJIL_CHROMIUM_FLAGS="--headless --no-sandbox" \
//   node tests/e2e/screenshot.mjs

import { engines } from "./harness/engines.mjs";
import { Person } from "./harness/person.mjs";
import { Server } from "./harness/server.mjs";

const picture = new URL("../../www/screenshots/chat-wide.png", import.meta.url).pathname;
const [engine] = engines;
const server = await Server.start();
const browser = await engine.launch();
const size = { ...engine, context: { viewport: { width: 1280, height: 800 }, colorScheme: "light" } };
const arrives = (name) => Person.arrives(name, server, browser, size);

const alice = await arrives("Alice");
await alice.begins();
const link = await alice.invites();

/** Somebody follows Alice's link and writes first. */
async function follows(name, first) {
  const person = await arrives(name);
  await person.follows(link, "Alice");
  await person.writes(first);
  await alice.chats().getByRole("link", { name: new RegExp(name) }).waitFor();
  return person;
}

const omar = await follows("Omar", "The keys are with the neighbour on the second floor.");
const lena = await follows("Lena", "Train leaves at 9:12, see you on the platform!");
const sara = await follows("سارة", "مرحبًا أليس! وصلني الرابط الآن");
await alice.opensChatWith("سارة");
await alice.page.getByRole("button", { name: "I understand", exact: true }).click();
const said = [
  [alice, "Hi Sara! That was quick."],
  [sara, "هل ما زلنا نلتقي يوم الخميس؟"],
  [alice, "Yes, at six. The café by the river, the one with the blue door."],
  [sara, "ممتاز. سأحضر الكتاب الذي حدّثتك عنه، وربما قطعة من كعكة أمي"],
  [alice, "Then I am bringing an empty bag and a big appetite."],
  [sara, "انقطع الإنترنت عندنا ساعة كاملة، ومع ذلك وصلت رسائلك كلها حين عاد"],
  [alice, "That is what I like about it: what I write simply waits until it can go."],
];
for (const [who, text] of said) {
  await who.writes(text);
  await (who === alice ? sara : alice).reads(text);
}
await alice.sees(said.at(-1)[1], "Read");
// A reply in the making: Sara writes, and does not send. It is told once in five seconds.
await sara.page.waitForTimeout(6_000);
await sara.page.getByRole("textbox", { name: "Message", exact: true }).pressSequentially("جميل، إذن", { delay: 60 });
await alice.page.getByText("writing…").first().waitFor();
await alice.page.evaluate(() => document.fonts.ready);
await alice.page.screenshot({ path: picture });
for (const person of [alice, omar, lena, sara]) person.assertNoComplaints();
await browser.close();
await server.remove();
