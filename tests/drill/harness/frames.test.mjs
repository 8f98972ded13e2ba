// Messages are found in a stream however it is cut.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageReader, textFrame } from "./frames.mjs";

const FINAL = 0x80;

/** A client's frame: masked, as the protocol wants it. */
function masked(first, text) {
  const body = Buffer.from(text);
  const key = Buffer.from([1, 2, 3, 4]);
  const size = Buffer.alloc(3);
  size[0] = FINAL | 126;
  size.writeUInt16BE(body.length, 1);
  return Buffer.concat([Buffer.from([first]), size, key, body.map((byte, at) => byte ^ key[at & 3])]);
}

function read(chunks) {
  const reader = new MessageReader();
  return chunks.flatMap((chunk) => [...reader.push(chunk)]);
}

test("a stream cut between any two bytes gives the same messages, and all its bytes", () => {
  const stream = Buffer.concat([textFrame("one"), textFrame("é".repeat(200)), masked(FINAL | 1, "three")]);
  const bytes = Array.from(stream, (byte) => Buffer.from([byte]));
  for (const chunks of [[stream], bytes]) {
    const found = read(chunks);
    assert.deepEqual(found.map(({ text }) => text), ["one", "é".repeat(200), "three"]);
    assert.deepEqual(Buffer.concat(found.map(({ raw }) => raw)), stream);
  }
});

test("a message in parts is one message, and a ping between the parts is not lost", () => {
  const ping = Buffer.from([FINAL | 9, 0]);
  const found = read([masked(1, '["EV'), ping, masked(FINAL, 'ENT"]')]);
  assert.deepEqual(found.map(({ text }) => text), [undefined, '["EVENT"]']);
  assert.deepEqual(found[0].raw, ping);
});
