// node sizes.mjs
//
// Writes two tables of sizes in the README: this client beside others, each as a page imports it, by
// the same esbuild, minified, and compressed by gzip -9; and what each file of it adds to that. Run
// `node build.mjs` before.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { PEERS, publish, withPeers } from "./peers.mjs";

process.chdir(import.meta.dirname);
const COMMON = { bundle: true, minify: true, format: "esm", target: "es2022", write: false };

async function size(options) {
  const { outputFiles } = await build({ ...COMMON, logLevel: "error", ...options });
  const code = outputFiles[0].contents;
  return [code.length, gzipSync(code, { level: 9 }).length];
}

const imported = (from, name, resolveDir = ".") =>
  size({
    stdin: { contents: `export { ${name} } from ${JSON.stringify(from)};`, resolveDir },
    ...{ platform: "browser", external: ["react", "@holdfast/client"] },
  });
const kilo = (bytes) => (bytes / 1_000).toFixed(1);

const here = (entry) => join(process.cwd(), `target/package/${entry}.js`);
const rows = [
  ["**`@holdfast/client`**", ...(await imported(here("index"), "connect"))],
  ["`@holdfast/client/share` (with the client)", ...(await imported(here("share"), "connect"))],
];
await withPeers(Object.keys(PEERS), async (folder) => {
  for (const [name, [version, what]] of Object.entries(PEERS)) {
    rows.push([`${name} ${version}`, ...(await imported(name, what, folder))]);
  }
});
publish("sizes", ["client", "minified, KB", "gzip -9, KB"], rows.map(([name, ...all]) => [name, ...all.map(kilo)]));
console.log();

/** The parts of the client, by files; without the others there is none. */
const PARTS = {
  "publications: stored once, in order": ["publications", "line"],
  "connections: token, hello, welcome, loss, wait, move": ["connector", "backoff"],
  "reloads, tabs, storage": ["page", "store", "problems"],
  "handlers, one event after the other": ["dispatcher"],
  "positions: received, handled, reported": ["readings", "acks"],
  "private channels, by channel tokens": ["access"],
  "subscriptions, asked until they are answered": ["questions"],
  "requests, volatile publications": ["requests"],
  "WebSockets, timers, refused upgrades": ["socket", "wire"],
  "loops": ["loop"],
  "silence and sleep": ["heartbeat"],
  "whom a token names, and when it ends": ["token"],
};

/** Builds the client as it is served, without what these files export. */
function without(files) {
  const plugin = {
    name: "without",
    setup: (it) =>
      it.onLoad({ filter: new RegExp(`/src/(${files.join("|")})\\.ts$`) }, ({ path }) => {
        const text = readFileSync(path, "utf8");
        const names = [...text.matchAll(/^export (?:async )?(?:function\*?|const|class) (\w+)/gm)];
        return { contents: names.map(([, name]) => `export let ${name};`).join("\n") };
      }),
  };
  const inner = readFileSync("inner-names.txt", "utf8").trim().split("\n");
  const mangleProps = new RegExp(`^(${inner.join("|")})$`);
  return size({ entryPoints: ["src/index.ts"], mangleProps, plugins: files.length ? [plugin] : [] });
}

const [, all] = await without([]);
const parts = [];
for (const [name, files] of Object.entries(PARTS)) {
  parts.push([name, all - (await without(files))[1]]);
}
parts.sort(([, one], [, other]) => other - one);
const sum = parts.reduce((total, [, bytes]) => total + bytes, 0);
parts.push(["the rest: the interface for applications, the session between all parts, frames", all - sum]);
publish("parts", ["part", "gzip -9, KB"], parts.map(([name, bytes]) => [name, (bytes / 1_000).toFixed(2)]));
