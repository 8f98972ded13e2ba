// The judge of all drills sees each way in which a message can go wrong.

import assert from "node:assert/strict";
import { test } from "node:test";
import { compare } from "./verdict.mjs";

const alice = { name: "Alice", promised: ["A-1", "A-2"] };
const bob = { name: "Bob", promised: ["B-1"] };
const entry = (name, mark) => ({ name, mark, text: `${name} text` });
const atAlices = () => [entry("A-1", "Read"), entry("B-1"), entry("A-2", "Delivered")];
const atBobs = () => [entry("A-1"), entry("B-1", "Read"), entry("A-2")];
const judged = (left, right) => compare(alice, bob, [left, right]);

test("a chat in which all went well has no fault", () => {
  assert.deepEqual(Object.values(judged(atAlices(), atBobs())).flat(), []);
});

test("a message that one side does not show is lost there", () => {
  assert.deepEqual(judged(atAlices(), atBobs().slice(0, 2)).lost, ["A-2 at Bob's"]);
  assert.deepEqual(judged(atAlices().slice(1), atBobs()).lost, ["A-1 at Alice's"]);
});

test("a message shown twice is seen, side by side or far apart", () => {
  assert.deepEqual(judged(atAlices(), [...atBobs(), entry("A-1")]).twice, ["A-1 at Bob's"]);
});

test("a message without both its ends is torn", () => {
  const torn = { name: undefined, text: "A-3 half of" };
  assert.deepEqual(judged([...atAlices(), torn], atBobs()).torn, ["A-3 half of"]);
});

test("two orders are a fault even when nothing is missing", () => {
  const [one, two, three] = atBobs();
  assert.equal(judged(atAlices(), [two, one, three]).order.length, 1);
});

test("what one side shows behind the other's last is out of order", () => {
  const more = entry("A-3", "Read");
  assert.equal(judged(atAlices(), [...atBobs(), more]).order.length, 1);
  assert.equal(judged([...atAlices(), more], atBobs()).order.length, 1);
});

test("an own message that is only sent is not delivered", () => {
  const [one, two] = atAlices();
  assert.deepEqual(judged([one, two, entry("A-2", "Sent")], atBobs()).undelivered, ["A-2: Sent"]);
});
