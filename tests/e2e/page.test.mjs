// The built page itself: it starts from any static host, and it protects itself there.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { once } from "node:events";
import { extname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { engines } from "./harness/engines.mjs";
import { required } from "./harness/environment.mjs";
import { Watch } from "./harness/watch.mjs";

const TYPES = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
};

/** As plain as a host can be: files and their types, no header of ours, no config.json. */
async function plainHost(under) {
  const host = createServer(async (request, response) => {
    const path = new URL(request.url, "http://x").pathname.slice(under.length);
    try {
      const body = await readFile(join(required("ZAJIL_DIST"), path === "/" ? "index.html" : path));
      response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "text/html" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  host.listen(0, "127.0.0.1");
  await once(host, "listening");
  return { host, address: `http://localhost:${host.address().port}${under}/` };
}

for (const engine of engines) {
  describe(`the page in ${engine.name}, from a plain host`, { concurrency: 1 }, () => {
    let browser, context, page, watch, plain;

    before(async () => {
      // In a folder, as free hosts serve it, so that every reference must be relative.
      plain = await plainHost("/some/folder");
      browser = await engine.launch();
      context = await browser.newContext({ ...engine.context, locale: "en-GB" });
      // It may look for config.json, and for the servers of its default list.
      watch = new Watch(() => true);
      await watch.over(context);
      page = await context.newPage();
    });

    after(async () => {
      await browser?.close();
      plain?.host.closeAllConnections();
      plain?.host.close();
    });

    test("the app starts", async () => {
      await page.goto(plain.address);
      await page.getByRole("button", { name: "Start chatting", exact: true }).waitFor();
      const complaints = watch.take().filter((line) => !line.includes("404"));
      assert.deepEqual(complaints, []);
    });

    test("both modules are asked for before the app has run", async () => {
      const links = page.locator("head link[as=fetch][type='application/wasm']");
      assert.equal(await links.count(), 2);
      const worker = await page.locator("#zajil-worker").getAttribute("href");
      assert.match(worker, /^worker-[0-9a-f]{16}\.js$/);
    });

    test("what the page preloads it also uses", async () => {
      const warnings = [];
      page.on("console", (message) => warnings.push(message.text()));
      await page.reload({ waitUntil: "load" });
      // Chromium complains some seconds after the page has loaded.
      await page.waitForTimeout(8_000);
      assert.deepEqual(warnings.filter((line) => line.includes("preload")), []);
      watch.take();
    });

    test("markup that the build does not know is refused", async () => {
      const outcome = await page.evaluate(() => {
        const place = document.createElement("div");
        try {
          place.innerHTML = "<img src=x>";
        } catch (error) {
          return `${error.name}, ${place.childNodes.length} nodes`;
        }
        return "accepted";
      });
      assert.equal(outcome, "TypeError, 0 nodes");
    });

    test("no script may be made of text, and no worker of another file", async () => {
      const outcomes = await page.evaluate(async () => {
        const attempts = [
          () => (document.createElement("script").text = "globalThis.bad = 1"),
          () => new Worker("other.js", { type: "module" }),
          () => eval("1"),
          () => setTimeout("globalThis.bad = 1", 0),
        ];
        // Later, because a driven browser lets the driver's own turn use eval.
        await new Promise((resume) => setTimeout(resume, 0));
        return attempts.map((attempt) => {
          try {
            attempt();
            return "accepted";
          } catch {
            return "refused";
          }
        });
      });
      assert.deepEqual(outcomes, ["refused", "refused", "refused", "refused"]);
    });

    test("nothing is loaded from elsewhere", async () => {
      const refused = await page.evaluate(
        () =>
          new Promise((resolve) => {
            addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective), {
              once: true,
            });
            const image = new Image();
            image.src = "https://elsewhere.example/pixel.png";
            document.body.append(image);
          }),
      );
      assert.equal(refused, "img-src");
    });
  });
}
