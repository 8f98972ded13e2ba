// The fast clock runs fast, and stops doing so where it would reach the future.

import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { fastClock } from "./fast_clock.mjs";

const HOUR = 3_600_000;
const SPEED = 21;

/** A world whose real time is told, and that notes how long its timers were to wait. */
function world(startedAt) {
  const real = { now: startedAt, waits: [] };
  class FakeDate extends Date {
    static now = () => real.now;
  }
  const timer = (_, wait) => real.waits.push(wait);
  const inside = { Date: FakeDate, Proxy, Reflect, setTimeout: timer, setInterval: timer };
  runInNewContext(`(${fastClock})(${startedAt}, 1, ${SPEED})`, inside);
  return { real, inside };
}

test("an hour passes in three minutes and then time is what it is", () => {
  const start = 1_800_000_000_000;
  const { real, inside } = world(start);
  assert.equal(inside.Date.now(), start - HOUR);
  real.now += 60_000;
  assert.equal(inside.Date.now(), start - HOUR + SPEED * 60_000);
  assert.equal(new inside.Date().getTime(), inside.Date.now());
  inside.setTimeout(() => {}, 2_100);
  real.now = start + HOUR / (SPEED - 1);
  assert.equal(inside.Date.now(), real.now);
  inside.setTimeout(() => {}, 2_100);
  assert.deepEqual(real.waits, [100, 2_100]);
  assert.equal(new inside.Date(5).getTime(), 5);
});
