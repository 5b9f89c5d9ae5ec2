import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { WebSocket } from "ws";
import { connect } from "../src/index.js";
import { Node, startNode, until } from "./node.js";
import { file, launch, missing, serve } from "./site.js";

const LOSSES = (process.env.LOSSES ?? "crash").split(",");
const ROUNDS = Number(process.env.ROUNDS ?? 1);
const TABS = Number(process.env.TABS ?? 4);

let node: Node;
let browser: Browser;
let site: string;
let closeSite: () => void;

before(async () => {
  if (missing) {
    console.log(`the tests of shared connections are left out: ${missing}`);
    return;
  }
  const served = await serve({
    "/page": () => file("text/html", "test/share-page.html"),
    "/share.js": () => file("text/javascript", "target/package/share.js"),
    "/node": () => ["application/json", JSON.stringify(node)],
    "/token": ({ search }) => ["text/plain", node.token(search.slice(1))],
    "/other": () => ["text/html", "<title>other</title><p>another page"],
  });
  ({ url: site, close: closeSite } = served);
  node = await startNode(site);
  browser = await launch("--disable-back-forward-cache");
});

after(async () => {
  await browser?.close();
  closeSite?.();
  await node?.stop();
});

const options = { skip: missing, timeout: ROUNDS * 120_000 };
const look = (page: Page, what: string) => page.evaluate(what) as Promise<any>;
const online = (page: Page) =>
  page.waitForFunction("window.hf?.state.name == 'online'", undefined, { timeout: 60_000 });

async function open(context: BrowserContext, user = "ann"): Promise<Page> {
  const page = await context.newPage();
  page.on("pageerror", (failure) => console.error("in the page:", failure));
  await page.goto(`${site}/page?user=${user}`);
  await online(page);
  await look(page, "ready");
  return page;
}

/** Returns the one page of these that has a connection, once there is one. */
async function leading(pages: Page[]): Promise<Page> {
  const leader = await until("one page leads", async () => {
    const counts = await Promise.all(pages.map((page) => look(page, "sockets.size")));
    const leaders = pages.filter((_, i) => counts[i]);
    return leaders.length == 1 ? leaders[0] : undefined;
  });
  return leader!;
}

/** Reads all that is stored, over a connection of its own. */
function observer(topic: string) {
  const all: string[] = [];
  const client = connect(node.url, { token: node.token("eve"), WebSocket: WebSocket as any });
  client.channel(topic).on("line", (data) => all.push(data), { from: "earliest" });
  return { all, close: () => client.close() };
}

test("tabs come and go, crash, and a node is killed: each reads all once and in order", options, async (t) => {
  const observed = observer("topic:shared");
  t.after(observed.close);
  for (let round = 0; round < ROUNDS; round++) {
    const start = observed.all.length;
    const context = await browser.newContext();
    let pages = await Promise.all(Array.from({ length: TABS }, () => open(context)));
    const first = new Set(pages);
    await leading(pages);
    let said = 0;
    const sure = new Map<Page, string[]>(pages.map((page) => [page, []]));

    /** Lets each tab publish some. */
    const say = (each: number) =>
      Promise.all(
        pages.map((page) => {
          const texts = Array.from({ length: each }, () => `${round}-${said++}`);
          sure.get(page)!.push(...texts);
          return page.evaluate((all) => all.forEach((text) => (window as any).say(text)), texts);
        }),
      );

    async function lose(how: string) {
      const page = await leading(pages);
      await say(5);
      pages = pages.filter((each) => each != page);
      if (how == "close") {
        await page.close();
      } else {
        page.goto("chrome://crash").catch(() => {});
        await until("it has crashed", () => (crashed.has(page) ? true : undefined));
      }
      sure.delete(page); // What the tab had not stored may be stored, or not.
      await say(5);
      const fresh = await open(context);
      sure.set(fresh, []);
      pages.push(fresh);
      await say(2);
    }
    const crashed = new Set<Page>();
    context.on("page", (page) => page.on("crash", () => crashed.add(page)));
    pages.forEach((page) => page.on("crash", () => crashed.add(page)));

    await say(5);
    for (const how of LOSSES) {
      await lose(how);
    }
    const killed = node.killAndRestart();
    await say(5);
    await killed;
    await say(5);

    const mine = [...sure.values()].flat();
    const all = () => observed.all.slice(start);
    await until("all is stored", () => mine.every((text) => all().includes(text)) || undefined);
    const expected = all();
    assert.equal(new Set(expected).size, expected.length, "once");
    for (const texts of sure.values()) {
      assert.deepEqual(expected.filter((text) => texts.includes(text)), texts, "in the tab's order");
    }
    for (const page of pages) {
      const last = expected.at(-1)!;
      await until("the tab has all", async () => (await look(page, "seen.at(-1)")) == last || undefined).catch(
        async (failure) => {
          console.log(await look(page, "JSON.stringify({seen: seen.length, state: hf.state, states, sockets: sockets.size})"), expected.length);
          throw failure;
        },
      );
      const seen = await look(page, "seen");
      const from = first.has(page) ? 0 : expected.indexOf(seen[0]);
      assert.deepEqual(seen, expected.slice(from), first.has(page) ? "an old tab" : "a new tab");
      const own = sure.get(page)!;
      assert.deepEqual(await look(page, "own"), own, "its own");
      await until("all is answered", async () => (await look(page, "hf.pending.length")) == 0 || undefined);
      assert.deepEqual((await look(page, "stored")).length, own.length);
    }
    await leading(pages);
    await context.close();
    console.log(`round ${round + 1}: ${TABS} tabs, ${expected.length} publications`);
  }
});

test("another user, and a page that is alone, share with none; a request goes by the leader", options, async () => {
  const context = await browser.newContext();
  const ann = await Promise.all([open(context), open(context)]);
  const bob = await open(context, "bob");
  await leading(ann);
  assert.equal(await look(bob, "sockets.size"), 1);
  const [one, two] = await Promise.all(ann.map((page) => look(page, "hf.info.id")));
  assert.equal(one, two);
  assert.notEqual(await look(bob, "hf.info.id"), one);
  for (const page of ann) {
    const code = await look(page, "hf.request('none', 'method').catch(({ code }) => code)");
    assert.match(code, /forbidden|no_service/);
    const refused = "hf.channel('run:none').publish('e', 1).stored.catch(({ code }) => code)";
    assert.equal(await look(page, refused), "forbidden");
  }
  await context.close();
});

test("a tab that comes later reads from the beginning; one that reloads goes on", options, async () => {
  const context = await browser.newContext();
  const page = await open(context);
  const topic = `hf.channel("topic:late-${Date.now()}")`;
  const read = `window.late = []; ${topic}.on("e", (data) => { late.push(data) }, { from: "earliest" }).ready`;
  const publish = (n: number) =>
    `Promise.all(Array.from({ length: ${n} }, (_, i) => ${topic}.publish("e", i).stored)).then(() => 1)`;
  // Nobody here reads it yet: the ring does not have it.
  await look(page, publish(20));
  await look(page, read);
  const other = await open(context);
  await look(other, read);
  const all = Array.from({ length: 20 }, (_, i) => i);
  for (const each of [page, other]) {
    await until("it has all", async () => (await look(each, "late.length")) >= 20);
    assert.deepEqual(await look(each, "late"), all);
  }
  const said: string[] = [];
  const reload = async (one: Page, two: Page) => {
    const begin = `before-${said.length}`;
    await look(two, `say('${begin}')`);
    await until("both have it", async () => (await look(one, "seen.at(-1)")) == begin);
    await look(one, `say('own-${said.length}')`);
    const reloaded = one.reload();
    await look(two, `say('meanwhile-${said.length}')`);
    await reloaded;
    await online(one);
    said.push(begin, `own-${said.length}`, `meanwhile-${said.length}`);
    await until("all", async () => (await look(one, "before.length + seen.length")) == said.length);
  };
  await reload(other, page);
  await reload(page, other); // The one that leads.
  for (const each of [page, other]) {
    await until("all", async () => (await look(each, "before.length + seen.length")) == said.length);
    assert.deepEqual((await look(each, "[...before, ...seen]")).sort(), [...said].sort());
  }
  const names = await look(page, "Object.keys(localStorage).map((name) => name.split('/').at(-1)).sort()");
  assert.deepEqual(names, ["state", "term"]);
  await context.close();
});

test("a leader in the back-forward cache lets go", options, async () => {
  const context = await browser.newContext();
  let pages: Page[] = await Promise.all([open(context), open(context), open(context)]);
  const cached = await leading(pages);
  pages = pages.filter((page) => page != cached);
  await cached.goto(`${site}/other`);
  await leading(pages);
  await look(pages[0]!, "say('one')");
  await until("it is there", async () => (await look(pages[1]!, "seen.length")) == 1);
  await cached.goBack({ waitUntil: "commit" }).catch(() => {});
  await online(cached);
  await until("it has what came", async () => (await look(cached, "before.length + seen.length")) == 1);
  await context.close();
});

const slow = { ...options, skip: missing ?? (process.env.ROUNDS ? false : "it takes 25 s") };

test("a leader that hangs is passed over, and follows when it is back", slow, async () => {
  const context = await browser.newContext();
  const pages: Page[] = await Promise.all([open(context), open(context), open(context)]);
  const hung = await leading(pages);
  const [one, two] = pages.filter((page) => page != hung);
  // Its thread does nothing else for a while.
  const busy = hung.evaluate(() => {
    for (const end = Date.now() + 25_000; Date.now() < end; );
  });
  let over = false;
  busy.then(() => (over = true));
  await look(one!, "say('one')");
  await until("it is stored", async () => (await look(one!, "stored.length")) == 1);
  assert.ok(!over, "another leads");
  await busy;
  await look(hung, "say('two')");
  for (const page of pages) {
    await until("all is read", async () => (await look(page, "seen.at(-1)")) == "two");
    assert.deepEqual(await look(page, "seen"), ["one", "two"]);
  }
  await look(two!, "say('three')");
  await until("it follows", async () => (await look(hung, "seen.length")) == 3);
  await leading(pages);
  await context.close();
});
