import assert from "node:assert/strict";
import { test, TestContext } from "node:test";
import type { Holdfast } from "../src/face.js";
import { origin, Origin, reads, storage, until } from "./origin.js";
import { jwt } from "./stage.js";

const online = (tab: Holdfast) => until("it is online", () => tab.state.name == "online");

async function opened(t: TestContext, tabs: number): Promise<[Origin, Holdfast[]]> {
  const it = origin();
  t.after(() => it.close());
  const all = Array.from({ length: tabs }, () => it.tab());
  await Promise.all(all.map(online));
  return [it, all];
}

test("tabs have one connection, and each its own events; the next one leads on", async (t) => {
  const [it, tabs] = await opened(t, 4);
  assert.equal(it.links.length, 1);
  assert.equal(new Set(tabs.map((tab) => tab.info!.id)).size, 1);
  const seen = await Promise.all(tabs.map((tab) => reads(tab, "topic:a")));
  const say = (from: number) =>
    Promise.all(tabs.map((tab, i) => tab.channel("topic:a").publish("e", from + i).stored));
  await say(0);
  await tabs.shift()!.close();
  seen.shift();
  await say(10);
  await until("all have all", () => seen.every((one) => one.length == 7));
  const all = it.stored("topic:a");
  assert.deepEqual([...all].sort((a, b) => a - b), [0, 1, 2, 3, 10, 11, 12]);
  seen.forEach((one) => assert.deepEqual(one, all));
  assert.equal(it.links.length, 1);
});

test("what a service lets the session read reaches all tabs, and those that come later", async (t) => {
  const [it, tabs] = await opened(t, 3);
  const seen: any[][] = [];
  const ends: string[] = [];
  const listen = (tab: Holdfast) => {
    const mine: any[] = [];
    seen.push(mine);
    // The user may not read it by himself.
    tab.channel("topic:granted").onEnd((code) => ends.push(code));
    return tab.channel("topic:granted").on("*", (data) => void mine.push(data)).ready;
  };
  it.refuse(({ channel }) => (channel == "topic:granted" ? "forbidden" : undefined));
  for (const tab of tabs) {
    await assert.rejects(listen(tab), /forbidden/);
  }
  it.read(it.links[0]!, "topic:granted", 0);
  it.add("topic:granted", "e", 1);
  await until("all have it", () => seen.every((one) => one.length == 1));
  const later = it.tab();
  await Promise.allSettled([online(later), listen(later)]);
  it.add("topic:granted", "e", 2);
  await until("the later one, too", () => seen.every((one) => one.at(-1) == 2));
  assert.deepEqual(seen, [[1, 2], [1, 2], [1, 2], [2]]);
  it.say(it.links[0]!, { type: "unsubscribed", channel: "topic:granted", code: "service" });
  await until("all hear of the end", () => ends.length == 4);
  assert.deepEqual(new Set(ends), new Set(["service"]));
});

test("a private channel goes on in all tabs, each by its own tokens, over ends and leaders", async (t) => {
  const [it, tabs] = await opened(t, 3);
  const name = "topic:private";
  it.refuse(({ channel, token }) => (channel == name && !token ? "forbidden" : undefined));
  const asked: string[] = [];
  const seen: any[][] = [];
  const listen = (tab: Holdfast, i: number, from: "latest" | "earliest" = "latest") => {
    const mine: any[] = (seen[i] = []);
    const channel = tab.channel(name).tokens(() => (asked.push(`tab ${i}`), `t${asked.length}`));
    channel.onGap((gap) => mine.push(gap));
    return channel.on("*", (data) => void mine.push(data), { from }).ready;
  };
  it.add(name, "e", 0);
  for (const [i, tab] of tabs.entries()) {
    await listen(tab, i);
  }
  it.add(name, "e", 1);
  await until("all have it", () => seen.every((one) => one.length == 1));
  it.end(name, "forbidden");
  await until("each goes on", () => new Set(asked.slice(3)).size == 3);
  it.add(name, "e", 2);
  await until("all have that", () => seen.every((one) => one.length == 2));

  const later = it.tab(); // What it asks for is no longer there: the leader reads it anew.
  await online(later);
  await listen(later, 3, "earliest");
  it.add(name, "e", 3);
  await until("the later one has all", () => seen.every((one) => one.at(-1) == 3));
  await tabs[0]!.close();
  await until("another leads", () => it.links.length == 1 && tabs[1]!.state.name == "online");
  it.end(name, "forbidden");
  it.add(name, "e", 4);
  await until("it goes on", () => seen.slice(1).every((one) => one.at(-1) == 4));
  assert.deepEqual(seen, [[1, 2, 3], [1, 2, 3, 4], [1, 2, 3, 4], [0, 1, 2, 3, 4]]);
});

test("a tab without a token for a private channel ends alone", async (t) => {
  const [it, [leader, other]] = (await opened(t, 2)) as [Origin, [Holdfast, Holdfast]];
  it.refuse(({ type, token }) => (type == "subscribe" && token != "good" ? "limit_exceeded" : undefined));
  const read = (tab: Holdfast, token: string | null) => {
    const seen: any[] = [];
    const channel = tab.channel("topic:private").tokens(() => token);
    const stop = channel.on("*", (data) => void seen.push(data));
    stop.ready.catch(stop);
    return { seen, ready: stop.ready };
  };
  await assert.rejects(read(other, null).ready, { code: "forbidden", message: /no token/ });
  await assert.rejects(read(other, "bad").ready, { code: "limit_exceeded", message: "limit_exceeded: no" });
  const { seen, ready } = read(leader, "good");
  await ready;
  await assert.rejects(read(other, "bad").ready, { code: "limit_exceeded" });
  it.add("topic:private", "e", 1);
  await until("it is read", () => seen.length == 1);
  assert.equal(other.state.name, "online");
});

test("a new leader begins where the tab is that has got least far, also in the session's channel", async (t) => {
  const [it, [leader]] = (await opened(t, 1)) as [Origin, [Holdfast]];
  const page = storage();
  const seen: any[] = [];
  const open = () => {
    const tab = it.tab({}, page.all);
    tab.session.on("*", (data) => void seen.push(data));
    tab.session.onGap((gap) => seen.push(gap));
    return tab;
  };
  const tab = open();
  await online(tab);
  const channel = `session:${it.links[0]!.session}`;
  it.add(channel, "e", 1);
  await until("it came", () => seen.length == 1);
  await tab.close();
  it.add(channel, "e", 2);
  it.add(channel, "e", 3);
  await until("the leader has them", () =>
    Object.values(it.store.all).some((text) => text.includes(`"${channel}":["e",3]`)),
  );
  await leader.close();
  await online(open());
  await until("the next page has all", () => seen.length == 3);
  assert.deepEqual(seen, [1, 2, 3]);
});

test("a page that asks for a channel anew gets what it had not handled", async (t) => {
  const [it, [leader, other]] = (await opened(t, 2)) as [Origin, [Holdfast, Holdfast]];
  const page = storage();
  const tab = it.tab({}, page.all);
  const before = await reads(tab, "topic:a");
  const others = await Promise.all([leader, other].map((each) => reads(each, "topic:a")));
  it.add("topic:a", "e", 1);
  await until("it came", () => before.length == 1);
  await tab.close();
  it.add("topic:a", "e", 2);
  it.add("topic:a", "e", 3);
  await until("the others have it", () => others.every((seen) => seen.length == 3));
  await leader.close();
  await until("the other leads", () => it.links.length == 1 && it.links[0]!.session);
  await online(other);
  const seen: any[] = [];
  it.tab({}, page.all).channel("topic:a").on("*", (data) => void seen.push(data));
  await until("it has all", () => seen.at(-1) == 3);
  assert.deepEqual(seen, [2, 3]);
});

test("a refused publication is not answered as stored by the next leader", async (t) => {
  const [it, tabs] = await opened(t, 2);
  const [leader, tab] = tabs as [Holdfast, Holdfast];
  it.refuse(({ data }) => (data == "bad" ? "forbidden" : undefined));
  const topic = tab.channel("topic:a");
  const outcomes = ["one", "bad", "two"].map((text) =>
    topic.publish("e", text).stored.then(({ duplicate }) => duplicate, ({ code }) => code),
  );
  await until("the node has them", () => it.stored("topic:a").length == 2);
  await leader.close();
  assert.equal((await Promise.all(outcomes))[1], "forbidden");
  assert.deepEqual(it.stored("topic:a"), ["one", "two"]);
  await topic.publish("e", "three").stored;
  assert.deepEqual(it.stored("topic:a"), ["one", "two", "three"]);
});

test("a leader whose session is taken for a moment takes it back; nothing fails", async (t) => {
  const [it, tabs] = await opened(t, 3);
  const seen = await reads(tabs[1]!, "topic:a");
  it.answer(false);
  const before = tabs[2]!.channel("topic:a").publish("e", 1);
  await until("it is sent", () => seen.length == 1);
  it.lose(it.links[0]!, 4500);
  it.answer(true);
  await before.stored;
  await tabs[2]!.channel("topic:a").publish("e", 2).stored;
  await until("it is read", () => seen.length == 2);
  assert.deepEqual(it.stored("topic:a"), [1, 2]);
  await Promise.all(tabs.map(online));
  assert.equal(it.links.length, 1);
});

test("a leader that was passed over follows, and sends nothing", async (t) => {
  const [it, tabs] = await opened(t, 2);
  const before = it.links[0]!;
  const key = Object.keys(it.store.all).find((name) => name.endsWith("/term"))!;
  const seen = await reads(tabs[0]!, "topic:a");
  // Another tab led meanwhile, and is gone: this one did not see it.
  it.store.all.setItem(key, String(Date.now() + 1_000));
  const count = before.frames.length;
  await tabs[1]!.channel("topic:a").publish("e", 1).stored;
  assert.equal(before.frames.slice(count).filter(({ type }) => type == "publish").length, 0);
  await until("it is read", () => seen.length == 1);
  assert.deepEqual(it.stored("topic:a"), [1]);
});

test("a leader that does not answer is passed over, also if attempts are shorter than the patience", async (t) => {
  const [it, [tab]] = (await opened(t, 1)) as [Origin, [Holdfast]];
  const key = Object.keys(it.store.all).find((name) => name.endsWith("/term"))!.slice(0, -5);
  await tab.close();
  // A page that hangs: it holds the lock, and nothing more.
  const hung = it.locks.request(key, {}, () => new Promise(() => {}));
  await Promise.all([online(it.tab()), assert.rejects(hung, /stolen/)]);
});

test("if the leader's token is over, that of another tab is taken", async (t) => {
  const it = origin();
  t.after(() => it.close());
  const of = (exp: number) => jwt({ sub: "ann", exp: Math.floor(Date.now() / 1_000) + exp });
  let calls = 0;
  const leader = it.tab({ token: async () => (calls++ ? Promise.reject(new Error("no login")) : of(60)) });
  await online(leader);
  const other = it.tab({ token: async () => of(120) });
  await online(other);
  it.lose(it.links[0]!);
  await until("another connection", () => it.links[0]?.token == of(120) || it.links[0]?.token == of(119));
  await online(leader);
});

test("a tab whose token has other claims goes on as somebody else", async (t) => {
  const it = origin();
  t.after(() => it.close());
  let claims: object = { sub: "ann" };
  const leader = it.tab({ token: async () => jwt(claims) });
  await online(leader);
  const other = it.tab();
  await online(other);
  const session = other.info!.id;
  claims = { sub: "ann", o: { id: "another" } };
  it.lose(it.links[0]!);
  await until("there are two", () => it.links.length == 2);
  await Promise.all([leader, other].map(online));
  assert.equal(other.info!.id, session);
  assert.notEqual(leader.info!.id, session);
});

test("a token that is no JWT: no sharing, nothing left, and a reload resumes", async (t) => {
  const it = origin();
  t.after(() => it.close());
  const page = storage();
  const one = it.tab({ token: "opaque" }, page.all);
  const two = it.tab({ token: "opaque" });
  await Promise.all([one, two].map(online));
  assert.equal(it.links.length, 2);
  assert.notEqual(one.info!.id, two.info!.id);
  const { id } = one.info!;
  await one.close();
  const next = it.tab({ token: "opaque" }, page.all);
  await online(next);
  assert.deepEqual([next.info!.id, next.info!.resumed], [id, true]);
  assert.deepEqual(Object.keys(it.store.all), []);
});

test("the end of the session is that of all tabs, also if it is said by one that is away", async (t) => {
  const [it, tabs] = await opened(t, 3);
  await tabs[2]!.end();
  await until("all have stopped", () => tabs.every((tab) => tab.state.name == "stopped"));
  assert.deepEqual(it.links, []);
  const kept = () => Object.keys(it.store.all).filter((name) => name.endsWith("/state"));
  assert.deepEqual(kept(), []);

  const events = new EventTarget();
  const more = [it.tab(), it.tab(), it.tab({}, undefined, events)];
  await Promise.all(more.map(online));
  assert.equal(kept().length, 1);
  events.dispatchEvent(new Event("pagehide"));
  await until("it is away", () => more[2]!.state.name == "offline");
  await more[2]!.end();
  await until("all have stopped", () => more.every((tab) => tab.state.name == "stopped"));
  assert.deepEqual(kept(), []);
});

test("if the storage is full, no number is kept without its publication", async (t) => {
  const [it, tabs] = await opened(t, 2);
  const kept = () => Object.keys(it.store.all).filter((name) => name.endsWith("/state"));
  await tabs[1]!.channel("topic:a").publish("e", 1).stored;
  it.store.limit = it.store.all.getItem(kept()[0]!)!.length + 300;
  it.answer(false);
  tabs[1]!.channel("topic:a").publish("e", "x".repeat(1_000));
  await until("it is sent", () => it.stored("topic:a").length == 2);
  assert.deepEqual(kept(), []);
  assert.equal(tabs[0]!.state.problem?.code, "storage_full");
});
