// What runs inside the app's page: writes as a person does, only faster, and reads the log.
//
// Handed to the page as text, so nothing here may refer to anything outside `install`.

export function install() {
  const CHECK_MS = 10;
  /** A drill's message: a name at both ends, so that a torn one is seen. */
  const WHOLE = /^([A-Z]\d*-\d+) [\s\S]*?~\1(?!\d)/;

  const named = (role, name) => document.querySelector(`${role}[aria-label="${name}"]`);
  const log = () => document.querySelector('[role="log"][aria-label="Messages"]');
  const articles = () => [...(log()?.querySelectorAll("article") ?? [])];
  const nameOf = (article) => WHOLE.exec(article.innerText.trim())?.[1];
  const markOf = (article) => article.querySelector('[role="img"]')?.getAttribute("aria-label");

  const until = async (what, holds, patience) => {
    const end = performance.now() + patience;
    while (!holds()) {
      if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
      await new Promise((resume) => setTimeout(resume, CHECK_MS));
    }
  };

  /** Through the composer and its button; done when the message is in the log and the
      composer is empty: then the app has promised to keep it. */
  const write = async (text, patience = 20_000) => {
    const name = WHOLE.exec(text)[1];
    const field = named("textarea", "Message");
    const button = named("button", "Send");
    const set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set;
    set.call(field, text);
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    await until("a button that can be pressed", () => !button.disabled, patience);
    button.click();
    const kept = () => field.value === "" && articles().some((one) => nameOf(one) === name);
    await until(`${name} in the log`, kept, patience);
    return name;
  };

  /** Writes one after the other, telling of each that was promised. A composer holds one
      text at a time, so what is asked for meanwhile comes first of what is left. */
  let busy = Promise.resolve();
  const writeAll = async (texts, patience) => {
    for (const text of texts) {
      const turn = busy.then(async () => globalThis.drillPromised(await write(text, patience)));
      busy = turn.catch(() => {});
      await turn;
    }
  };

  /** The whole chat, oldest first, a page at a time: `{ name, mark }` each. */
  const walk = async () => {
    const scroller = log().parentElement;
    scroller.scrollTop = scroller.scrollHeight;
    let found = [];
    let top = null;
    const take = () => {
      const all = articles();
      const at = top === null ? all.length : all.indexOf(top);
      if (at < 0) throw new Error("the place reached in the log was lost");
      const fresh = all.slice(0, at);
      const entries = fresh.map((one) => ({ name: nameOf(one), mark: markOf(one), text: one.innerText }));
      found = [...entries, ...found];
      top = all[0] ?? null;
      return fresh.length;
    };
    const atStart = () => log().firstElementChild?.matches("p");
    await until("messages", () => articles().length > 0 || atStart(), 20_000);
    take();
    while (!atStart() || articles()[0] !== top) {
      // Twice, because only a change of place is an event.
      scroller.scrollTop = 1;
      scroller.scrollTop = 0;
      await until("older messages", () => articles()[0] !== top || atStart(), 20_000);
      take();
    }
    scroller.scrollTop = scroller.scrollHeight;
    return found;
  };

  const has = (name) => articles().some((article) => nameOf(article) === name);

  globalThis.drill = { writeAll, walk, has };
}
