// node build.mjs        builds target/package, which is what npm publishes, and checks its size
// node build.mjs test   the same, and runs the tests
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

process.chdir(import.meta.dirname ?? new URL(".", import.meta.url).pathname);
/** Most bytes of an entry, minified and compressed; bundle.sh has that of the client. */
const CLIENT = Number(/^limit=(\d+)/m.exec(readFileSync("bundle.sh", "utf8"))[1]);
const LIMITS = { index: CLIENT, react: 1_024, share: CLIENT + 7_800 };

/** Names of properties that nobody else sees, which the build shortens. */
const INNER = readFileSync("inner-names.txt", "utf8").trim().split("\n");
const mangleProps = new RegExp(`^(${INNER.join("|")})$`);
const PUBLIC = ["face", "types", "store", "socket", "events"];

const out = "target/package";
rmSync(out, { recursive: true, force: true });
const tsc = (...options) =>
  execFileSync("node", ["node_modules/typescript/bin/tsc", "-p", ".", ...options], { stdio: "inherit" });

tsc();
const entries = Object.keys(LIMITS);
/** Names what two tabs with a shared connection have to have in common. */
const sources = readdirSync("src", { recursive: true }).filter((name) => name.endsWith(".ts")).sort();
const hash = sources.reduce((all, name) => all.update(readFileSync(`src/${name}`)), createHash("sha256"));
const define = { BUILD: JSON.stringify(hash.digest("hex").slice(0, 16)) };
await build({
  entryPoints: entries.map((name) => `src/${name}.ts`),
  bundle: true,
  minify: true,
  sourcemap: true,
  format: "esm",
  target: "es2022",
  external: ["react", "@holdfast/client"],
  mangleProps,
  define,
  outdir: out,
});
await build({
  ...{ entryPoints: ["cli/holdfast.ts"], outfile: `${out}/cli.js`, bundle: true, minify: true },
  ...{ platform: "node", format: "esm", target: "node20" },
});
chmodSync(`${out}/cli.js`, 0o755);
tsc("--noEmit", "false", "--declaration", "--emitDeclarationOnly", "--outDir", "target/types");
for (const name of PUBLIC) {
  const types = readFileSync(`target/types/src/${name}.d.ts`, "utf8").replace(/\/\*[^]*?\*\//g, "");
  const shown = INNER.filter((inner) => new RegExp(`\\b${inner}\\b\\??[:(<]`).test(types));
  if (shown.length) {
    throw new Error(`inner-names.txt has names of the interface: ${shown}`);
  }
}
cpSync("target/types/src", out, { recursive: true });
cpSync("../../LICENSE", `${out}/LICENSE`);
cpSync("README.md", `${out}/README.md`);
const { scripts, devDependencies, private: _, ...published } = JSON.parse(readFileSync("package.json", "utf8"));
writeFileSync(`${out}/package.json`, JSON.stringify(published, null, 2) + "\n");

for (const name of entries) {
  const code = readFileSync(`${out}/${name}.js`);
  const size = gzipSync(code, { level: 9 }).length;
  console.log(`${name}.js: ${code.length} bytes minified, ${size} compressed, of ${LIMITS[name]}`);
  if (size > LIMITS[name]) {
    console.error(`${name}.js is over its limit`);
    process.exit(1);
  }
}

mkdirSync("target/test", { recursive: true });
const tests = readdirSync("test").filter((name) => name.endsWith(".ts") && !name.includes("page."));
const common = {
  ...{ bundle: true, mangleProps, define, sourcemap: "inline" },
  ...{ format: "esm", outdir: "target/test" },
};
await build({
  ...common,
  entryPoints: tests.map((name) => `test/${name}`),
  platform: "node",
  external: Object.keys(devDependencies),
  alias: { "@holdfast/client": "./src/index.ts" },
  outExtension: { ".js": ".mjs" },
});
await build({
  ...common,
  entryPoints: ["test/react-page.ts", "test/driver-page.ts"],
  alias: { "@holdfast/client": `./${out}/index.js` },
});

if (process.argv[2] == "test") {
  const files = readdirSync("target/test").filter((name) => name.endsWith(".test.mjs"));
  const paths = files.map((name) => `target/test/${name}`);
  const options = ["--enable-source-maps", "--test", "--test-reporter=spec", "--test-concurrency=2"];
  process.exit(spawnSync("node", [...options, ...paths], { stdio: "inherit" }).status ?? 1);
}
