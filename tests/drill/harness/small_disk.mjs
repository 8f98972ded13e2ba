// A disk in memory that is soon full: a tmpfs, and a file that takes what is left of it.

import { execFileSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, statSync, truncateSync, writeSync } from "node:fs";
import { join } from "node:path";

const SIZE = "160m";
const PATIENCE = 10_000;
/** A page: no smaller part of the disk is ever left. */
const STEPS = [1 << 20, 1 << 12];

/** Let go of when a drill is interrupted. */
const mounted = new Set();
process.on("exit", () => mounted.forEach((folder) => run("umount", "--lazy", folder)));

export class SmallDisk {
  #ballast;
  /** Where it is mounted. */
  folder;

  constructor(folder) {
    this.folder = folder;
    this.#ballast = join(folder, "ballast");
    mkdirSync(folder);
    run("mount", "-t", "tmpfs", "-o", `size=${SIZE}`, "tmpfs", folder);
    mounted.add(folder);
  }

  /** Why this machine has no such disks; nothing where it has. */
  static missing(folder) {
    if (process.platform !== "linux") return "it needs Linux";
    if (process.getuid() !== 0) return "it needs root, to mount a disk";
    try {
      const disk = new SmallDisk(join(folder, "probe"));
      run("umount", disk.folder);
      return void mounted.delete(disk.folder);
    } catch (error) {
      return `this machine mounts no disk in memory (${String(error.message).split("\n")[0]})`;
    }
  }

  /** Takes all that is left. */
  fill() {
    const file = openSync(this.#ballast, "a");
    try {
      for (const step of STEPS) while (takes(file, step));
    } finally {
      closeSync(file);
    }
  }

  /** Gives back so much. Whether anything is left to be given back. */
  free(bytes) {
    const left = Math.max(0, statSync(this.#ballast).size - bytes);
    truncateSync(this.#ballast, left);
    return left > 0;
  }

  async remove() {
    for (const end = Date.now() + PATIENCE; ; ) {
      try {
        run("umount", this.folder);
        mounted.delete(this.folder);
        return rmSync(this.folder, { recursive: true });
      } catch (error) {
        // A process of the browser may take a moment to end, and tells nobody.
        if (Date.now() > end) throw error;
        await new Promise((resume) => setTimeout(resume, 50));
      }
    }
  }
}

function takes(file, bytes) {
  try {
    return writeSync(file, Buffer.alloc(bytes, 1)) === bytes;
  } catch (error) {
    if (error.code !== "ENOSPC") throw error;
    return false;
  }
}

function run(program, ...words) {
  execFileSync(program, words, { stdio: ["ignore", "ignore", "pipe"] });
}
