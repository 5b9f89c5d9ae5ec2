import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test, TestContext } from "node:test";
import { run as command } from "../cli/command.js";
import { typescript } from "../cli/typescript.js";
import { freePort } from "./node.js";

const HERE = import.meta.dirname ?? "target/test";
const MODULE = join(HERE, "../..");
const folder = mkdtempSync(join(tmpdir(), "holdfast-types-"));
after(() => rmSync(folder, { recursive: true }));

const order = {
  type: "object",
  description: "An order */ process.exit() /*",
  required: ["id", "items", "state"],
  additionalProperties: false,
  properties: {
    id: { type: "string", minLength: 1 },
    state: { enum: ["new", "paid", null] },
    items: { type: "array", items: { $ref: "#/$defs/item" } },
    "paid at": { type: ["string", "null"], format: "date-time" },
    labels: { additionalProperties: { type: "number" } },
    pair: { type: "array", prefixItems: [{ type: "string" }, { type: "integer" }], items: false, minItems: 2 },
  },
  $defs: {
    item: { $ref: "#/$defs/thing/properties/it~1em" },
    thing: {
      properties: {
        "it/em": {
          type: "object",
          required: ["name"],
          properties: { name: { type: "string" }, parts: { type: "array", items: { $ref: "#/$defs/item" } } },
        },
      },
    },
  },
};
const tree = { type: "object", properties: { children: { type: "array", items: { $ref: "#" } } } };
const all = [
  { event: "created", version: 10, schema: order },
  { event: "created", version: 9, schema: { type: "object", required: ["id"], properties: { id: { type: "number" } } } },
  { event: "1.tree-ed/x", version: 1, schema: tree },
  { event: "any", version: 1, schema: true },
  { event: "choice", version: 1, schema: { oneOf: [{ const: 1 }, { type: "object", required: ["a"] }] } },
  { event: "round", version: 1, schema: { $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } } } },
  { event: "away", version: 1, schema: { allOf: [{ $ref: "https://example.org/x" }, { type: "object", properties: { n: {} } }] } },
];

const RIGHT = `
import { connect } from "@holdfast/client";
import { useChannel, usePublish } from "@holdfast/client/react";
const hf = connect("wss://example.org", { token: "t" });
const orders = hf.channel("topic:orders");
orders.on("created", (data, event) => {
  const id: string = data.id + event.data.id;
  const state: "new" | "paid" | null = data.state;
  const name: string | undefined = data.items[0]?.parts?.[0]?.name;
  const at: string | null | undefined = data["paid at"];
  const second: number | undefined = data.pair?.[1];
  const label: number | undefined = data.labels?.["a"];
  return [id, state, name, at, second, label];
});
orders.on("created/9", (data) => data.id.toFixed());
orders.on("1.tree-ed/x", (data) => data.children?.[0]?.children?.length);
orders.on("choice", (data) => (data == 1 ? 0 : data.a));
orders.on("away", ({ n }) => n);
orders.publish("created", { id: "7", state: "new", items: [{ name: "a", parts: [{ name: "b" }] }] });
orders.publishVolatile("created/9", { id: 7 });
for await (const { data } of orders.events({ event: "created" })) data.id.length;
useChannel("topic:orders", "created", (data) => data.id.length);
usePublish("topic:orders")("created/9", { id: 7 });
// What has no schema is as before.
orders.on("other", (data) => data.anything.at.all);
orders.on<{ a: number }>("other", (data) => data.a.toFixed());
orders.on("*", (data) => data.anything);
orders.publish("other", { a: 1 });
const name: string = "of any";
orders.publish(name, 1);
`;

/** Each of these lines is wrong, and has to be refused. */
const WRONG = [
  'orders.on("created", (data) => data.nope);',
  'orders.on("created", (data) => data.id.toFixed());',
  'orders.on("created", (data) => data.items[0]!.parts![0]!.nope);',
  'orders.on("created", (data: { id: number }) => data);',
  'orders.on("created/9", (data) => data.id.length);',
  'orders.on("1.tree-ed/x", (data) => data.children![0]!.nope);',
  'orders.on("any", (data) => data.nope);',
  'orders.on("round", (data) => data.nope);',
  'useChannel("topic:orders", "created", (data) => data.nope);',
  'usePublish("topic:orders")("created/9", { id: "7" });',
  'orders.publish("created", { id: 7, state: "new", items: [] });',
  'orders.publish("created", { id: "7", state: "lost", items: [] });',
  'orders.publish("created", { id: "7", state: "new", items: [], more: 1 });',
  'orders.publish("created", { id: "7", state: "new" });',
  'orders.publish("created", { id: "7", state: "new", items: [], pair: ["a"] });',
  'orders.publishVolatile("created/9", { id: "7" });',
  'for await (const { data } of orders.events({ event: "created" })) data.nope;',
];

function run(command: string, args: string[], env: object = {}) {
  return new Promise<{ code: number | null; out: string; err: string }>((resolve, reject) => {
    const child = spawn(command, args, { env: { ...process.env, ...env }, cwd: folder });
    const said = { out: "", err: "" };
    child.stdout.on("data", (text) => (said.out += text));
    child.stderr.on("data", (text) => (said.err += text));
    child.once("error", reject).once("close", (code) => resolve({ code, ...said }));
  });
}

/** Compiles sources against the package as npm publishes it; returns the lines that are refused. */
async function compile(sources: Record<string, string>): Promise<string[]> {
  const project = mkdtempSync(join(folder, "project-"));
  for (const [name, text] of Object.entries(sources)) {
    writeFileSync(join(project, name), text);
  }
  const options = {
    ...{ target: "ES2022", module: "NodeNext", strict: true, noEmit: true, skipLibCheck: false },
    ...{ lib: ["ES2022", "DOM"], types: [], noUncheckedIndexedAccess: true },
    paths: {
      "@holdfast/client": [join(MODULE, "target/package/index.d.ts")],
      "@holdfast/client/react": [join(MODULE, "target/package/react.d.ts")],
      ...{ react: [join(MODULE, "node_modules/@types/react/index.d.ts")] },
    },
  };
  writeFileSync(join(project, "package.json"), '{"type":"module"}');
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions: options, include: ["*.ts"] }));
  const tsc = join(MODULE, "node_modules/typescript/bin/tsc");
  const { code, out } = await run("node", [tsc, "-p", project, "--pretty", "false"]);
  const lines = out.split("\n").filter((line) => line.includes("error TS"));
  assert.equal(code == 0, !lines.length, out);
  return lines;
}

/** Names that are no identifiers, or the same one in another spelling. */
const NAMES = ["a.b", "a-b", "a:b", "A/b", "9", "-", "string", "Unknown", "constructor", "__proto__"];
const strange = {
  required: ["more", "a b"],
  properties: {
    ...{ "a b": {}, "": {}, "x-y": {}, class: {}, __proto__x: {}, 'quo"te\n': {} },
    "*/": { description: "*/\n*/" },
  },
};

/** Schemas that are deep, or say nothing. */
const ODD = [false, {}, { type: "nonsense" }, { enum: [] }, { anyOf: [] }, { const: { a: ["b", 1] } }];
let deep: any = { type: "string" };
for (let i = 0; i < 100; i++) {
  deep = { items: deep };
}

test("right use of the types compiles, and each wrong one does not", async () => {
  const warnings: string[] = [];
  const more = [
    ...NAMES.map((event) => ({ event, version: 1, schema: strange })),
    ...[deep, ...ODD].map((schema, i) => ({ event: `e${i}`, version: 1, schema })),
  ];
  const events = typescript([...all, ...more], (message) => warnings.push(message));
  assert.match(events, /An order \*\\\/ process/);
  const begin = RIGHT.split("\n").slice(0, 5);
  const named = NAMES.map((name) => `hf.tenant.on(${JSON.stringify(name)}, (data) => [data["a b"], data.class, data.more]);`);
  const found = await compile({
    "events.ts": events,
    "right.ts": RIGHT,
    "named.ts": [...begin, ...named].join("\n"),
    "wrong.ts": [...begin, ...WRONG].join("\n"),
  });
  const refused = found.map((line) => Number(/wrong\.ts\((\d+)/.exec(line)?.[1] ?? assert.fail(line)));
  assert.deepEqual([...new Set(refused)], WRONG.map((_, i) => i + 6), found.join("\n"));
  assert.deepEqual(warnings.sort(), [
    'away/1: $ref "https://example.org/x" is not in the schema: unknown',
    "round/1: Round1A refers to nothing but itself: unknown",
  ]);
});

// ---- the command

/** Runs the command. */
async function cli(args: string[], token?: string) {
  let [out, err] = ["", ""];
  const code = await command(args, { token, out: (text) => (out += text), err: (text) => (err += text) });
  return { code, out, err };
}

/** A server that answers as a test says. */
async function server(t: TestContext, answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const http = createServer(answer);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  t.after(() => (http.closeAllConnections(), http.close()));
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

const json = (response: ServerResponse, status: number, body: unknown, headers = {}) =>
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));

/** Answers as a node with these schemas. */
function node(request: IncomingMessage, response: ServerResponse) {
  const path = decodeURIComponent(request.url!);
  const one = all.find(({ event, version }) => path == `/v1/schemas/${event}/${version}`);
  if (request.headers.authorization != "Bearer good") {
    json(response, 401, { code: "unauthorized", detail: "token: signature" });
  } else if (path == "/v1/schemas") {
    const gone = { event: "removed.meanwhile", version: 1 };
    json(response, 200, { schemas: [gone, ...all.map(({ event, version }) => ({ event, version }))] });
  } else {
    json(response, one ? 200 : 404, one ?? { code: "not_found" });
  }
}

test("the command prints the types, or writes them if all is well", async (t) => {
  const file = join(folder, "events.ts");
  const busy = new Set<string>();
  const url = await server(t, (request, response) => {
    if (request.url!.includes("created") && !busy.has(request.url!)) {
      busy.add(request.url!);
      json(response, 429, { code: "rate_limited" }, { "retry-after": "0.01" });
    } else {
      node(request, response);
    }
  });
  const program = join(MODULE, "target/package/cli.js");
  const { code, out, err } = await run("node", [program, "types", url], { HOLDFAST_TOKEN: "good" });
  assert.equal(code, 0, err);
  assert.equal(out, typescript(all, () => {}));
  assert.match(err, /\$ref "https:/);
  for (const to of [url.replace("http", "ws") + "/v1/connect", url + "/"]) {
    const again = await cli(["types", to, "--out", file], " good\n");
    assert.deepEqual([again.code, again.out], [0, ""]);
    assert.equal(readFileSync(file, "utf8"), out);
  }
  assert.equal((await cli(["types", url, "--token", "bad", "--out", file])).code, 1);
  assert.equal(readFileSync(file, "utf8"), out, "it stays as it was");
  assert.ok(!readdirSync(folder).includes("events.ts.tmp"));
});

test("what is wrong has a name and an exit code, and nothing is printed", async (t) => {
  const good = await server(t, node);
  const empty = await server(t, (_, response) => json(response, 200, { schemas: [] }));
  const html = await server(t, (_, response) => response.writeHead(502).end("<html>Bad Gateway"));
  const other = await server(t, (_, response) => json(response, 200, { schemas: [{ event: 7 }] }));
  const moved = await server(t, (_, response) => response.writeHead(302, { location: good }).end());
  const may = await server(t, (_, response) => json(response, 403, { code: "forbidden", detail: "needs schemas:read" }));
  const cut = await server(t, (_, response) => {
    response.writeHead(200, { "content-length": "1000" }).write("{");
    setImmediate(() => response.destroy());
  });
  const away = `http://127.0.0.1:${await freePort()}`;
  const token = ["--token", "good"];
  const cases: [number, RegExp, string[]][] = [
    [2, /usage: /, []],
    [2, /usage: /, ["types"]],
    [2, /usage: /, ["types", good, "--nonsense"]],
    [2, /no_token: /, ["types", good]],
    [2, /bad_url: /, ["types", "not an address", ...token]],
    [2, /bad_url: /, ["types", "ftp://example.org", ...token]],
    [2, /file: /, ["types", good, ...token, "--out", join(folder, "none/such/events.ts")]],
    [1, /unauthorized: token: signature/, ["types", good, "--token", "bad"]],
    [1, /unauthorized: .*characters/, ["types", good, "--token", "b\nad"]],
    [1, /forbidden: needs schemas:read/, ["types", may, ...token]],
    [1, /no_schemas: /, ["types", empty, ...token]],
    [1, /no_node: .*502/, ["types", html, ...token]],
    [1, /no_node: /, ["types", other, ...token]],
    [1, /unreachable: /, ["types", moved, ...token]],
    [1, /unreachable: .*cut off/, ["types", cut, ...token]],
    [1, /unreachable: .*ECONNREFUSED/, ["types", away, ...token]],
  ];
  const seen = await Promise.all(cases.map(([, , args]) => cli(args)));
  for (const [i, { code, out, err }] of seen.entries()) {
    const [expected, message, args] = cases[i]!;
    assert.match(err, message, args.join(" "));
    const said = err.split("\n").filter((line) => line && !line.endsWith(": unknown"));
    assert.deepEqual([code, out, said.length], [expected, "", 1], `${args}: ${err}`);
    assert.doesNotMatch(err, /b\nad|\bat .*:\d/);
  }
  const { code, out } = await cli(["--help"]);
  assert.equal(code, 0);
  assert.match(out, /HOLDFAST_TOKEN/);
});
