// Clients of AG-UI and of the AI SDK as npm has them, against nodes: one scenario, named by the first
// argument. Says "reading" once it has some text, and in the end what it has come to.
import { HttpAgent } from "@ag-ui/client";
import { AbstractChat, DefaultChatTransport } from "ai";

const [scenario, json] = process.argv.slice(2);
const { urls, token, stranger, agent } = JSON.parse(json);
process.on("unhandledRejection", () => {}); // in Node a reset stream of HttpAgent surfaces as one, too

const say = (what) => console.log(JSON.stringify(what));
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const until = async (holds) => {
  while (!holds()) await sleep(10);
};
const begun = (text) => until(() => text().length > 300);
const bearer = (as) => ({ authorization: `Bearer ${as}` });

// AG-UI

const agui = (thread, { url = urls[0], as = token, path = "run" } = {}) =>
  new HttpAgent({ url: `${url}/v1/agui/agent/${agent}/${path}`, threadId: thread, headers: bearer(as) });
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
async function insist(page) {
  for (let i = 1; ; i++) {
    page.url = `${urls[i % urls.length]}/v1/agui/agent/${agent}/run`;
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
