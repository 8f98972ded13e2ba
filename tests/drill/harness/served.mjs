// The built app with something of a drill's put in front of its worker's script.
//
// So that no switch for a drill is ever in the product: what is served is a copy.

import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fromEnvironment } from "./settings.mjs";

/** A copy in `folder` whose worker first runs `prelude`, a function, with these values. */
export function withPrelude(folder, prelude, ...values) {
  cpSync(fromEnvironment("ZAJIL_DIST"), folder, { recursive: true });
  const scripts = readdirSync(folder).filter((name) => /^worker-[0-9a-f]+\.js$/.test(name));
  if (scripts.length !== 1) throw new Error("dist/ holds not exactly one script of a worker");
  const path = join(folder, scripts[0]);
  for (const packed of [`${path}.br`, `${path}.gz`]) rmSync(packed, { force: true });
  const first = `(${prelude})(...${JSON.stringify(values)});\n`;
  // Imports are fetched before anything runs, and run nothing that could be missed.
  writeFileSync(path, first + readFileSync(path, "utf8"));
  return folder;
}
