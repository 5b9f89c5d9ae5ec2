import assert from "node:assert/strict";
import { test } from "node:test";
import { HoldfastError, HoldfastEvent } from "../src/index.js";
import { answer, event, last, refuse, say, stage, subscribed, turn, welcome } from "./stage.js";

test("a handler that throws stops no other, and the cursor moves on", async (t) => {
  const failed = t.mock.method(console, "error", () => {});
  const play = stage();
  const seen: number[] = [];
  const news = play.client.channel("topic:a");
  news.on("note", () => {
    throw new Error("of the application");
  });
  news.on("note", async () => {
    throw new Error("of the application, later");
  });
  news.on("note", (data) => seen.push(data));
  const link = await play.reading();
  event(link, "topic:a", 6);
  event(link, "topic:a", 7);
  await play.pass(10_000);
  assert.deepEqual(seen, [6, 7]);
  assert.equal(failed.mock.callCount(), 4);
  assert.deepEqual(last(link, "ack").cursors["topic:a"], ["e1", 7]);
});

test("the cursor moves when the promise of the handler is resolved", async () => {
  const play = stage();
  let resolve = () => {};
  const seen: number[] = [];
  play.client.channel("topic:a").on("note", (data) => {
    seen.push(data);
    return new Promise<void>((done) => (resolve = done));
  });
  const other: number[] = [];
  play.client.tenant.on("*", (data) => other.push(data));
  const link = await play.reading();
  event(link, "topic:a", 6);
  event(link, "topic:a", 7);
  event(link, "tenant", 1);
  await play.pass(11_000);
  assert.deepEqual(seen, [6], "the next event waits");
  assert.deepEqual(other, [1], "other channels do not");
  assert.equal(last(link, "ack").cursors["topic:a"], undefined);
  resolve();
  await play.pass(11_000);
  assert.deepEqual(seen, [6, 7]);
  assert.deepEqual(last(link, "ack").cursors["topic:a"], ["e1", 6]);
});

test("a channel whose handlers are slow is left, and read again from where it was", async () => {
  const play = stage({ bounds: { events: 10 } });
  let release = () => {};
  let held: Promise<void> | undefined = new Promise((done) => (release = done));
  const seen: number[] = [];
  const other: number[] = [];
  play.client.channel("topic:a").on("note", (data) => (seen.push(data), held));
  play.client.tenant.on("*", (data) => other.push(data));
  const link = await play.reading();
  for (let seq = 6; seq < 40; seq++) {
    event(link, "topic:a", seq);
    event(link, "tenant", seq);
  }
  assert.equal(play.client.state.problem?.code, "behind");
  assert.deepEqual(other.length, 34, "others are read");
  held = undefined;
  release();
  await play.pass(1);
  assert.equal(play.client.state.problem, undefined);
  const next = await play.opened();
  const { channels, resume } = next.frames[0];
  assert.equal(resume, "s1");
  assert.deepEqual(channels["topic:a"], ["e1", 15]);
  assert.deepEqual(channels["tenant"], ["e1", 39]);
  say(next, { ...welcome("s1", true) });
  for (let seq = 16; seq < 40; seq++) {
    event(next, "topic:a", seq);
    await turn();
  }
  assert.deepEqual(seen, Array.from({ length: 34 }, (_, i) => i + 6));
});

test("a handler that never returns holds no more than the bound", async () => {
  const play = stage({ bounds: { events: 10, characters: 2_000 } });
  play.client.channel("topic:a").on("note", () => new Promise(() => {}));
  const link = await play.reading();
  for (let seq = 6; seq < 2_000; seq++) {
    event(link, "topic:a", seq, { data: "x".repeat(500) });
  }
  await play.pass(120_000);
  assert.equal(play.client.state.problem?.code, "behind");
  assert.equal(play.links.length, 1, "others are read");
  link.to.closed(1006, "");
  assert.ok((await play.opened()).frames[0].channels["topic:a"][1] < 10);
});

test("a loop gets one event at a time, and the cursor moves when it asks for the next", async () => {
  const play = stage();
  const loop = play.client.channel("topic:a").events({ event: "note" });
  const first = loop.next();
  const link = await play.reading();
  event(link, "topic:a", 6);
  event(link, "topic:a", 7);
  assert.equal((await first).value!.data, 6);
  await play.pass(11_000);
  assert.equal(last(link, "ack"), undefined);
  assert.equal((await loop.next()).value!.data, 7);
  await play.pass(11_000);
  assert.deepEqual(last(link, "ack").cursors["topic:a"], ["e1", 6]);
  await loop.return();
  assert.equal(last(link, "unsubscribe").channel, "topic:a");
});

test("a signal ends a loop, and a handler", async () => {
  const play = stage();
  const abort = new AbortController();
  const { signal } = abort;
  const events: HoldfastEvent[] = [];
  const loop = (async () => {
    for await (const one of play.client.channel("topic:a").events({ signal })) {
      events.push(one);
    }
  })();
  await turn();
  play.client.channel("topic:a").on("note", () => {}, { signal });
  const link = await play.reading();
  event(link, "topic:a", 6);
  await turn();
  abort.abort();
  await loop;
  assert.equal(events.length, 1);
  assert.equal(last(link, "unsubscribe").channel, "topic:a");
});

test("a cursor that goes back moves nothing", async () => {
  const play = stage();
  const seen: number[] = [];
  play.client.channel("topic:a").on("note", (data) => seen.push(data));
  const link = await play.reading();
  event(link, "topic:a", 6);
  event(link, "topic:a", 5);
  subscribed(link, "topic:a", 3);
  event(link, "topic:a", 4);
  event(link, "topic:a", 7);
  await turn();
  assert.deepEqual(seen, [6, 7]);
  link.to.closed(4000, "shutdown");
  assert.deepEqual((await play.opened()).frames[0].channels["topic:a"], ["e1", 7]);
});

test("a loop over a channel that is not permitted throws the code", async () => {
  const play = stage();
  const loop = play.client.channel("topic:a").events().next();
  const refused = assert.rejects(loop, (e: HoldfastError) => e.code == "forbidden");
  const link = await play.attached();
  await refuse(link, "subscribe", "forbidden");
  await refused;
});

test("what the server ended is read again by the next handler", async () => {
  const play = stage();
  const news = play.client.channel("topic:a");
  const codes: string[] = [];
  news.onEnd((code) => codes.push(code));
  const stop = news.on("note", () => {});
  const link = await play.reading();
  await stop.ready;
  say(link, { type: "unsubscribed", channel: "topic:a", code: "forbidden" });
  assert.deepEqual(codes, ["forbidden"]);
  const again = news.on("note", () => {});
  await answer(link, "subscribe", { epoch: "e1", seq: 9 });
  await again.ready;
});

test("a channel that is left and read again at once is read again by the next page", async () => {
  const kept = new Map<string, string>();
  const store = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  };
  const play = stage({ store });
  const news = play.client.channel("topic:a");
  const stop = news.on("note", () => {});
  const link = await play.reading();
  stop();
  const again = news.on("note", () => {});
  say(link, { type: "unsubscribed", channel: "topic:a", code: "requested" });
  await answer(link, "unsubscribe", {});
  await answer(link, "subscribe", { epoch: "e1", seq: 5 });
  subscribed(link, "topic:a", 5);
  await again.ready;
  await play.pass(1_000);
  assert.deepEqual(JSON.parse([...kept.values()][0]!).asked, ["topic:a"]);
});

test("own publications are recognised, also if their answer was lost", async () => {
  const play = stage();
  const seen: unknown[] = [];
  const news = play.client.channel("topic:a");
  news.on("note", (data, { own }) => seen.push([data.text, own]));
  let link = await play.reading();
  const from = { user: "ann" };
  news.publish("note", { text: "one" });
  await answer(link, "publish", { epoch: "e1", seq: 6, duplicate: false });
  event(link, "topic:a", 6, { data: { text: "one" }, from });
  event(link, "topic:a", 7, { data: { text: "one" }, from });
  event(link, "topic:a", 8, { data: { text: "one" } });
  news.publish("note", { text: "two" });
  link.to.closed(1006, "");
  link = await play.attached("s1", true);
  event(link, "topic:a", 9, { data: { text: "two" }, from });
  assert.deepEqual(seen, [
    ["one", true],
    ["one", false],
    ["one", false],
    ["two", true],
  ]);
});

test("a subscription without an answer is asked for again", async () => {
  const play = stage();
  const { ready } = play.client.channel("topic:a").on("note", () => {}, { from: "earliest" });
  const first = await play.attached();
  assert.equal(last(first, "subscribe").from, "earliest");
  first.to.closed(1006, "");
  const second = await play.attached("s1", true);
  await answer(second, "subscribe", { epoch: "e1", seq: 0 });
  subscribed(second, "topic:a", 0);
  await ready;
});
