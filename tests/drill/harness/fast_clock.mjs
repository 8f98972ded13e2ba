// A clock that passes many hours in minutes: begins in the past, and runs fast until it
// has caught up with the real one, so that no server ever sees a date in the future.
//
// Handed to pages and workers as text: nothing here may refer to anything outside.

export function fastClock(startedAt, hours, speed) {
  const RealDate = Date;
  const realNow = RealDate.now.bind(RealDate);
  const begin = startedAt - hours * 3_600_000;
  const catchesUp = startedAt + (hours * 3_600_000) / (speed - 1);
  const factor = () => (realNow() < catchesUp ? speed : 1);
  const now = () => {
    const real = realNow();
    return real < catchesUp ? begin + (real - startedAt) * speed : real;
  };
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, words, made) => Reflect.construct(target, words.length > 0 ? words : [now()], made),
    apply: () => new RealDate(now()).toString(),
    get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
  });
  for (const name of ["setTimeout", "setInterval"]) {
    const real = globalThis[name].bind(globalThis);
    globalThis[name] = (what, wait, ...words) => real(what, (wait ?? 0) / factor(), ...words);
  }
}
