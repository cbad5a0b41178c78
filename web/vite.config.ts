/**
 * Builds the pages of the client: join.html (booking link, device check, waiting
 * room, call; kept small), change.html (changing a booking) and app.html (signed-in people).
 *
 * The server puts a fresh nonce in place of __CSP_NONCE__ in every response.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import type { Connect, Plugin } from "vite";
import { defineConfig } from "vitest/config";

const JOIN_PATHS = /^\/(b|join|room)\//;
const CHANGE_PATH = /^\/change\//;
const API = process.env["TODOKU_ADDRESS"] ?? "http://localhost:8080";

/** In `vite dev`, answers page addresses the way the Python server does. */
function pages(): Plugin {
  const rewrite: Connect.NextHandleFunction = (request, _response, next) => {
    const url = request.url ?? "/";
    const isPage = request.headers.accept?.includes("text/html") ?? false;
    const page = JOIN_PATHS.test(url) ? "join" : CHANGE_PATH.test(url) ? "change" : "app";
    if (isPage) request.url = `/${page}.html`;
    next();
  };
  return {
    name: "todoku-pages",
    configureServer: (server) => void server.middlewares.use(rewrite),
  };
}

/** Writes NAME.gz beside every script and style: the server sends it to whoever takes it. */
function compressed(): Plugin {
  return {
    name: "todoku-compressed",
    apply: "build",
    writeBundle(options, bundle) {
      for (const name of Object.keys(bundle).filter((each) => /\.(js|css|svg)$/.test(each))) {
        const file = join(options.dir ?? "static", name);
        writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }));
      }
    },
  };
}

/**
 * The page on which a booking is changed is built apart (`--mode change`): built together, what it shares with
 * join.html would be cut into more files, and the way into a call would weigh more.
 */
export default defineConfig(({ mode }) => ({
  plugins: [react(), pages(), compressed()],
  html: { cspNonce: "__CSP_NONCE__" },
  build: {
    outDir: "static",
    emptyOutDir: mode !== "change",
    manifest: mode === "change" ? ".vite/manifest.change.json" : true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: mode === "change" ? ["change.html"] : ["join.html", "app.html"] },
  },
  server: {
    proxy: {
      "/api": API,
      "/socket.io": { target: API, ws: true },
    },
  },
  test: { include: ["src/**/*.test.{ts,tsx}"] },
}));
