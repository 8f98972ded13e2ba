// A disk that can lose its power: an ext4 image, mounted through a loop device.
//
// A cut is a copy of the image as it is, with nothing flushed: whatever the file system
// inside still held in memory is missing from it, as after a real cut. The kernel may write
// while it is copied; a copy that is not of one moment is no disk that ever was, and made again.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

const SIZE = "384M";
const PATIENCE = 10_000;

/** Let go of when a drill is interrupted. */
const mounted = new Set();
process.on("exit", () => mounted.forEach((folder) => run("umount", "--lazy", folder)));

export class Disk {
  #image;
  #spare;
  /** Where it is mounted. */
  folder;
  /** How many were made for all cuts. */
  copies = 0;

  constructor(folder) {
    this.#image = join(folder, "disk.img");
    this.#spare = join(folder, "cut.img");
    this.folder = join(folder, "disk");
    mkdirSync(this.folder);
    run("truncate", "-s", SIZE, this.#image);
    run("mkfs.ext4", "-q", this.#image);
    this.#mount();
  }

  /** Why this machine has no such disks; nothing where it has. */
  static async missing(folder) {
    if (process.platform !== "linux") return "it needs Linux";
    if (process.getuid() !== 0) return "it needs root, to mount a disk image";
    const probe = join(folder, "probe");
    mkdirSync(probe);
    try {
      await new Disk(probe).remove();
      return undefined;
    } catch (error) {
      return `this machine mounts no disk image (${String(error.message).split("\n")[0]})`;
    }
  }

  /** The power is gone, and back. Whoever used the disk must be dead already. */
  async cut() {
    do {
      this.copies += 1;
      // Image files have holes; copying those as well takes longer than the file system waits.
      run("cp", "--sparse=always", this.#image, this.#spare);
    } while (!same(this.#image, this.#spare));
    await this.#unmount();
    rmSync(this.#image);
    [this.#image, this.#spare] = [this.#spare, this.#image];
    this.#mount();
  }

  async remove() {
    await this.#unmount();
    rmSync(this.#image);
  }

  #mount() {
    // The journal's usual five seconds would be a matter of luck.
    run("mount", "-o", "loop,commit=60", this.#image, this.folder);
    mounted.add(this.folder);
  }

  async #unmount() {
    for (const end = Date.now() + PATIENCE; ; ) {
      try {
        run("umount", this.folder);
        return void mounted.delete(this.folder);
      } catch (error) {
        // A process of the dead browser may take a moment to end, and tells nobody.
        if (Date.now() > end) throw error;
        await new Promise((resume) => setTimeout(resume, 50));
      }
    }
  }
}

/** What was written during the copy behind the place it had come to is missing from it. */
function same(one, other) {
  return spawnSync("cmp", ["--silent", one, other]).status === 0;
}

function run(program, ...words) {
  execFileSync(program, words, { stdio: ["ignore", "ignore", "pipe"] });
}
