// Builds the interface preview (fixtures instead of an engine) and serves it with
// the app's strict policy: no inline code, and not one string turned into markup.
//
// PLAYWRIGHT names a folder that holds playwright-core, CHROMIUM the browser.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:http";
import { extname, join, normalize, resolve } from "node:path";

export const root = new URL("../..", import.meta.url).pathname;
const target = resolve(root, process.env.CARGO_TARGET_DIR ?? "target");
const stage = join(target, "preview");

const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<link rel="icon" href="/www/icons/icon.svg"><link rel="stylesheet" href="/www/style/main.css">
<script type="module" src="/boot.js"></script></head><body><div id="app"></div></body></html>`;

const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; font-src 'self'; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
  ".svg": "image/svg+xml",
};

export function build() {
  if (!process.env.NO_BUILD) {
    const run = (command, ...args) => execFileSync(command, args, { cwd: root, stdio: "inherit" });
    run("cargo", "build", "-p", "zajil", "--locked", "--target", "wasm32-unknown-unknown", "--features", "preview");
    mkdirSync(stage, { recursive: true });
    const wasm = join(target, "wasm32-unknown-unknown/debug/zajil.wasm");
    run("wasm-bindgen", "--target", "web", "--no-typescript", "--out-dir", stage, wasm);
  }
  cpSync(join(root, "www"), join(stage, "www"), { recursive: true });
  writeFileSync(join(stage, "index.html"), PAGE);
  writeFileSync(join(stage, "boot.js"), 'import init from "./zajil.js"; init();\n');
}

export async function serve() {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url, "http://localhost").pathname);
    const file = join(stage, path === "/" ? "index.html" : path);
    try {
      const body = readFileSync(file);
      response.writeHead(200, {
        "content-type": TYPES[extname(file)] ?? "application/octet-stream",
        "content-security-policy": POLICY,
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

export function launch() {
  const folder = process.env.PLAYWRIGHT;
  const require = createRequire(folder ? join(folder, "here.js") : import.meta.url);
  return require("playwright-core").chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  });
}

// Chats of the fixtures have numbers for names.
export const chat = (n) => `#/chat/${n.toString(16).padStart(32, "0")}`;
