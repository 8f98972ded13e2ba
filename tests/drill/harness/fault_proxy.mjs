// Stands in front of a relay and behaves as badly as it is told.
//
//   fine      passes everything on
//   dead      refuses connections, and ends those there are
//   hung      accepts, and swallows whatever arrives on old connections and new
//   slow      passes everything on, late
//   amnesiac  answers OK to every event and keeps none; for the rest like fine

import { once } from "node:events";
import { connect, createServer } from "node:net";
import { MessageReader, textFrame } from "./frames.mjs";

/** What keeps a message from arriving by this relay. */
export const FAULTS = ["dead", "hung", "amnesiac"];
const END_OF_HEAD = "\r\n\r\n";

export class FaultProxy {
  #upstream;
  #server;
  #lines = new Set();
  port;
  fault = "fine";
  /** How slow `slow` is: milliseconds that everything is held, each way. */
  late = 3_000;
  /** Events that were acknowledged and thrown away. */
  forgotten = 0;

  static async before(upstream) {
    const proxy = new FaultProxy();
    proxy.#upstream = upstream;
    proxy.port = 0;
    await proxy.#listen();
    return proxy;
  }

  get url() {
    return `ws://127.0.0.1:${this.port}`;
  }

  async become(fault) {
    const before = this.fault;
    this.fault = fault;
    // Who lost bytes to us cannot go on in the middle of a frame.
    if (fault === "dead" || before === "hung") this.#hangUp();
    if (fault === "dead") await this.close();
    else await this.#listen();
  }

  async close() {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    server.close();
    this.#hangUp();
    await once(server, "close");
  }

  async #listen() {
    if (this.#server) return;
    this.#server = createServer({ noDelay: true }, (client) => this.#accept(client));
    this.#server.listen(this.port, "127.0.0.1");
    await once(this.#server, "listening");
    this.port = this.#server.address().port;
  }

  #hangUp() {
    for (const line of this.#lines) line.end();
  }

  #accept(client) {
    const line = new Line(this, client, connect({ port: this.#upstream, noDelay: true }));
    this.#lines.add(line);
    line.ended = () => this.#lines.delete(line);
  }
}

/** One client's connection and the one to the relay behind. */
class Line {
  ended = () => {};
  #proxy;
  #client;
  #relay;

  constructor(proxy, client, relay) {
    this.#proxy = proxy;
    this.#client = client;
    this.#relay = relay;
    const up = new Direction(proxy, relay, (message) => this.#isForgotten(message));
    const down = new Direction(proxy, client, () => false);
    client.on("data", (chunk) => up.take(chunk));
    relay.on("data", (chunk) => down.take(chunk));
    for (const socket of [client, relay]) {
      // Not said to the other side while hung: a half-open line tells nobody.
      socket.on("error", () => {});
      socket.on("close", () => proxy.fault !== "hung" && this.end());
    }
  }

  end() {
    this.#client.destroy();
    this.#relay.destroy();
    this.ended();
  }

  #isForgotten({ text }) {
    if (this.#proxy.fault !== "amnesiac" || !text?.startsWith('["EVENT"')) return false;
    const [, event] = JSON.parse(text);
    this.#client.write(textFrame(JSON.stringify(["OK", event.id, true, ""])));
    this.#proxy.forgotten += 1;
    return true;
  }
}

/** The bytes of one direction: an HTTP head, then messages if that made a WebSocket. */
class Direction {
  #proxy;
  #to;
  #isForgotten;
  #head = Buffer.alloc(0);
  #reader;
  #plain = false;
  #free = Promise.resolve();
  #waiting = 0;

  constructor(proxy, to, isForgotten) {
    this.#proxy = proxy;
    this.#to = to;
    this.#isForgotten = isForgotten;
  }

  take(chunk) {
    if (this.#proxy.fault === "hung") return;
    if (this.#plain) return this.#pass(chunk);
    if (this.#reader) return this.#messages(chunk);
    this.#head = Buffer.concat([this.#head, chunk]);
    const end = this.#head.indexOf(END_OF_HEAD);
    if (end < 0) return;
    const head = this.#head.subarray(0, end).toString("latin1");
    const body = this.#head.subarray(end + END_OF_HEAD.length);
    // Without compression every message can be read on its way.
    const lines = head.split("\r\n").filter((line) => !/^sec-websocket-extensions:/i.test(line));
    this.#pass(Buffer.from(lines.join("\r\n") + END_OF_HEAD, "latin1"));
    if (/^upgrade: *websocket/im.test(head)) this.#reader = new MessageReader();
    else this.#plain = true;
    if (body.length > 0) this.take(body);
  }

  #messages(chunk) {
    for (const message of this.#reader.push(chunk)) {
      if (!this.#isForgotten(message)) this.#pass(message.raw);
    }
  }

  /** In order, even when the fault changes on the way. */
  #pass(bytes) {
    const late = this.#proxy.fault === "slow" ? this.#proxy.late : 0;
    if (late === 0 && this.#waiting === 0) return void this.#to.write(bytes);
    this.#waiting += 1;
    const due = new Promise((resume) => setTimeout(resume, late));
    this.#free = Promise.all([this.#free, due]).then(() => {
      this.#waiting -= 1;
      if (!this.#to.destroyed) this.#to.write(bytes);
    });
  }
}
