import assert from "node:assert/strict";
import { test } from "node:test";
import { HoldfastError } from "../src/index.js";
import { all, answer, event, last, Link, refuse, say, stage, Stage, subscribed, turn, welcome } from "./stage.js";

const NAME = "topic:orders/7";

/** A client that reads a private channel; the backend gives t1, t2, … */
function reader(play = stage(), faults: object = {}) {
  const backend = { asked: 0, fails: false, hangs: false, refuses: false, ...faults };
  const seen: number[] = [];
  const ends: string[] = [];
  const channel = play.client.channel(NAME).tokens(() => {
    const count = ++backend.asked;
    if (backend.fails) {
      throw new HoldfastError("forbidden", "of another request of the application");
    }
    return backend.hangs ? new Promise<string>(() => {}) : backend.refuses ? null : `t${count}`;
  });
  channel.onEnd((code) => ends.push(code));
  const stop = channel.on("note", (data) => seen.push(data));
  return { play, backend, channel, stop, seen, ends };
}

/** Answers the subscription, and lets the channel begin. */
async function opened(link: Link, seq: number, expiresIn = 600_000) {
  await answer(link, "subscribe", { epoch: "e1", seq, expiresIn });
  subscribed(link, NAME, seq);
  await turn();
}

async function ends(link: Link, play: Stage) {
  say(link, { type: "unsubscribed", channel: NAME, code: "forbidden" });
  await play.pass(0);
}

/** Has read up to e1:6. */
async function reading() {
  const all = reader();
  const link = await all.play.attached();
  await opened(link, 5);
  await all.stop.ready;
  event(link, NAME, 6);
  await turn();
  return { ...all, link };
}

test("a token is shown, and another one before its end", async () => {
  const { play, stop, link, seen } = await reading();
  const { token, from } = last(link, "subscribe");
  assert.deepEqual([token, from], ["t1", "latest"]);
  await stop.ready;
  await play.pass(569_000);
  assert.equal(all(link, "subscribe").length, 1);
  await play.pass(2_000);
  assert.deepEqual([last(link, "subscribe").token, last(link, "subscribe").from], ["t2", ["e1", 6]]);
  await answer(link, "subscribe", { epoch: "e1", seq: 6, expiresIn: 10_000 });
  event(link, NAME, 7);
  await play.pass(7_900);
  assert.equal(all(link, "subscribe").length, 2);
  await play.pass(200);
  assert.equal(last(link, "subscribe").token, "t3", "a fifth before the end of a short one");
  assert.deepEqual(seen, [6, 7]);
});

test("after its end, reading goes on behind the last event", async () => {
  const { play, link, seen, ends: codes } = await reading();
  await ends(link, play);
  assert.deepEqual([last(link, "subscribe").token, last(link, "subscribe").from], ["t2", ["e1", 6]]);
  await opened(link, 6);
  event(link, NAME, 6);
  event(link, NAME, 7);
  await turn();
  assert.deepEqual(seen, [6, 7]);
  assert.deepEqual(codes, []);
  assert.equal(play.client.state.name, "online");
});

test("a token that is lost again and again is asked for with growing waits", async () => {
  const { play, link, backend } = await reading();
  for (let i = 0; i < 8; i++) {
    await ends(link, play);
    await play.pass(20_000);
    await opened(link, 6);
  }
  const before = backend.asked;
  for (let i = 0; i < 20; i++) {
    await ends(link, play);
    await play.pass(100);
  }
  assert.ok(backend.asked - before <= 4, `asked ${backend.asked - before} times within 2 s`);
});

test("a new session shows another one, and misses nothing", async () => {
  const { play, link, seen } = await reading();
  link.to.closed(4000, "shutdown");
  const next = await play.opened();
  assert.deepEqual(next.frames[0].channels[NAME], ["e1", 6]);
  say(next, welcome("s2", false));
  await ends(next, play);
  assert.deepEqual([last(next, "subscribe").token, last(next, "subscribe").from], ["t2", ["e1", 6]]);
  await opened(next, 6);
  event(next, NAME, 7);
  await turn();
  assert.deepEqual(seen, [6, 7]);
});

test("a first answer that is lost with its session skips nothing", async () => {
  const { play, seen } = reader();
  const link = await play.attached();
  subscribed(link, NAME, 5);
  event(link, NAME, 6);
  await turn();
  link.to.closed(4000, "shutdown");
  const next = await play.opened();
  say(next, welcome("s2", false));
  await turn();
  assert.deepEqual(last(next, "subscribe").from, ["e1", 6]);
  assert.deepEqual(seen, [6]);
});

test("what is ended is not in a hello, and its position is", async () => {
  const { play, link, backend, seen } = await reading();
  backend.fails = true;
  await ends(link, play);
  link.to.closed(4000, "shutdown");
  const next = await play.opened();
  assert.equal(next.frames[0].channels[NAME], undefined);
  say(next, welcome("s1", true));
  for (const channel of ["tenant", "user:ann", "session:s1"]) {
    subscribed(next, channel, 0);
  }
  assert.equal(play.client.state.name, "online", "the rest does not wait for it");
  backend.fails = false;
  await play.pass(20_000);
  assert.deepEqual(last(next, "subscribe").from, ["e1", 6]);
  await opened(next, 6);
  event(next, NAME, 7);
  await turn();
  assert.deepEqual(seen, [6, 7]);
});

test("a backend that fails or hangs is asked again", async () => {
  for (const fault of ["fails", "hangs"] as const) {
    const { play, backend, stop } = reader(stage(), { [fault]: true });
    const link = await play.attached();
    await play.pass(60_000);
    assert.ok(backend.asked >= 3 && backend.asked <= 20, `${fault}: ${backend.asked} times`);
    assert.equal(all(link, "subscribe").length, 0);
    backend[fault] = false;
    await play.pass(30_000);
    await opened(link, 0);
    await stop.ready;
  }
});

test("what is not for this client is refused by name", async () => {
  const { play, link, backend, ends: codes, channel } = await reading();
  backend.refuses = true;
  await ends(link, play);
  assert.deepEqual(codes, ["forbidden"]);
  assert.equal(backend.asked, 2);
  await play.pass(60_000);
  assert.equal(backend.asked, 2);
  await assert.rejects(channel.on("note", () => {}).ready, { code: "forbidden" });
});

test("a refusal while a token is in force ends nothing", async () => {
  const { play, link, backend, ends: codes } = await reading();
  backend.refuses = true;
  await play.pass(599_000);
  assert.equal(backend.asked, 2);
  assert.deepEqual(codes, []);
  await ends(link, play);
  assert.deepEqual(codes, ["forbidden"]);
});

test("a refused token that may be old is followed by another, three times", async () => {
  const { play, stop } = reader();
  const link = await play.attached();
  for (let i = 1; i <= 3; i++) {
    assert.equal(last(link, "subscribe").token, `t${i}`);
    await refuse(link, "subscribe", "unauthorized");
    await play.pass(5_000);
  }
  await refuse(link, "subscribe", "unauthorized");
  await assert.rejects(stop.ready, { code: "unauthorized" });
  await play.pass(60_000);
  assert.equal(all(link, "subscribe").length, 4);
});

test("any other refusal is that channel's, at once", async () => {
  const { play, stop } = reader();
  const link = await play.attached();
  await refuse(link, "subscribe", "limit_exceeded");
  await assert.rejects(stop.ready, { code: "limit_exceeded" });
  assert.equal(play.client.state.name, "online");
});

test("a service that ends the reading ends it", async () => {
  const { play, link, backend, ends: codes } = await reading();
  say(link, { type: "unsubscribed", channel: NAME, code: "service" });
  await play.pass(700_000);
  assert.deepEqual(codes, ["service"]);
  assert.equal(backend.asked, 1);
});

test("without handlers nothing is asked, and the next one begins anew", async () => {
  const { play, link, backend, channel, stop } = await reading();
  stop();
  await answer(link, "unsubscribe", {});
  await play.pass(700_000);
  assert.equal(backend.asked, 1);
  const again = channel.on("note", () => {});
  await play.pass(0);
  assert.equal(last(link, "subscribe").token, "t2");
  await opened(link, 9);
  await again.ready;
});

test("a client that stops leaves nobody waiting, and asks no more", async () => {
  const { play, backend, stop } = reader(stage(), { fails: true });
  await play.attached();
  await play.client.close();
  await assert.rejects(stop.ready, { code: "stopped" });
  const { asked } = backend;
  await play.pass(60_000);
  assert.equal(backend.asked, asked);
});

test("the next page of a tab goes on by a token of its own", async () => {
  const kept = new Map<string, string>();
  const store = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  };
  const before = reader(stage({ store }));
  const link = await before.play.attached();
  await opened(link, 5);
  event(link, NAME, 6);
  await before.play.pass(1_000);
  before.backend.fails = true;
  await ends(link, before.play); // Its position has to be kept, too.
  await before.play.pass(1_000);

  const { play, seen } = reader(stage({ store }));
  const next = await play.opened();
  assert.equal(next.frames[0].resume, "s1");
  say(next, welcome("s1", true));
  await ends(next, play);
  const asked = all(next, "subscribe").at(-1);
  assert.deepEqual(asked.from, ["e1", 6]);
  await opened(next, 6);
  event(next, NAME, 7);
  await turn();
  assert.deepEqual(seen, [7]);
});

test("tokens are for a channel that is asked for, before its first handler", () => {
  const { client } = stage();
  assert.throws(() => client.tenant.tokens(() => "t"), TypeError);
  const channel = client.channel(NAME);
  channel.on("note", () => {});
  assert.throws(() => channel.tokens(() => "t"), TypeError);
});
