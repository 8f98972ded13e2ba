// Notes everything a browser complains about. A journey without a fault has no line.

/** What a browser itself writes when a server cannot be reached. */
const UNREACHABLE = [
  /WebSocket connection to '[^']*' failed/,
  /can.t establish a connection to the server at wss?:/i,
  /connection to wss?:\/\/\S* was interrupted while the page was loading/i,
  /net::ERR_(CONNECTION|EMPTY_RESPONSE|SOCKET)/,
];

export class Watch {
  #lines = [];
  #mayBeDown = () => false;

  /** `mayBeDown` says whether the server is, or was, away on purpose. */
  constructor(mayBeDown) {
    this.#mayBeDown = mayBeDown;
  }

  async over(context) {
    await context.addInitScript(() => {
      addEventListener("securitypolicyviolation", (event) => {
        console.error(`policy: ${event.effectiveDirective} refused ${event.blockedURI}`);
      });
    });
    context.on("page", (page) => {
      page.on("console", (message) => {
        if (message.type() === "error") this.#note(message.text());
      });
      page.on("pageerror", (error) => this.#note(String(error.stack ?? error)));
      page.on("crash", () => this.#note("the page crashed"));
    });
  }

  #note(text) {
    if (this.#mayBeDown() && UNREACHABLE.some((pattern) => pattern.test(text))) return;
    this.#lines.push(text);
  }

  peek() {
    return [...this.#lines];
  }

  /** What was noted since the last time. */
  take() {
    return this.#lines.splice(0);
  }
}
