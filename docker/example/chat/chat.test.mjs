// The pages and the worker, against two nodes: what is read is whole, once, whatever is killed meanwhile.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { token } from "./token.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const JAR = join(HERE, "../../../app/target/holdfast.jar");
const PATIENCE = 120_000;
const BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
  .map((name) => join("/usr/bin", name))
  .concat("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
const executablePath = process.env.CHROMIUM ?? BROWSERS.find(existsSync);
const noNode = existsSync(JAR) ? false : "app/target/holdfast.jar is not built";
const noBrowser = noNode || (executablePath ? false : "there is no Chromium");
const isNew = "import sys; sys.exit(sys.version_info < (3, 10))";
const python = ["python3", "python3.13", "python3.12", "python3.11", "python3.10"].find(
  (name) => spawnSync(name, ["-c", isNew]).status === 0,
);
const noPython = noNode || (python ? false : "there is no Python 3.10 or newer");

const data = mkdtempSync(join(tmpdir(), "holdfast-chat-"));
const key = join(data, "development.key");
const running = new Set();
let one, other, browser, site;

async function until(what, holds) {
  for (const end = Date.now() + PATIENCE; ; await wait(20)) {
    const result = await holds();
    if (result) return result;
    if (Date.now() > end) throw new Error(`does not happen: ${what}`);
  }
}

/** Free, and below the ports of outgoing connections. */
async function freePort() {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 8_000) * 2;
    const isFree = (at) =>
      new Promise((done) => {
        const server = createServer().once("error", () => done(false));
        server.listen(at, "127.0.0.1", () => server.close(() => done(true)));
      });
    if ((await isFree(port)) && (await isFree(port + 1))) return port;
  }
}

/** A program, once its output has what it says when it is ready. */
async function start(ready, command, args, env = {}) {
  const process_ = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "pipe"] });
  const program = { process: process_, output: "" };
  running.add(process_);
  process_.once("exit", () => running.delete(process_));
  for (const stream of [process_.stdout, process_.stderr]) stream.on("data", (text) => (program.output += text));
  await until(`${args.join(" ")} is ready`, () => {
    if (!running.has(process_)) throw new Error(`has ended:\n${program.output}`);
    return ready.test(program.output);
  });
  return program;
}

before(async () => {
  if (noNode) return;
  const ports = new Set();
  while (ports.size < 6) ports.add(String(await freePort()));
  const [port, redis, onePort, otherPort, oneBus, otherBus] = ports;
  site = `http://localhost:${port}`;
  const serve = async (port, bus, ...more) => ({
    url: `http://127.0.0.1:${port}`,
    ...(await start(/Ctrl-C ends it/, "java", [
      ...["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", JAR, "serve", "--end-with-stdin"],
      ...["--data", data, "--port", port, "--bus-port", bus, "--members", `127.0.0.1:${oneBus},127.0.0.1:${otherBus}`],
      ...["--set", `gateway.allowedOrigins=${site}`, ...more],
      ...["--set", "runs.agents.mortal.lease=3s", "--set", "runs.agents.vanishing.lease=3s"],
      ...["--set", "runs.userRuns=100"],
    ])),
  });
  // The first one has the model and the Redis; it is the other one that is killed.
  const password = () => {
    const file = join(data, "redis/redis.password");
    return existsSync(file) && readFileSync(file, "utf8").trim();
  };
  [one, other, browser] = await Promise.all([
    serve(onePort, oneBus, "--fake-llm", "--set", `redis.embeddedPort=${redis}`),
    until("there is a Redis", password).then((secret) =>
      serve(otherPort, otherBus, "--redis", `redis://:${secret}@127.0.0.1:${redis}`),
    ),
    noBrowser ? undefined : chromium.launch({ executablePath, args: ["--no-sandbox"] }),
  ]);
  await start(/useChat/, "node", [join(HERE, "server.mjs"), other.url, one.url], { PORT: port, KEY: key });
});

after(async () => {
  await browser?.close();
  one?.process.stdin.end();
  for (const each of running) if (each !== one?.process) each.kill("SIGKILL");
  await until("all have ended", () => running.size === 0);
  rmSync(data, { recursive: true, force: true });
});

/** Asks the first node, as a page does; `text` grows, and `end` is what it ended with. */
function ask(agent, chat, question) {
  const headers = { authorization: `Bearer ${token(key, "ann", "run:*")}`, "content-type": "application/json" };
  const message = { id: "1", role: "user", parts: [{ type: "text", text: question }] };
  const request = { method: "POST", headers, body: JSON.stringify({ id: chat, messages: [message] }) };
  const answer = { text: "", end: undefined };
  const read = async () => {
    answer.text = "";
    const response = await fetch(`${one.url}/v1/chat/${agent}`, request);
    let rest = "";
    for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
      const events = (rest + text).split("\n\n");
      rest = events.pop();
      for (const event of events.filter((line) => line.startsWith("data: {"))) {
        const chunk = JSON.parse(event.slice(6));
        answer.text += chunk.type === "text-delta" ? chunk.delta : "";
        if (["finish", "error", "abort"].includes(chunk.type)) answer.end = chunk;
      }
    }
    return answer.end;
  };
  answer.over = until(`${chat} has an answer`, () => read().catch(() => false));
  answer.over.catch(() => {}); // whoever waits for it hears of it; not all do
  answer.begins = () => until(`${chat} is being answered`, () => answer.text.length > 0);
  answer.stop = () => fetch(`${one.url}/v1/chat/${agent}/${chat}/stop`, { ...request, body: "{}" });
  return answer;
}

const service = (agent) => token(key, "worker", "service:worker", `work:${agent}`);
const work = (agent, ...nodes) => start(/^/, python, [join(HERE, "worker.py"), service(agent), agent, ...nodes]);
const counted = (question, most = 40) =>
  `You said: ${question}. I am a worker in Python, and count:` +
  Array.from({ length: most }, (_, i) => ` ${i + 1}`).join("");

/** What nobody says to its end here. */
const LONG = "Count to 100000";

const options = { skip: noPython, timeout: 2 * PATIENCE };

describe("a worker", { concurrency: true }, () => {
  test("killed in mid-answer: its run ends by name, and the next run has the next worker", options, async () => {
    const first = await work("mortal", one.url);
    const lost = ask("mortal", "lost", LONG);
    await lost.begins();
    first.process.kill("SIGKILL");
    assert.deepEqual(await lost.over, { type: "error", errorText: "The agent's worker was lost." });
    assert.ok(counted(LONG, 100_000).startsWith(lost.text), lost.text);
    await work("mortal", one.url);
    await ask("mortal", "next", "Hello").begins();
  });

  test("gone before its first event: another one takes the run", options, async () => {
    const taken = ask("vanishing", "taken", "Hello");
    const headers = { authorization: `Bearer ${service("vanishing")}`, "content-type": "application/json" };
    const claim = { method: "POST", headers, body: JSON.stringify({ worker: "vanishing", wait: 30_000 }) };
    assert.equal((await fetch(`${one.url}/v1/work/vanishing/claim`, claim)).status, 200);
    await work("vanishing", one.url);
    await taken.begins();
  });

  test("told of a cancel: it stops, and goes on with other runs", options, async () => {
    await work("patient", one.url);
    const first = ask("patient", "first", LONG);
    await first.begins();
    await first.stop();
    assert.equal((await first.over).type, "abort");
    await ask("patient", "second", "Hello").begins();
  });
});

const QUESTION = "What is new?";

/** A page that was asked, and reloaded in the middle of the answer. */
async function reloaded(path) {
  const page = await (await browser.newContext()).newPage();
  page.on("pageerror", (failure) => console.error(`in ${path}:`, failure));
  const texts = (role) => page.locator(`.${role}`).allTextContents();
  const shows = (length) => until(`${path} shows more`, async () => (await texts("assistant")).join("").length > length);
  await page.goto(site + path);
  await page.fill("input", QUESTION);
  await page.click("button:enabled");
  await shows(0);
  await shows(40);
  await page.reload();
  await shows(80);
  return { path, page, texts };
}

async function isWhole({ path, page, texts }, expected) {
  await until(`${path} has it all`, async () => (await texts("assistant")).join("").endsWith("That was all."));
  assert.deepEqual(await texts("assistant"), [expected], path);
  assert.deepEqual(await texts("user"), [QUESTION], path);
  await page.waitForSelector("[role=alert]", { state: "hidden" });
  await page.reload();
  await until(`${path} has it after the end`, async () => (await texts("assistant")).join("") === expected);
  await fits({ path, page });
}

async function fits({ path, page }) {
  for (const width of [1280, 400]) {
    await page.setViewportSize({ width, height: 800 });
    const scrolls = await page.evaluate("document.documentElement.scrollWidth > innerWidth");
    assert.equal(scrolls, false, `nothing of ${path} is cut off at ${width}`);
    const { SCREENSHOTS } = process.env;
    if (SCREENSHOTS) await page.screenshot({ path: `${SCREENSHOTS}${path.replace("/", "-")}-${width}.png` });
  }
}

/** In a page: notes how often a line is there when the page changes, if that is not once. */
function watch(text) {
  const all = document.querySelector("section");
  let shown = 0;
  window.wrong = [];
  const look = () => {
    const count = [...all.children].filter((line) => line.textContent === text).length;
    shown ||= count;
    if (shown && count !== 1) window.wrong.push(count);
  };
  new MutationObserver(look).observe(all, { childList: true, characterData: true, subtree: true });
}

/** Two people in a room. A line is there at once, and a reload in mid-typing keeps what was typed. */
async function room(path) {
  const users = ["ann", "bob"];
  const pages = await Promise.all(
    users.map(async (user) => {
      const page = await (await browser.newContext()).newPage();
      page.on("pageerror", (failure) => console.error(`in ${path}:`, failure));
      await page.goto(`${site}${path}?user=${user}`);
      await page.waitForSelector(`text=${user}, online`);
      return page;
    }),
  );
  const said = [];
  const [ann, bob] = pages;
  const say = async (page, text) => {
    said.push([users[pages.indexOf(page)], text]);
    await page.fill("input", text);
    await page.evaluate(watch, text);
    await page.press("input", "Enter");
    assert.equal((await page.locator("section p").allTextContents()).at(-1), text, "at once");
  };
  const all = (user) => said.map(([by, text]) => (by === user ? text : `${by}: ${text}`)).join("\n");
  const seen = () =>
    Promise.all(
      pages.map((page, i) =>
        until(`${users[i]} sees ${all(users[i])}`, async () => {
          const lines = await page.locator("section p:not(.waiting)").allTextContents();
          const wrong = await page.evaluate("window.wrong ?? []");
          assert.deepEqual(wrong, [], `the last line of ${users[i]} was gone for a moment, or there twice`);
          return lines.length >= said.length && (assert.equal(lines.join("\n"), all(users[i])), true);
        }),
      ),
    );
  const reload = async (page, typed) => {
    await page.fill("input", typed);
    await page.reload();
    await until("it is still typed", async () => (await page.inputValue("input")) === typed);
  };
  await say(ann, "hi");
  await seen();
  await reload(bob, "hello a");
  await say(bob, "hello ann");
  await seen();
  return { path, page: ann, say, seen, reload, ann, bob };
}

/** The node is gone. */
async function goesOn({ path, page, say, seen, reload, ann, bob }) {
  await say(ann, "is anybody there?");
  await reload(ann, "Well, I");
  await seen();
  await say(bob, "I am");
  await seen();
  await reload(bob, "");
  await seen();
  await fits({ path, page });
}

test("a reload, and then the node is killed: pages and worker go on", { ...options, skip: noNode }, async (t) => {
  for (const missing of [noBrowser, noPython]) missing && t.diagnostic(`left out in part: ${missing}`);
  const rooms = noBrowser ? [] : await Promise.all(["/room", "/room-react"].map(room));
  if (!noPython) await work("steady", other.url, one.url);
  const worked = noPython || ask("steady", "kill", "Hello");
  const expected = ask("assistant", "expected", QUESTION);
  const pages = noBrowser ? [] : await Promise.all(["/", "/ag-ui"].map(reloaded));
  other.process.kill("SIGKILL");
  t.diagnostic(`killed when it had ${expected.text.length} characters`);
  assert.equal((await expected.over).type, "finish");
  await Promise.all([...pages.map((page) => isWhole(page, expected.text)), ...rooms.map(goesOn)]);
  if (!noPython) {
    assert.equal((await worked.over).type, "finish");
    assert.equal(worked.text, counted("Hello"));
  }
});
