// What a drill found, and how much that proves.

/** Walks both logs again and again until nothing is amiss, or patience ends: what is under
    way may still arrive. Says what was amiss at last, and how long that took. */
export async function settle(one, other, patience) {
  const start = performance.now();
  for (;;) {
    const faults = compare(one, other, [await one.walks(), await other.walks()]);
    const seconds = (performance.now() - start) / 1000;
    const amiss = Object.values(faults).some((list) => list.length > 0);
    if (!amiss || seconds > patience) return { ...faults, seconds: seconds.toFixed(1) };
    await new Promise((resume) => setTimeout(resume, 500));
  }
}

/** Compares what was promised with what is shown, on both sides. */
export function compare(one, other, walks) {
  const [left, right] = walks.map((walk) => walk.map(({ name }) => name));
  const faults = { lost: [], twice: [], torn: [], order: [], undelivered: [] };
  for (const [shown, walk, who] of [[left, walks[0], one], [right, walks[1], other]]) {
    const there = new Set(shown);
    const missing = [...one.promised, ...other.promised].filter((name) => !there.has(name));
    faults.lost.push(...missing.map((name) => `${name} at ${who.name}'s`));
    const twice = repeated(shown.filter((name) => name !== undefined));
    faults.twice.push(...twice.map((name) => `${name} at ${who.name}'s`));
    faults.torn.push(...walk.filter(({ name }) => name === undefined).map(({ text }) => text));
  }
  const longer = left.length > right.length ? left : right;
  const at = longer.findIndex((_, place) => left[place] !== right[place]);
  if (at >= 0) faults.order.push(`${left.slice(at, at + 3)} against ${right.slice(at, at + 3)}`);
  for (const [walk, writer] of [[walks[0], one], [walks[1], other]]) {
    const own = walk.filter(({ name }) => name?.startsWith(writer.name[0]));
    const open = own.filter(({ mark }) => mark !== "Delivered" && mark !== "Read");
    faults.undelivered.push(...open.map(({ name, mark }) => `${name}: ${mark}`));
  }
  return faults;
}

export function repeated(names) {
  const seen = new Set();
  return names.filter((name) => seen.size === seen.add(name).size);
}

/** One drill's report: figures, then checks; the last line is what `cargo xtask test` counts. */
export class Report {
  #title;
  #rows = [];
  #notes = [];
  #passed = 0;
  #failed = 0;

  constructor(title) {
    this.#title = title;
  }

  figure(what, value) {
    this.#rows.push([what, String(value), ""]);
  }

  /** `found` is a list of faults, or whether all is well. */
  check(what, found) {
    const good = Array.isArray(found) ? found.length === 0 : found === true;
    const shown = Array.isArray(found) ? String(found.length) : found ? "yes" : "no";
    this.#rows.push([what, shown, good ? "ok" : "FAILED"]);
    if (good) this.#passed += 1;
    else this.#failed += 1;
    if (!good && Array.isArray(found)) {
      this.#notes.push(`${what}: ${found.slice(0, 5).join("; ")}${found.length > 5 ? "; …" : ""}`);
    }
  }

  /** The five ways in which a message can go wrong. */
  faults({ lost, twice, torn, order, undelivered }, patience) {
    this.check("messages lost", lost);
    this.check("messages shown twice", twice);
    this.check("messages torn", torn);
    this.check("places where the two logs differ", order);
    this.check(`not marked as delivered after ${patience} s`, undelivered);
  }

  note(text) {
    this.#notes.push(text);
  }

  /** What no failure in so many independent trials says, by the rule of three. */
  bound(trials, what) {
    if (this.#failed > 0) return;
    const percent = 300 / trials;
    if (percent >= 100) return this.note(`0 failures in ${trials} say nothing about how often.`);
    const shown = percent.toFixed(percent < 10 ? 1 : 0);
    this.note(`0 failures in ${trials}: with 95 % confidence, in less than ${shown} % of such cases`);
    this.note(`${what}.`);
  }

  end() {
    const wide = Math.max(...this.#rows.map(([what]) => what.length));
    console.log(`\n${this.#title}`);
    for (const [what, value, verdict] of this.#rows) {
      console.log(`  ${what.padEnd(wide)}  ${value.padStart(10)}  ${verdict}`.trimEnd());
    }
    for (const note of this.#notes) console.log(`  ${note}`);
    console.log(`\n${this.#passed} passed, ${this.#failed} failed`);
    process.exitCode = this.#failed === 0 ? 0 : 1;
  }
}
