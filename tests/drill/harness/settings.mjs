// What `cargo xtask drill` tells a drill: where things are, and how much to do.

import { createRequire } from "node:module";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

/** The driver of browsers is the journeys' own: one version for both. */
const require = createRequire(new URL("../../e2e/package.json", import.meta.url));
export const { chromium, firefox } = require("playwright-core");

export function fromEnvironment(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run a drill with 'cargo xtask drill'`);
  return value;
}

/** Options as `--name value`; a number where the default is one, a switch where it is false. */
export function options(defaults) {
  const kinds = Object.entries(defaults).map(([name, value]) => {
    return [name, { type: value === false ? "boolean" : "string" }];
  });
  const { values } = parseArgs({ options: Object.fromEntries(kinds) });
  const given = Object.entries(values).map(([name, value]) => {
    if (typeof defaults[name] !== "number") return [name, value];
    if (!/^\d+$/.test(value)) throw new Error(`--${name} needs a number, not '${value}'`);
    return [name, Number(value)];
  });
  return { ...defaults, ...Object.fromEntries(given) };
}

/** A folder that is gone when the drill ends, also by a signal. */
export function scratch() {
  const folder = mkdtempSync(join(tmpdir(), "zajil-drill-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Evenly spread numbers below one, the same for the same seed (SplitMix32). */
export function dice(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}
