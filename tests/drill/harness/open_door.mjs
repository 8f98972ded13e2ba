// Keeps Chromium from holding back an app whose clock runs fast.
//
// Where most of a process's WebSocket connections failed within the last few minutes,
// Chromium delays every new one by up to five seconds. Both are of real time: at twenty
// times the speed these minutes hold the failures of an hour, and five seconds last longer
// than the app waits for any server. So the page opens others that succeed meanwhile, as
// many as keep the share of failures where it would be in real time.

import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";

const EVERY_MS = 1_000;
/** RFC 6455, section 1.3. */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** A server that lets everybody in and says nothing. */
export async function openDoor() {
  const server = createServer().on("upgrade", ({ headers }, socket) => {
    const accept = createHash("sha1").update(headers["sec-websocket-key"] + GUID).digest("base64");
    const head = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
    socket.on("error", () => {}).on("data", () => socket.destroy());
    socket.write(`${head.join("\r\n")}\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { url: `ws://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

/** Goes in and out again and again, for as long as this page is there. */
export async function comesAndGoes(page, { url }) {
  await page.evaluate(
    ([url, every]) => {
      let last = -Infinity;
      setInterval(() => {
        // The page's timers may run fast; this clock does not.
        if (performance.now() - last < every) return;
        last = performance.now();
        const socket = new WebSocket(url);
        socket.onopen = () => socket.close();
      }, every);
    },
    [url, EVERY_MS],
  );
}
