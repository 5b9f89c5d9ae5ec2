import assert from "node:assert/strict";
import { test } from "node:test";
import { HoldfastError } from "../src/index.js";
import { all, answer, event, jwt, last, refuse, say, stage, subscribed, turn, welcome } from "./stage.js";
import { tab } from "./tab.js";

test("a reload resumes the session, from what was handled, and goes on numbering", async () => {
  const window = tab();
  const first = window.page();
  const news = first.client.channel("topic:a");
  let held: Promise<void> | undefined;
  news.on("note", () => held);
  const link = await first.reading();
  event(link, "topic:a", 6);
  held = new Promise(() => {});
  event(link, "topic:a", 7);
  event(link, "topic:a", 8);
  news.publish("note", "one");
  await answer(link, "publish", { epoch: "e1", seq: 9, duplicate: false });
  const lost = news.publish("note", "lost with the page");
  const kept = news.publish("note", { of: "kept" }, { persist: true });
  first.leave();
  assert.ok(link.closed);
  assert.deepEqual([lost.state, kept.state], ["waiting", "waiting"]);

  const second = window.page();
  const seen: unknown[] = [];
  second.client.channel("topic:a").on("note", (data) => seen.push(data));
  const next = await second.opened();
  const { resume, channels, client } = next.frames[0];
  assert.equal(resume, "s1");
  assert.deepEqual(channels["topic:a"], ["e1", 6]);
  assert.notEqual(client.instance, link.frames[0].client.instance);
  say(next, welcome("s1", true));
  await turn();
  event(next, "topic:a", 7);
  event(next, "topic:a", 8);
  assert.deepEqual(seen, [7, 8]);
  const [restored] = second.client.pending;
  assert.deepEqual([restored!.id, restored!.data], [kept.id, { of: "kept" }]);
  assert.deepEqual(last(next, "publish").n, 3);
  await refuse(next, "publish", "out_of_sequence", { expected: 2, retryable: true });
  assert.deepEqual([last(next, "publish").n, last(next, "publish").data], [2, { of: "kept" }]);
  await answer(next, "publish", { epoch: "e1", seq: 9, duplicate: false });
  assert.equal(restored!.state, "stored");
  second.client.channel("topic:a").publish("note", "new");
  assert.equal(last(next, "publish").n, 3);
});

test("events of a channel wait for the handler that a page adds late", async () => {
  const window = tab();
  const first = window.page();
  first.client.channel("topic:a").on("note", () => {});
  await first.reading();
  first.leave();

  const second = window.page();
  const next = await second.attached("s1", true);
  event(next, "topic:a", 6);
  event(next, "topic:a", 7);
  await second.pass(20_000);
  assert.equal(last(next, "ack"), undefined);
  const seen: number[] = [];
  second.client.channel("topic:a").on("note", (data) => seen.push(data));
  await turn();
  assert.deepEqual(seen, [6, 7]);
  assert.deepEqual(last(next, "subscribe").from, ["e1", 5]);
});

test("a channel that the next page does not read is left", async () => {
  const window = tab();
  const first = window.page();
  first.client.channel("topic:a").on("note", () => {});
  await first.reading();
  first.leave();
  const second = window.page();
  const next = await second.attached("s1", true);
  await second.pass(31_000);
  assert.equal(last(next, "unsubscribe").channel, "topic:a");
});

test("a copy of a tab begins a session of its own, and sends nothing of the first", async () => {
  const window = tab();
  const first = window.page();
  const link = await first.attached();
  first.client.channel("topic:a").publish("note", "mine", { persist: true });
  await turn();
  const copy = window.copy();
  await copy.pass(600);
  const other = await copy.opened();
  assert.equal(other.frames[0].resume, undefined);
  say(other, welcome("s2", false));
  await turn();
  assert.deepEqual(all(other, "publish"), []);
  assert.ok(!link.closed);
});

test("a page that comes back from the cache goes on, with the numbers of the page between", async () => {
  const window = tab();
  const first = window.page();
  const news = first.client.channel("topic:a");
  const seen: number[] = [];
  news.on("note", (data) => seen.push(data));
  const link = await first.reading();
  const kept = news.publish("note", "kept", { persist: true });
  const lost = news.publish("note", "not kept");
  event(link, "topic:a", 6);
  first.leave();

  const second = window.page();
  const next = await second.attached("s1", true);
  await answer(next, "publish", { epoch: "e1", seq: 7, duplicate: false });
  second.client.channel("topic:a").publish("note", "more");
  await answer(next, "publish", { epoch: "e1", seq: 8, duplicate: false });
  second.leave();

  await first.comeBack();
  const back = await first.opened();
  assert.equal(back.frames[0].resume, "s1");
  assert.deepEqual(back.frames[0].channels["topic:a"], ["e1", 6]);
  assert.deepEqual(await kept.stored, { duplicate: true });
  await assert.rejects(lost.stored, (e: HoldfastError) => e.code == "disconnected");
  say(back, welcome("s1", true));
  news.publish("note", "again");
  assert.equal(last(back, "publish").n, 4);
  event(back, "topic:a", 7);
  assert.deepEqual(seen, [6, 7]);
});

test("a page that comes back alone goes on as it was", async () => {
  const window = tab();
  const first = window.page();
  const link = await first.attached();
  const one = first.client.channel("topic:a").publish("note", "one");
  first.leave();
  assert.equal(first.client.state.name, "offline");
  await first.pass(60_000);
  assert.equal(first.links.length, 1, "a page that is away opens nothing");
  await first.comeBack();
  const back = await first.attached("s1", true);
  assert.equal(last(back, "publish").n, last(link, "publish").n);
  await answer(back, "publish", { duplicate: true });
  assert.equal(one.state, "stored");
});

test("a page that is put away before it knows its session leaves it as it was", async () => {
  const window = tab();
  const first = window.page();
  await first.attached();
  const before = first.client.info!.id;
  let free = () => {};
  window.locks.request("holdfast:ws://node:1/v1/connect::s1", { signal: AbortSignal.timeout(9_000) }, () => new Promise<void>((end) => (free = end)));
  first.leave();
  await turn();
  const second = window.page();
  second.leave();
  assert.equal(window.saved().session, before);
  free();
  await turn();
  await second.comeBack();
  assert.equal((await second.opened()).frames[0].resume, before);
});

test("a number that an earlier page took without leaving word is not lost as a duplicate", async () => {
  const window = tab();
  const first = window.page();
  const link = await first.attached();
  const news = first.client.channel("topic:a");
  news.publish("note", "one");
  await answer(link, "publish", { epoch: "e1", seq: 1, duplicate: false });
  const stale = [...window.items];
  news.publish("note", "two");
  await answer(link, "publish", { epoch: "e1", seq: 2, duplicate: false });
  first.leave();
  stale.forEach(([key, value]) => window.items.set(key, value)); // The browser died.

  const second = window.page();
  const next = await second.attached("s1", true);
  const three = second.client.channel("topic:a").publish("note", "three");
  assert.equal(last(next, "publish").n, 2);
  await answer(next, "publish", { epoch: "e1", seq: 2, duplicate: true });
  assert.equal(three.state, "waiting");
  assert.ok(last(next, "publish").n > 1_000);
  await refuse(next, "publish", "out_of_sequence", { expected: 3, retryable: true });
  assert.equal(last(next, "publish").n, 3);
  await answer(next, "publish", { epoch: "e1", seq: 3, duplicate: false });
  assert.deepEqual(await three.stored, { cursor: ["e1", 3], duplicate: false });
});

test("the next user of a tab takes nothing of the one before", async () => {
  const window = tab();
  const token = (sub: string) => jwt({ sub, app: { tenant_id: "acme" } });
  const first = window.page({ token: token("ann") });
  await first.attached();
  first.client.channel("topic:a").publish("note", "of ann", { persist: true });
  await first.client.close();
  const second = window.page({ token: token("bob") });
  const next = await second.opened();
  assert.equal(next.frames[0].resume, undefined);
  say(next, welcome("s2", false));
  await turn();
  assert.deepEqual(all(next, "publish"), []);
  assert.deepEqual(second.client.pending, []);
});

test("close() keeps the session for the next page, end() does not", async () => {
  const window = tab();
  const first = window.page();
  await first.attached();
  await first.client.close();
  const second = window.page();
  const link = await second.attached("s1", true);
  const ended = second.client.end();
  link.to.closed(4503, "ended");
  await ended;
  assert.equal(window.items.size, 0);
});

test("storage that is full, forbidden or another version's is a named problem, and it works on", async () => {
  const quota = Object.assign(new Error("no room"), { name: "QuotaExceededError" });
  const forbidden = Object.assign(new Error("no"), { name: "SecurityError" });
  const fails = (e: Error) => () => {
    throw e;
  };
  const cases: [string, any][] = [
    ["storage_full", { getItem: () => null, setItem: fails(quota), removeItem() {} }],
    ["storage_forbidden", { getItem: fails(forbidden), setItem: fails(forbidden), removeItem: fails(forbidden) }],
  ];
  for (const [code, store] of cases) {
    const play = stage({}, Math.random, { store });
    const link = await play.attached();
    const one = play.client.channel("topic:a").publish("note", "one", { persist: true });
    assert.equal(play.client.state.problem?.code, code);
    await answer(link, "publish", { epoch: "e1", seq: 1, duplicate: false });
    assert.equal(one.state, "stored");
  }
  for (const text of ["no JSON", "7", '{"v":2}', '{"v":1,"cursors":{"a":"b"},"numbers":{},"asked":[],"publications":[]}']) {
    const items = new Map([["holdfast:ws://node:1/v1/connect:", text]]);
    const store = { getItem: (k: string) => items.get(k) ?? null, setItem() {}, removeItem() {} };
    const play = stage({}, Math.random, { store });
    assert.equal(play.client.state.problem?.code, "storage_version", text);
    assert.equal((await play.opened()).frames[0].resume, undefined);
  }
});

test("a state that can't be written is removed: an old one would number anew what is stored", async () => {
  let full = false;
  const items = new Map<string, string>();
  const store = {
    getItem: (key: string) => items.get(key) ?? null,
    setItem(key: string, value: string) {
      if (full) {
        throw Object.assign(new Error("no room"), { name: "QuotaExceededError" });
      }
      items.set(key, value);
    },
    removeItem: (key: string) => void items.delete(key),
  };
  const play = stage({}, Math.random, { store });
  await play.attached();
  assert.equal(items.size, 1);
  full = true;
  play.client.channel("topic:a").publish("note", "one");
  assert.equal(items.size, 0);
  full = false;
  play.client.channel("topic:a").publish("note", "two");
  assert.equal(items.size, 1);
  assert.equal(play.client.state.problem, undefined);
});

test("a page that is busy when it gets its lock has it, and a copy of its tab does not", async () => {
  const window = tab();
  const { request } = window.locks;
  let hear = () => {};
  const heard = new Promise<void>((resolve) => (hear = resolve));
  window.locks.request = async (name, options, then) => {
    await heard;
    options.signal.throwIfAborted();
    await request(name, options, then);
  };
  const first = window.page();
  await first.attached();
  await first.pass(2_000);
  hear();
  await turn();
  const copy = await window.copy().opened();
  assert.equal(copy.frames[0].resume, undefined);
});

test("what is to be kept has a bound", async () => {
  const window = tab();
  const play = window.page();
  const news = play.client.channel("topic:a");
  const all = Array.from({ length: 101 }, () => news.publish("note", 1, { persist: true }));
  assert.deepEqual(all.map(({ state }) => state).lastIndexOf("waiting"), 99);
  await assert.rejects(all[100]!.stored, (e: HoldfastError) => e.code == "queue_full");
  news.publish("note", 1);
});

test("what is published before the session is known has numbers behind those of the page before", async () => {
  const window = tab();
  const first = window.page();
  const link = await first.attached();
  first.client.channel("topic:a").publish("note", 1);
  await answer(link, "publish", { epoch: "e1", seq: 1, duplicate: false });
  first.leave();
  const second = window.page();
  second.client.channel("topic:a").publish("note", 2);
  const next = await second.attached("s1", true);
  assert.deepEqual(all(next, "publish").map(({ n }) => n), [2]);
});

test("cursors are written now and then, and not with each event", async () => {
  const window = tab();
  const play = window.page();
  play.client.channel("topic:a").on("note", () => {});
  const link = await play.reading();
  await play.pass(1_000);
  const before = window.writes();
  for (let seq = 6; seq < 1_006; seq++) {
    event(link, "topic:a", seq);
  }
  await play.pass(1_000);
  assert.ok(window.writes() - before <= 2, `${window.writes() - before}`);
  assert.deepEqual(window.saved().cursors["topic:a"], ["e1", 1_005]);
});

test("the network's and the user's return end a wait, but not one that the server asked for", async () => {
  const window = tab();
  const play = window.page();
  let link = await play.attached();
  for (let i = 0; i < 6; i++) {
    link.to.closed(1006, "");
    link = await play.opened();
  }
  await play.pass(2_000);
  link.to.closed(1006, "");
  const seen = play.links.length;
  play.events.dispatchEvent(new Event("online"));
  await turn();
  assert.equal(play.links.length, seen + 1);
  link = play.links.at(-1)!;
  link.to.closed(1006, "the upgrade was answered 503", 60_000);
  await play.pass(30_000);
  play.document.dispatchEvent(new Event("visibilitychange"));
  await turn();
  assert.equal(play.links.length, seen + 1);
  await play.pass(31_000);
  assert.equal(play.links.length, seen + 2);
});

test("a page that is seen again asks if its connection is still there", async () => {
  const window = tab();
  const play = window.page();
  const link = await play.attached();
  subscribed(link, "topic:a", 1);
  link.silent = true;
  play.document.dispatchEvent(new Event("visibilitychange"));
  assert.ok(last(link, "ping"));
  await play.pass(5_100);
  assert.ok(link.closed);
});
