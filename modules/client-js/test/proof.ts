/**
 * node target/test/proof.mjs [VARIANT…] [--node 200] [--pages 100] [--repeat 20] …
 *
 * Lets clients in Node and in Chromium publish and read while nodes are ended by kill -9, and
 * compares what each of them has. It prints a row for each variant; the exit code is 1 if anything
 * was lost, repeated or reordered.
 */
import { parseArgs } from "node:util";
import { crowd, HEAD, isClean, Row, show, Variant } from "./crowd.js";
import { cable, direct, Network, noProxy, proxy } from "./network.js";
import { startCluster } from "./node.js";
import { file, launch, missing, serve } from "./site.js";

type Between = (urls: string[]) => Network | Promise<Network>;

const VARIANTS: Record<string, Variant & { between: Between }> = {
  kill: { between: direct },
  reload: { between: direct, reload: 3_000 },
  share: { between: direct, share: true },
  proxy: { between: proxy },
  cut: { between: cable, cuts: 20 },
};

const number = (value: number) => ({ type: "string", default: String(value) }) as const;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    node: number(200),
    pages: number(100),
    nodes: number(3),
    room: number(30),
    rate: number(60),
    seconds: number(30),
    repeat: number(1),
  },
});
const numbers = Object.entries(values).map(([name, value]) => [name, Number(value)]);
const given = Object.fromEntries(numbers) as Record<keyof typeof values, number>;
const { nodes, repeat, ...size } = given;

const wanted = positionals.length ? positionals : Object.keys(VARIANTS);
const unknown = wanted.find((name) => !VARIANTS[name]);
const problem =
  missing ??
  (unknown && `there is no variant ${unknown}, but ${Object.keys(VARIANTS).join(", ")}`) ??
  (Object.values(given).every((n) => n >= 0) ? undefined : "options are numbers") ??
  (nodes > 1 ? undefined : "a cluster has two nodes or more") ??
  (wanted.includes("proxy") ? noProxy : undefined);
if (problem) {
  console.error(problem);
  process.exit(2);
}

const site = await serve({
  "/proof": () => file("text/html", "test/proof-page.html"),
  "/client.js": () => file("text/javascript", "target/package/index.js"),
  "/share.js": () => file("text/javascript", "target/package/share.js"),
  "/ledger.js": () => file("text/javascript", "target/test/ledger.mjs"),
  "/token": ({ search }) => ["text/plain", cluster.token(search.slice(1))],
});
const cluster = await startCluster(site.url, nodes);
const rows: string[] = [];
let failed = false;

for (const name of wanted) {
  const { between, ...variant } = VARIANTS[name]!;
  let clean = 0;
  let total: Row | undefined;
  for (let round = 1; round <= repeat; round++) {
    const browser = await launch();
    const chromium = { browser, site: site.url };
    const row = await crowd(cluster, size, variant, between, chromium);
    await browser.close();
    clean += isClean(row) ? 1 : 0;
    total = total ? add(total, row) : row;
    console.error(`${show(`${name} ${round}`, row)} ${new Date().toISOString()}`);
  }
  failed ||= clean < repeat;
  rows.push(show(`${name}: ${clean} of ${repeat}`, total!));
}
console.log([HEAD, ...rows].join("\n"));
await cluster.stop();
site.close();
process.exit(failed ? 1 : 0);

/** Adds the counts of two rounds; their clients are the same number. */
function add(one: Row, other: Row): Row {
  const sums = Object.entries(one).map(([name, n]) => [name, n + other[name as keyof Row]]);
  return { ...Object.fromEntries(sums), clients: other.clients };
}
