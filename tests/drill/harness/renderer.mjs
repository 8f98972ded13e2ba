// Which process draws a tab: to kill or to freeze that one and no other. Linux only.

import { readFileSync } from "node:fs";
import { processes } from "./profile.mjs";

const WORK_MS = 150;

/** The tab is given work; whichever process of the browser works most, by far, is its own.
    To be asked while the others rest. */
export async function rendererOf(page, folder) {
  for (let tries = 0; tries < 20; tries += 1) {
    const before = new Map(processes(folder).map((pid) => [pid, cpuTime(pid)]));
    await page.evaluate((ms) => {
      const end = performance.now() + ms;
      while (performance.now() < end);
    }, WORK_MS);
    const spent = [...before].map(([pid, then]) => [pid, cpuTime(pid) - then]);
    const [[pid, most], [, second]] = spent.sort(([, one], [, other]) => other - one);
    if (most > 3 * second + 3 && isRenderer(pid)) return pid;
  }
  throw new Error("the process of a tab was not found");
}

/** In ticks, of which the kernel counts a hundred a second. */
function cpuTime(pid) {
  try {
    // After the program's name, which may hold anything.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1).split(" ");
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return 0;
  }
}

function isRenderer(pid) {
  return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--type=renderer");
}
