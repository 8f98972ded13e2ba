// The browsers that are there: Chromium always, Firefox ESR where it is installed.

import { chromium, firefox } from "playwright-core";
import { required } from "./environment.mjs";

export const engines = [
  {
    name: "Chromium",
    launch: () =>
      chromium.launch({
        executablePath: required("ZAJIL_CHROMIUM"),
        args: required("ZAJIL_CHROMIUM_FLAGS").split(" "),
      }),
    context: {},
  },
];

if (process.env.ZAJIL_FIREFOX) {
  engines.push({
    name: "Firefox",
    launch: () =>
      firefox.launch({ channel: "moz-firefox", executablePath: process.env.ZAJIL_FIREFOX }),
    // An unpatched Firefox cannot emulate these.
    context: { colorScheme: null, reducedMotion: null, forcedColors: null, contrast: null },
  });
}
