// node sizes.mjs
//
// Writes the table of sizes in the README: this client beside others, each as a page imports it, by
// the same esbuild, minified, and compressed by gzip -9. It takes the others from npm, in a folder
// that it removes. Run `node build.mjs` before.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const OTHERS = {
  phoenix: ["1.8.16", "Socket"],
  "socket.io-client": ["4.8.4", "io"],
  "@microsoft/signalr": ["10.0.11", "HubConnectionBuilder"],
  "@supabase/realtime-js": ["2.119.1", "RealtimeClient"],
  "pusher-js": ["8.6.0", "default"],
  centrifuge: ["5.8.0", "Centrifuge"],
  ably: ["2.28.0", "Realtime"],
};

process.chdir(import.meta.dirname);
const folder = mkdtempSync(join(tmpdir(), "holdfast-sizes-"));
try {
  const names = Object.entries(OTHERS).map(([name, [version]]) => `${name}@${version}`);
  const options = ["--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", "--silent"];
  execFileSync("npm", ["install", ...options, ...names], { stdio: "inherit" });

  async function size(from, name) {
    const { outputFiles } = await build({
      stdin: { contents: `export { ${name} } from ${JSON.stringify(from)};`, resolveDir: folder },
      ...{ bundle: true, minify: true, format: "esm", target: "es2022", write: false },
      ...{ platform: "browser", logLevel: "error", external: ["react", "@holdfast/client"] },
    });
    const code = outputFiles[0].contents;
    return [code.length, gzipSync(code, { level: 9 }).length];
  }

  const here = (entry) => join(process.cwd(), `target/package/${entry}.js`);
  const rows = [
    ["**`@holdfast/client`**", ...(await size(here("index"), "connect"))],
    ["`@holdfast/client/share` (with the client)", ...(await size(here("share"), "connect"))],
  ];
  for (const [name, [version, what]] of Object.entries(OTHERS)) {
    rows.push([`${name} ${version}`, ...(await size(name, what))]);
  }
  const kilo = (bytes) => (bytes / 1_000).toFixed(1);
  const lines = rows.map(([name, all, packed]) => `| ${name} | ${kilo(all)} | ${kilo(packed)} |`);
  const table = ["| client | minified, KB | gzip -9, KB |", "|---|---|---|", ...lines].join("\n");
  console.log(table);
  const [before, , after] = readFileSync("README.md", "utf8").split(/<!-- \/?sizes -->\n/);
  writeFileSync("README.md", `${before}<!-- sizes -->\n${table}\n<!-- /sizes -->\n${after}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
