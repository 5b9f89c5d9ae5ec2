import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { Node, startNode, until } from "./node.js";
import { file, launch, missing, serve, tryPage } from "./site.js";

let node: Node;
let browser: Browser;
let site: string;
let closeSite: () => void;

before(async () => {
  if (missing) {
    console.log(`the tests in a browser are left out: ${missing}`);
    return;
  }
  const may = ["publish:topic:react", "subscribe:topic:react"];
  const served = await serve({
    "/page": () => file("text/html", "test/page.html"),
    "/client.js": () => file("text/javascript", "target/package/index.js"),
    "/react": () => ["text/html", '<div id="root"></div><script type="module" src="/react.js"></script>'],
    "/react.js": () => file("text/javascript", "target/test/react-page.js"),
    "/node": () => ["application/json", JSON.stringify(node)],
    "/token": () => ["text/plain", node.token("ann")],
    "/react-token": () => ["text/plain", node.token("ann", may)],
    "/channel-token": () => ["text/plain", node.channelToken("ann", "topic:private", 60)],
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

async function open(context: BrowserContext, path = "/page"): Promise<Page> {
  const page = await context.newPage();
  page.on("pageerror", (failure) => console.error("in the page:", failure));
  await page.goto(site + path);
  await online(page);
  return page;
}

const online = (page: Page) => page.waitForFunction("window.hf?.state.name == 'online'");
const say = (page: Page, text: string) => page.evaluate((it) => (window as any).say(it), text);
const look = (page: Page, what: string) => page.evaluate(what) as Promise<any>;
const sees = (page: Page, lines: string[]) =>
  until(`${lines} are seen`, async () => {
    const seen = await look(page, "seen");
    return seen.length >= lines.length && (assert.deepEqual(seen, lines), true);
  }, 15_000);

const options = { skip: missing, timeout: 60_000 };

test("a reload resumes the session, with what was published meanwhile", options, async () => {
  const context = await browser.newContext();
  const page = await open(context);
  const other = await open(context);
  const first = await look(page, "hf.info.id");
  await say(page, "one");
  await sees(page, ["one"]);
  await sees(other, ["one"]);
  await page.evaluate(() => {
    (window as any).say("two, and gone");
    location.reload();
  });
  await say(other, "three");
  await page.waitForFunction("window.before?.length");
  await online(page);
  assert.deepEqual(await look(page, "sessions.map(({ id, resumed }) => [id, resumed])"), [[first, true]]);
  await until("all is seen", async () => (await look(other, "seen.length")) == 3);
  const all = await look(other, "seen");
  assert.deepEqual([...all].sort(), ["one", "three", "two, and gone"]);
  // What the page before had handled, and what came behind it.
  await until("all is seen", async () => (await look(page, "before.length + seen.length")) == 3);
  assert.deepEqual(await look(page, "[...before, ...seen]"), all);
  await context.close();
});

test("a tab that is opened by another, with its storage, has a session of its own", options, async () => {
  const context = await browser.newContext();
  const page = await open(context);
  const [copy] = await Promise.all([
    context.waitForEvent("page"),
    page.evaluate(() => void window.open("/page")),
  ]);
  await online(copy);
  assert.equal(await look(copy, "Object.keys(sessionStorage).length"), 1);
  assert.notEqual(await look(copy, "hf.info.id"), await look(page, "hf.info.id"));
  assert.equal(await look(copy, "sessions[0].resumed"), false);
  await wait(300);
  assert.equal(await look(page, "hf.state.name"), "online");
  await say(page, "to both");
  await sees(copy, ["to both"]);
  await sees(page, ["to both"]);
  await copy.reload();
  await online(copy);
  assert.equal(await look(copy, "sessions[0].resumed"), true);
  await context.close();
});

test("offline and online again: nothing is lost, and it comes back at once", options, async () => {
  const context = await browser.newContext();
  const page = await open(context);
  const other = await open(await browser.newContext());
  for (let i = 1; i <= 3; i++) {
    await context.setOffline(true);
    await say(page, `mine ${i}`);
    await say(other, `theirs ${i}`);
    await wait(500);
    await context.setOffline(false);
    await online(page);
    await until("both have both", async () => (await look(page, "seen.length")) == 2 * i && (await look(other, "seen.length")) == 2 * i);
  }
  assert.deepEqual(await look(page, "seen"), await look(other, "seen"));
  assert.equal(await look(page, "new Set(sessions.map(({ id }) => id)).size"), 1);
  await context.close();
});

test("a page from the back-forward cache goes on as the same session", options, async () => {
  const context = await browser.newContext();
  const page = await open(context);
  const other = await open(await browser.newContext());
  const first = await look(page, "hf.info.id");
  await page.evaluate("window.marked = true");
  await page.goto(`${site}/other`);
  await say(other, "meanwhile");
  await sees(other, ["meanwhile"]);
  // Playwright waits for a load that does not come.
  await page.goBack({ waitUntil: "commit" }).catch(() => {});
  await online(page);
  await sees(page, ["meanwhile"]);
  assert.equal(await look(page, "hf.info.id"), first);
  console.log(`the page came from the cache: ${(await look(page, "window.marked")) == true}`);
  await context.close();
});

test("React: strict, with parts that come and go, and a reload", options, async () => {
  const context = await browser.newContext();
  const page = await open(context, "/react");
  await page.waitForSelector("i");
  await say(page, "one");
  await sees(page, ["one"]);
  await until("the late part has it", async () => (await look(page, "late.length")) == 1);
  assert.equal(await page.textContent("b"), "online");
  const id = await look(page, "hf.info.id");
  await page.evaluate("show(false)");
  await page.waitForSelector("b", { state: "detached" });
  await say(page, "two");
  await until("the late part has it", async () => (await look(page, "late.length")) == 2);
  await page.evaluate("show(true)");
  await page.waitForSelector("b");
  await say(page, "three");
  await sees(page, ["one", "three"]);
  await page.evaluate(() => {
    (window as any).say("four");
    location.reload();
  });
  await page.waitForFunction("window.before?.length && window.hf?.state.name == 'online'");
  // The late part may come behind it: an event waits for the channel's first handler only.
  const all = ["one", "three", "four"];
  await until("all is seen", async () => (await look(page, "before.length + seen.length")) == 3);
  assert.deepEqual(await look(page, "[...before, ...seen]"), all);
  assert.equal(await look(page, "hf.info.id"), id);
  await context.close();
});

test("React: a private channel is read by the tokens of the parts that are there", options, async () => {
  const context = await browser.newContext();
  const page = await open(context, "/react");
  const other = await open(context);
  const publish = (text: string) =>
    other.evaluate((it) => (window as any).hf.channel("topic:private").publish("line", it).stored, text);
  const sees = (all: string[]) =>
    until(`${all}`, async () => (await look(page, "secrets")).join() == all.join(), 15_000);
  await until("it is read", async () => {
    await publish("probe");
    return (await look(page, "secrets.length")) > 0;
  });
  await page.reload();
  await online(page);
  await publish("one");
  await until("both parts have it", async () => (await look(page, "secrets.filter((it) => it == 'one').length")) == 2);
  await page.evaluate("secrets.length = 0; show(false)");
  await page.waitForSelector("b", { state: "detached" });
  await publish("two");
  await sees(["two"]);
  await page.evaluate("show(true)");
  await page.waitForSelector("b");
  await publish("three");
  await sees(["two", "three", "three"]);
  await context.close();
});

test("the node's own page: a made-up user, an event, a connection that is killed", options, async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("pageerror", (failure) => problems.push(String(failure)));
  page.on("console", (line) => line.type() == "error" && problems.push(line.text()));
  await page.goto(node.page());
  assert.equal(new URL(page.url()).hash, "", "the key does not stay in the address");
  await tryPage(page);
  const session = await page.textContent("#session dd");
  await page.click("#kill");
  await page.waitForSelector("#session >> text=yes");
  await page.waitForSelector("#state.online");
  assert.equal(await page.textContent("#session dd"), session);
  assert.doesNotMatch((await page.textContent("#frames"))!, /"token":"ey/);
  for (const width of [1280, 400]) {
    await page.setViewportSize({ width, height: 800 });
    const scrolls = await page.evaluate("document.documentElement.scrollWidth > innerWidth");
    assert.equal(scrolls, false, `nothing is cut off at ${width}`);
    if (process.env.SCREENSHOT) {
      await page.screenshot({ path: `${process.env.SCREENSHOT}-${width}.png` });
    }
  }
  assert.deepEqual(problems, []);
  await context.close();
});

test("a node that is killed: the pages go on", options, async () => {
  const context = await browser.newContext();
  const page = await open(context);
  await say(page, "before");
  await sees(page, ["before"]);
  const killed = node.killAndRestart();
  await until("it is noticed", async () => (await look(page, "states")).includes("offline"));
  await say(page, "while it is down");
  await page.reload();
  await killed;
  await online(page);
  await sees(page, ["while it is down"]);
  assert.equal(await look(page, "sessions[0].resumed"), true);
  await context.close();
});
