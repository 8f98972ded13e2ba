// A server as a process: started, killed without a goodbye, started again in its place.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { fromEnvironment } from "./settings.mjs";

const PATIENCE = 30_000;

/** Each leads a group, since some have workers of their own that must die with them. */
const running = new Set();
process.on("exit", () => running.forEach(({ pid }) => end(pid)));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

export class Program {
  #file;
  #words;
  #child;
  isQuiet;
  port;

  /** `words` are the arguments, given the port; the same port at every start. */
  static async start(file, words, { isQuiet = false } = {}) {
    const program = new Program();
    program.#file = file;
    program.port = await freePort();
    program.isQuiet = isQuiet;
    program.#words = words(program.port);
    await program.up();
    return program;
  }

  /** Our own server with the app of a folder, telling it of these relays. */
  static app(dist, data, relays) {
    return Program.start(fromEnvironment("ZAJIL_SERVER"), (port) => [
      ...["--dist", dist, "--data", data, "--port", String(port)],
      ...["--relays", relays.join(",")],
    ]);
  }

  static relay(data) {
    return Program.start(fromEnvironment("ZAJIL_SERVER"), (port) => {
      return ["--data", data, "--port", String(port)];
    });
  }

  /** A relay that nobody here wrote: nostr-relay, from PyPI. */
  static foreignRelay(data) {
    const words = (port) => {
      const config = join(data, "config.yaml");
      writeFileSync(config, foreignConfig(data, port));
      return ["-c", config, "serve"];
    };
    // It talks a great deal.
    return Program.start(fromEnvironment("ZAJIL_NOSTR_RELAY"), words, { isQuiet: true });
  }

  get origin() {
    return `http://localhost:${this.port}`;
  }

  async up() {
    if (this.#child) return;
    const stdio = ["ignore", "ignore", this.isQuiet ? "ignore" : "inherit"];
    this.#child = spawn(this.#file, this.#words, { stdio, detached: true });
    running.add(this.#child);
    const failed = once(this.#child, "exit").then(([code]) => {
      throw new Error(`${this.#file} ended with ${code} before it could be reached`);
    });
    const stop = new AbortController();
    try {
      await Promise.race([answers(this.port, stop.signal), failed]);
    } finally {
      stop.abort();
      failed.catch(() => {});
    }
  }

  /** As by a power cut: no goodbye, nothing saved on the way out. */
  async kill() {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    end(child.pid);
    await gone;
    running.delete(child);
  }
}

function end(group) {
  try {
    process.kill(-group, "SIGKILL");
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

function foreignConfig(data, port) {
  return JSON.stringify({
    relay_name: "drill",
    storage: { "sqlalchemy.url": `sqlite+aiosqlite:///${join(data, "nostr.sqlite3")}` },
    gunicorn: { bind: `127.0.0.1:${port}`, workers: 1, loglevel: "error" },
    logging: { version: 1, disable_existing_loggers: true },
    authentication: { enabled: false },
  });
}

export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

async function answers(port, signal) {
  const end = Date.now() + PATIENCE;
  while (!signal.aborted) {
    const socket = connect(port, "127.0.0.1");
    try {
      await once(socket, "connect", { signal });
      return;
    } catch (error) {
      if (Date.now() > end) throw new Error(`nobody answers on port ${port}`, { cause: error });
      // A refused connection is no event of anybody's: ask again soon.
      await new Promise((resume) => setTimeout(resume, 50));
    } finally {
      socket.destroy();
    }
  }
}
