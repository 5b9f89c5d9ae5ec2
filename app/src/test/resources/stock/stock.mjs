// Clients of AG-UI, of CopilotKit and of the AI SDK as npm has them, against nodes: one scenario, named by the first
// argument. Says "reading" once it has some text, and in the end what it has come to.
import net from "node:net";
import { HttpAgent } from "@ag-ui/client";
import { AbstractChat, DefaultChatTransport } from "ai";

const [scenario, json] = process.argv.slice(2);
const { urls, token, stranger, service, agent } = JSON.parse(json);
process.on("unhandledRejection", () => {}); // in Node a reset stream of HttpAgent surfaces as one, too

process.stdin.on("data", () => (globalThis.restarted = true));
const say = (what) => console.log(JSON.stringify(what));
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const until = async (holds) => {
  while (!holds()) await sleep(10);
};
const begun = (text) => until(() => text().length > 300);
const bearer = (as) => ({ authorization: `Bearer ${as}` });

// AG-UI

const agui = (thread, { url = urls[0], as = token, path = "run", of = agent } = {}) =>
  new HttpAgent({ url: `${url}/v1/agui/agent/${of}/${path}`, threadId: thread, headers: bearer(as) });
const text = (page) =>
  page.messages
    .filter((message) => message.role === "assistant")
    .map((message) => message.content)
    .join("");

function ask(page) {
  page.addMessage({ id: "u1", role: "user", content: "Hello?" });
  return page.runAgent({ runId: "r1" });
}

/** The same page, whose client turns to the other node until the run is at its end. */
async function insist(page, of = agent) {
  for (let i = 1; ; i++) {
    page.url = `${urls[i % urls.length]}/v1/agui/agent/${of}/run`;
    try {
      await page.runAgent({ runId: "r1" });
      return i;
    } catch {
      await sleep(200);
    }
  }
}

const post = async (path, as = token, body = {}) => {
  const options = { method: "POST", headers: { ...bearer(as), "content-type": "application/json" } };
  return (await fetch(urls[0] + path, { ...options, body: JSON.stringify(body) })).json();
};

/** A way to the nodes by turns, which breaks so many times, each time after some bytes; then it holds. */
function breaking(times) {
  const way = { left: times };
  const server = net.createServer((page) => {
    let room = way.left-- > 0 ? 200 + Math.floor(Math.random() * 6000) : Infinity;
    const node = net.connect(+new URL(urls[way.left & 1]).port, "127.0.0.1");
    const end = () => (page.destroy(), node.destroy());
    for (const side of [page, node]) side.on("error", end).on("close", end);
    page.pipe(node);
    node.on("data", (data) => {
      page.write(data.subarray(0, Math.min(room, data.length)));
      room -= data.length;
      if (room <= 0) end();
    });
  });
  return new Promise((open) => {
    server.listen(0, "127.0.0.1", () => {
      way.url = `http://127.0.0.1:${server.address().port}`;
      open(way);
    });
  });
}

/** A worker by HTTP, of the agent that asks: does one run, whose events follow from its input. */
async function works(events) {
  const say = async (path, body) => {
    const init = { method: "POST", headers: { ...bearer(service), "content-type": "application/json" } };
    return fetch(`${urls[1]}/v1/work/${agent}-asks${path}`, { ...init, body: JSON.stringify(body) });
  };
  const claim = await (await say("/claim", { worker: "w", wait: 30000 })).json();
  const ids = { threadId: claim.run.threadId, runId: claim.run.runId };
  const all = events(claim.input).map((event) => ({ ...ids, ...event }));
  await say(`/runs/${claim.run.run}/events`, { generation: claim.generation, n: claim.next, events: all });
}

// CopilotKit

/** Its core, as its React components have it, and its agent for the thread; it asks for /info itself. */
async function copilot(url) {
  globalThis.window ??= globalThis;
  const { CopilotKitCore } = await import("@copilotkit/core");
  const core = new CopilotKitCore({ runtimeUrl: `${url}/v1/agui`, headers: bearer(token) });
  await until(() => core.getAgent(agent));
  const page = core.getAgent(agent);
  page.threadId = "th";
  return { core, page };
}

function asks({ core, page }) {
  page.addMessage({ id: "u1", role: "user", content: "Hello?" });
  return core.runAgent({ agent: page });
}

// The AI SDK

class State {
  status = "ready";
  error = undefined;
  messages = [];
  pushMessage = (message) => (this.messages = this.messages.concat(message));
  popMessage = () => (this.messages = this.messages.slice(0, -1));
  replaceMessage = (at, message) => (this.messages = this.messages.with(at, message));
  snapshot = structuredClone;
}

class Chat extends AbstractChat {
  node = 0;
  constructor(id, as = token) {
    let self;
    const transport = new DefaultChatTransport({
      api: `/v1/chat/${agent}`,
      headers: bearer(as),
      fetch: (path, init) => fetch(urls[self.node] + path, init),
    });
    super({ id, transport, state: new State() });
    self = this;
  }
  get text() {
    return this.messages
      .filter((message) => message.role === "assistant")
      .flatMap((message) => message.parts)
      .map((part) => (part.type === "text" ? part.text : ""))
      .join("");
  }
  get count() {
    return this.messages.filter((message) => message.role === "assistant").length;
  }
}

const scenarios = {
  async whole() {
    const page = agui("th");
    const asked = ask(page);
    await begun(() => text(page));
    say("reading");
    await asked;
    return { text: text(page) };
  },

  /** A reload: the page is gone, and another client has nothing but the ids. */
  async reload() {
    const page = agui("th");
    const asked = ask(page).catch(() => {});
    await begun(() => text(page));
    page.abortRun();
    await asked;
    const fresh = agui("th", { url: urls[1] });
    const device = agui("th", { path: "connect" });
    const both = [fresh.runAgent({ runId: "r1" }), device.runAgent({ runId: "device" })];
    await begun(() => text(fresh));
    say("reading");
    await Promise.all(both);
    return { text: text(fresh), device: text(device), messages: fresh.messages.length };
  },

  /** Its node is killed; the same page goes on at the other. */
  async kill() {
    const page = agui("th");
    const asked = ask(page);
    await begun(() => text(page));
    say("reading");
    const failed = await asked.then(
      () => "nothing",
      () => "a failure",
    );
    const again = insist(page);
    const had = text(page).length;
    await until(() => text(page).length > had + 300);
    say("again");
    await again;
    return { failed, text: text(page) };
  },

  async cuts() {
    const way = await breaking(20);
    const page = agui("th", { url: way.url });
    page.addMessage({ id: "u1", role: "user", content: "Hello?" });
    const failures = [];
    for (;;) {
      if (way.left === 0) say("reading");
      const whole = await page.runAgent({ runId: "r1" }).then(
        () => true,
        () => failures.push("cut") === 0,
      );
      if (whole) return { cuts: failures.length, text: text(page), messages: page.messages.length };
    }
  },

  /** A page that is loaded again and again, and has nothing but the ids each time. */
  async reloads() {
    const page = agui("th");
    const asked = ask(page).catch(() => {});
    await begun(() => text(page));
    for (let i = 0; i < 20; i++) {
      const passing = agui("th", { url: urls[i % 2] });
      const reads = passing.runAgent({ runId: "r1" }).catch(() => {});
      await sleep(200);
      passing.abortRun();
      await reads;
    }
    const last = agui("th", { url: urls[1] });
    const reads = last.runAgent({ runId: "r1" });
    await begun(() => text(last));
    say("reading");
    await Promise.all([reads, asked]);
    return { text: text(page), last: text(last) };
  },

  async twice() {
    const pages = [agui("th"), agui("th", { url: urls[1] })];
    const asked = pages.map(ask);
    await Promise.all(pages.map((page) => begun(() => text(page))));
    say("reading");
    await Promise.all(asked);
    return { text: text(pages[0]), other: text(pages[1]) };
  },

  async stop() {
    const page = agui("th");
    const ends = [];
    page.subscribe({ onRunFinishedEvent: ({ event }) => void ends.push(event.outcome?.type) });
    const asked = ask(page);
    await begun(() => text(page));
    const path = `/v1/agui/agent/${agent}/stop/th`;
    const theirs = await post(path, stranger);
    const ours = await post(path, token, { runId: "r1" });
    await asked;
    return { theirs: theirs.stopped, ours: ours.stopped, ends };
  },

  /** What is not there, and what is another's. */
  async nothing() {
    const page = agui("th");
    const asked = ask(page);
    await begun(() => text(page));
    const unknown = agui("never-was", { path: "connect" });
    const other = agui("th", { path: "connect", as: stranger });
    const results = await Promise.all([unknown, other].map((each) => each.runAgent({ runId: "x" })));
    say("reading");
    await asked;
    return { seen: [unknown.messages.length, other.messages.length], results: results.length };
  },

  /** A question; all nodes are killed; a fresh page has it and answers, another device comes late. */
  async interrupt() {
    const of = `${agent}-asks`;
    const question = { id: "q1", reason: "approval", message: "May I?" };
    const worked = works(() => [
      { type: "RUN_STARTED" },
      { type: "RUN_FINISHED", outcome: { type: "interrupt", interrupts: [question] } },
    ]);
    const page = agui("th", { of });
    await ask(page);
    await worked;
    const before = page.pendingInterrupts.map((one) => one.id);
    say("reading");
    const fresh = agui("th", { of });
    await until(() => globalThis.restarted);
    await insist(fresh, of);
    const after = fresh.pendingInterrupts.map((one) => one.id);
    const resume = [{ interruptId: "q1", status: "resolved", payload: { ok: true } }];
    const goesOn = works((input) => [
      { type: "RUN_STARTED" },
      { type: "TEXT_MESSAGE_START", messageId: "m1", role: "assistant" },
      { type: "TEXT_MESSAGE_CONTENT", messageId: "m1", delta: JSON.stringify(input.resume[0].payload) },
      { type: "TEXT_MESSAGE_END", messageId: "m1" },
      { type: "RUN_FINISHED" },
    ]);
    await fresh.runAgent({ runId: "r2", resume });
    await goesOn;
    const late = await page.runAgent({ runId: "r3", resume }).catch((refused) => refused.status ?? `${refused}`);
    return { before, after, text: text(fresh), late };
  },

  async copilot() {
    const first = await copilot(urls[0]);
    const asked = asks(first);
    await begun(() => text(first.page));
    const fresh = await copilot(urls[1]);
    const connected = fresh.core.connectAgent({ agent: fresh.page });
    await begun(() => text(fresh.page));
    say("reading");
    await Promise.all([asked, connected]);
    return { text: text(first.page), fresh: text(fresh.page), messages: fresh.page.messages.length };
  },

  /** Its node is killed: a fresh page has it all from the other one. */
  async copilotKill() {
    const first = await copilot(urls[0]);
    const asked = asks(first).catch(() => {});
    await begun(() => text(first.page));
    say("reading");
    await asked;
    const fresh = await copilot(urls[1]);
    const connected = fresh.core.connectAgent({ agent: fresh.page });
    await begun(() => text(fresh.page));
    say("again");
    await connected;
    return { text: text(fresh.page) };
  },

  async copilotStop() {
    const first = await copilot(urls[0]);
    const device = agui("th", { url: urls[1], path: "connect" });
    const ends = [];
    device.subscribe({ onRunFinishedEvent: ({ event }) => void ends.push(event.outcome?.type) });
    const asked = asks(first).catch(() => {});
    await begun(() => text(first.page));
    const reads = device.runAgent({ runId: "device" });
    await begun(() => text(device));
    first.core.stopAgent({ agent: first.page });
    await Promise.all([asked, reads]);
    return { ends };
  },

  async chat() {
    const page = new Chat("c1");
    const asked = page.sendMessage({ text: "Hello?" });
    await begun(() => page.text);
    const fresh = new Chat("c1");
    fresh.node = 1;
    const foreign = new Chat("c1", stranger);
    await foreign.resumeStream();
    const resumed = fresh.resumeStream();
    await begun(() => fresh.text);
    say("reading");
    await Promise.all([asked, resumed]);
    for (;;) {
      const over = new Chat("c1");
      await over.resumeStream(); // 204 as soon as its record says so, too
      if (over.count === 0) break;
    }
    return { text: page.text, fresh: fresh.text, foreign: foreign.count, status: page.status };
  },

  async chatKill() {
    const page = new Chat("c1");
    const asked = page.sendMessage({ text: "Hello?" });
    await begun(() => page.text);
    say("reading");
    await asked;
    const cut = page.status;
    const had = page.text.length;
    page.node = 1;
    const resumed = (async () => {
      do {
        await page.resumeStream();
      } while (page.status === "error" && (await sleep(200), true));
    })();
    await until(() => page.text.length > had + 300);
    say("again");
    await resumed;
    return { cut, text: page.text, count: page.count };
  },

  async chatStop() {
    const page = new Chat("c1");
    const asked = page.sendMessage({ text: "Hello?" });
    await begun(() => page.text);
    const stopped = await post(`/v1/chat/${agent}/c1/stop`);
    await asked;
    return { stopped: stopped.stopped, status: page.status };
  },
};

say(await scenarios[scenario]());
process.exit(0);
