// The bytes of a WebSocket, taken apart into whole messages (RFC 6455, section 5.2).

const CONTINUATION = 0;
const TEXT = 1;

/** Cuts a stream into messages: `{ raw, text }`, `text` only where it is one. */
export class MessageReader {
  #rest = Buffer.alloc(0);
  #raw = [];
  #parts = [];
  #isText = false;

  *push(chunk) {
    this.#rest = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    for (;;) {
      const frame = firstFrame(this.#rest);
      if (!frame) return;
      const raw = this.#rest.subarray(0, frame.length);
      this.#rest = this.#rest.subarray(frame.length);
      if (frame.opcode >= 8) {
        // Control frames may stand between the parts of a message.
        yield { raw };
        continue;
      }
      if (frame.opcode !== CONTINUATION) this.#isText = frame.opcode === TEXT;
      this.#raw.push(raw);
      this.#parts.push(frame.payload(raw));
      if (!frame.final) continue;
      const text = this.#isText ? Buffer.concat(this.#parts).toString() : undefined;
      yield { raw: Buffer.concat(this.#raw), text };
      this.#raw = [];
      this.#parts = [];
    }
  }
}

function firstFrame(bytes) {
  if (bytes.length < 2) return undefined;
  let size = bytes[1] & 0x7f;
  let at = 2;
  if (size === 126) {
    if (bytes.length < 4) return undefined;
    size = bytes.readUInt16BE(2);
    at = 4;
  } else if (size === 127) {
    if (bytes.length < 10) return undefined;
    size = Number(bytes.readBigUInt64BE(2));
    at = 10;
  }
  const masked = (bytes[1] & 0x80) !== 0;
  const start = masked ? at + 4 : at;
  if (bytes.length < start + size) return undefined;
  const payload = (raw) => {
    const body = Buffer.from(raw.subarray(start));
    if (masked) for (let i = 0; i < body.length; i += 1) body[i] ^= raw[at + (i & 3)];
    return body;
  };
  return { final: (bytes[0] & 0x80) !== 0, opcode: bytes[0] & 0x0f, length: start + size, payload };
}

/** A text from a server to its client. */
export function textFrame(text) {
  const body = Buffer.from(text);
  const head =
    body.length < 126
      ? Buffer.from([0x80 | TEXT, body.length])
      : Buffer.from([0x80 | TEXT, 126, body.length >> 8, body.length & 0xff]);
  if (body.length > 0xffff) throw new Error("too long for a drill");
  return Buffer.concat([head, body]);
}
