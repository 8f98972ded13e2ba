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

  /** The button for it is there for as long as the newest message is not in sight. It does
      nothing while a page is on its way, so it may have to be pressed again. */
  const toNewest = async () => {
    let pressed = -Infinity;
    const isThere = () => {
      const jump = named("button", "Go to the newest message");
      if (jump && performance.now() - pressed > 300) {
        pressed = performance.now();
        jump.click();
      }
      return jump === null;
    };
    await until("the newest message", isThere, 30_000);
  };

  /** The whole chat, oldest first, a page at a time: `{ name, mark, text }` each. While
      many messages arrive, those at the top may leave again: then it begins anew. */
  const walk = async () => {
    for (let left = 5; ; left -= 1) {
      const found = await upwards();
      if (found) return found;
      if (left === 0) throw new Error("the place reached in the log was lost again and again");
    }
  };

  /** Nothing, where the place that was reached is lost on the way. */
  const upwards = async () => {
    const scroller = log().parentElement;
    await toNewest();
    let found = [];
    // The second from the top: the first is drawn anew when another comes above it.
    let anchor;
    const take = () => {
      const all = articles();
      const fresh = anchor ? all.indexOf(anchor) - 1 : all.length;
      if (fresh < 0) return false;
      const entry = (one) => ({ name: nameOf(one), mark: markOf(one), text: one.innerText });
      found = [...all.slice(0, fresh).map(entry), ...found];
      anchor = all[1];
      return true;
    };
    const atStart = () => log().firstElementChild?.matches("p");
    const hasMore = () => anchor !== undefined && articles()[1] !== anchor;
    await until("messages", () => articles().length > 1 || atStart(), 20_000);
    take();
    while (!atStart() || hasMore()) {
      let pulled = -Infinity;
      const isThere = () => {
        // Again and again: what has just been loaded moves the place back down.
        if (performance.now() - pulled > 200) {
          pulled = performance.now();
          // Twice, because only a change of place is an event.
          scroller.scrollTop = 1;
          scroller.scrollTop = 0;
        }
        return hasMore() || atStart();
      };
      await until(`messages before ${found[0]?.name}`, isThere, 20_000);
      if (!take()) return undefined;
    }
    await toNewest();
    return found;
  };

  const has = (name) => articles().some((article) => nameOf(article) === name);

  globalThis.drill = { writeAll, walk, has };
}
