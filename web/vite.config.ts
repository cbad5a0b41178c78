/**
 * Builds the pages of the client: join.html (device check, waiting room, call; kept small), book.html,
 * change.html and choose.html (booking, changing what is booked, deciding who to see) and app.html (signed-in people).
 *
 * The server puts a fresh nonce in place of __CSP_NONCE__ in every response.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import type { Connect, Plugin } from "vite";
import { defineConfig } from "vitest/config";

const PAGES: readonly [RegExp, string][] = [
  [/^\/(join|room)\//, "join"],
  [/^\/b(\/|ook$)/, "book"],
  [/^\/change\//, "change"],
  [/^\/choose\//, "choose"],
];
const API = process.env["TODOKU_ADDRESS"] ?? "http://localhost:8080";

/** In `vite dev`, answers page addresses the way the Python server does. */
function pages(): Plugin {
  const rewrite: Connect.NextHandleFunction = (request, _response, next) => {
    const url = request.url ?? "/";
    const isPage = request.headers.accept?.includes("text/html") ?? false;
    const page = PAGES.find(([path]) => path.test(url))?.[1] ?? "app";
    if (isPage) request.url = `/${page}.html`;
    next();
  };
  return {
    name: "todoku-pages",
    configureServer: (server) => void server.middlewares.use(rewrite),
  };
}

/** Leaves out the ways of Socket.IO that are never taken: the protocol is WebSocket alone (docs/PROTOCOL.md). */
function webSocketOnly(): Plugin {
  const stub = "\0no-other-transport";
  return {
    name: "todoku-websocket-only",
    enforce: "pre",
    resolveId: (source, importer) =>
      /engine\.io-client.*transports\/index\.js$/.test(importer ?? "") &&
      /(polling-xhr\.node|webtransport)\.js$/.test(source)
        ? stub
        : null,
    load: (id) => (id === stub ? "export const XHR = undefined, WT = undefined;" : null),
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
 * The pages of booking are built apart (`--mode booking`): built together, what they share with join.html
 * would be cut into more files, and the way into a call would weigh more.
 */
export default defineConfig(({ mode }) => ({
  plugins: [react(), webSocketOnly(), pages(), compressed()],
  html: { cspNonce: "__CSP_NONCE__" },
  build: {
    outDir: "static",
    emptyOutDir: mode !== "booking",
    manifest: mode === "booking" ? ".vite/manifest.booking.json" : true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input:
        mode === "booking"
          ? ["book.html", "change.html", "choose.html"]
          : ["join.html", "app.html"],
    },
  },
  server: {
    proxy: {
      "/api": API,
      "/socket.io": { target: API, ws: true },
    },
  },
  test: { include: ["src/**/*.test.{ts,tsx}"] },
}));
