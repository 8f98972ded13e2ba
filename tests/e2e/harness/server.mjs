// The real server with the built app, on a free port and an empty folder.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { required } from "./environment.mjs";

export class Server {
  #data;
  #child;
  #port = 0;
  /** Whether it was ever away: browsers then complain about that. */
  wasDown = false;

  static async start() {
    const server = new Server();
    server.#data = await mkdtemp(join(tmpdir(), "zajil-e2e-"));
    await server.up();
    return server;
  }

  get origin() {
    return `http://localhost:${this.#port}`;
  }

  /** Its address in a list of servers. */
  get address() {
    return `${this.origin.replace("http:", "ws:")}/relay`;
  }

  /** Starts, or starts again on the same port with the same events. */
  async up() {
    const words = ["--dist", required("ZAJIL_DIST"), "--data", this.#data];
    const child = spawn(required("ZAJIL_SERVER"), [...words, "--port", String(this.#port)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines = createInterface({ input: child.stdout });
    const [line] = await Promise.race([
      once(lines, "line"),
      once(child, "exit").then(() => Promise.reject(new Error("the server did not start"))),
    ]);
    this.#port = Number(/^ready http:\/\/localhost:(\d+) /.exec(line)[1]);
    this.#child = child;
  }

  /** As by a power cut: no goodbye, nothing saved on the way out. */
  async kill() {
    this.wasDown = true;
    const child = this.#child;
    this.#child = undefined;
    if (child) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
  }

  async remove() {
    await this.kill();
    await rm(this.#data, { recursive: true, force: true });
  }
}
