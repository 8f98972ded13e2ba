// A journey is a row of tests that build on each other: after a failure the rest would
// only wait for what cannot come, so it is left out.

import { test } from "node:test";

export class Journey {
  #people;
  #broken = false;

  /** `people` is asked when a step fails: what does each of them see? */
  constructor(people) {
    this.#people = people;
  }

  step(name, walk) {
    test(name, async (context) => {
      if (this.#broken) return context.skip("a step before this one failed");
      try {
        await walk();
      } catch (error) {
        this.#broken = true;
        const stories = this.#people().map((person) => person?.story());
        for (const story of await Promise.all(stories)) context.diagnostic(story ?? "nobody there");
        throw error;
      }
    });
  }
}
