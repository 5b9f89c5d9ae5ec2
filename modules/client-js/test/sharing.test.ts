import assert from "node:assert/strict";
import { test } from "node:test";
import { guardedWire } from "../src/share/guard.js";
import { identity } from "../src/share/identity.js";
import { sweep } from "../src/share/left.js";
import { PREFIX } from "../src/share/messages.js";
import { publishing } from "../src/share/publishing.js";
import { ring, RING_CHARACTERS } from "../src/share/ring.js";
import { HoldfastError, type Cursor, type Publication, type Stored } from "../src/types.js";
import { jwt, turn } from "./stage.js";

/** A session that keeps what it is given until the test answers. */
function session(waiting: Publication[] = []) {
  const answers = new Map<string, { resolve(s: Stored): void; reject(f: unknown): void }>();
  const all: string[] = [];
  const take = (channel: string, event: string, data: unknown, id: string) => {
    const stored = new Promise<Stored>((resolve, reject) => answers.set(id, { resolve, reject }));
    stored.catch(() => {});
    const publication: Publication = { id, channel, event, data, state: "waiting", stored };
    waiting.push(publication);
    all.push(id);
    return publication;
  };
  const done = (id: string, state: string) => {
    const [one] = waiting.splice(waiting.findIndex((one) => one.id == id), 1);
    Object.assign(one!, { state });
    return answers.get(id)!;
  };
  return {
    all,
    waiting,
    it: () => ({ publish: take, waiting: () => waiting }) as any,
    stores: (id: string, seq: number) =>
      done(id, "stored").resolve({ cursor: ["e", seq], duplicate: false }),
    refuses: (id: string, code: string) => done(id, "failed").reject(new HoldfastError(code, "no")),
  };
}

/** What a hub does with publications, and the answers that it gives. */
function hub(one = session()) {
  const replies: any[] = [];
  const saves: any[] = [];
  const it = publishing<{ tab: string; page?: number }>(
    one.it,
    ({ tab, page = 1 }, frame, data) => replies.push([tab + page, frame, data]),
    () => saves.push(copy(it.save())),
  );
  return { ...one, it, replies, saves };
}

const copy = (value: any) => JSON.parse(JSON.stringify(value));
const t = { tab: "t" };

test("a tab's publications go on in order, once, over leaders that come and go", async () => {
  const one = hub();
  one.it.add("t");
  for (let n = 1; n <= 3; n++) {
    assert.equal(one.it.publish(t, "topic:a", n, `f${n}`, "e", n), undefined);
  }
  assert.deepEqual(one.all, ["t 1 topic:a", "t 2 topic:a", "t 3 topic:a"]);
  assert.deepEqual(one.it.publish(t, "topic:a", 5, "f5", "e", 5), {
    code: "out_of_sequence",
    expected: 4,
  });
  one.stores("t 1 topic:a", 7);
  one.refuses("t 2 topic:a", "forbidden");
  const refused = { epoch: "!forbidden: no", seq: 0, duplicate: false };
  assert.deepEqual(Object.keys(one.it.save().refusals), ["t 2 topic:a"], "also before it is known");
  await turn();
  assert.deepEqual(one.replies.splice(0), [
    ["t1", "f1", { epoch: "e", seq: 7, duplicate: false }],
    ["t1", "f2", refused],
  ]);
  assert.deepEqual(one.saves.at(-1).refusals, { "t 2 topic:a": "forbidden: no" });
  // The refusal takes its number: what is behind it keeps its own.
  one.it.publish(t, "topic:a", 2, "again", "e", 2);
  assert.deepEqual(one.replies.splice(0), [["t1", "again", refused]]);

  const after = session();
  after.it().publish("topic:a", "e", 3, "t 3 topic:a");
  after.all.length = 0;
  const second = hub(after);
  second.it.restore(copy(one.it.save()));
  assert.ok(second.it.knows("t"));
  for (let n = 1; n <= 4; n++) {
    second.it.publish(t, "topic:a", n, `g${n}`, "e", n);
  }
  assert.deepEqual(second.all, ["t 4 topic:a"], "what has gone before does not go again");
  assert.deepEqual(second.replies.splice(0), [
    ["t1", "g1", { duplicate: true }],
    ["t1", "g2", refused],
  ]);
  second.stores("t 3 topic:a", 9);
  await turn();
  assert.deepEqual(second.replies, [["t1", "g3", { epoch: "e", seq: 9, duplicate: false }]]);
});

test("an answer that is late finds no frame of the tab's next page", async () => {
  const one = hub();
  const [before, reloaded] = [{ tab: "t", page: 1 }, { tab: "t", page: 2 }];
  one.it.add("t");
  one.it.publish(before, "topic:a", 1, "1", "e", 1);
  one.it.left(before, () => true);
  // The next page numbers its frames from 1 again, and has another one under that id.
  one.it.publish(reloaded, "topic:b", 1, "1", "e", 1);
  one.stores("t 1 topic:a", 5);
  await turn();
  assert.deepEqual(one.replies, []);
  one.stores("t 1 topic:b", 6);
  await turn();
  assert.deepEqual(one.replies, [["t2", "1", { epoch: "e", seq: 6, duplicate: false }]]);
});

test("a refusal that is no longer known is never answered as stored", async () => {
  const one = hub();
  one.it.add("t");
  for (let n = 1; n <= 200; n++) {
    one.it.publish(t, "topic:a", n, "f", "e", n);
    one.refuses(`t ${n} topic:a`, "forbidden");
    await turn();
  }
  assert.equal(Object.keys(one.it.save().refusals).length, 128);
  const next = hub();
  next.it.restore(copy(one.it.save()));
  next.it.publish(t, "topic:a", 1, "f", "e", 1);
  next.it.publish(t, "topic:a", 200, "g", "e", 200);
  const codes = next.replies.map(([, , { epoch }]) => epoch);
  assert.deepEqual(codes, ["!no_answer: the outcome is unknown", "!forbidden: no"]);
});

test("what waits for the connection is bounded, and no tab is left behind", async () => {
  const one = hub();
  one.it.add("a");
  one.it.add("b");
  const [a, b] = [{ tab: "a" }, { tab: "b" }];
  let n = 0;
  while (!one.it.publish(a, "topic:a", n + 1, "f", "e", n + 1)) {
    n++;
  }
  assert.equal(one.waiting.length, 90);
  assert.equal(n, 290);
  assert.equal(one.it.publish(a, "topic:other", 1, "f", "e", 1)?.code, "rate_limited");
  one.it.publish(b, "topic:a", 1, "f", "e", 1);
  one.stores("a 1 topic:a", 1);
  one.stores("a 2 topic:a", 2);
  await turn();
  assert.ok(one.all.includes("b 1 topic:a"));
  one.it.left(a, () => false);
  assert.deepEqual(one.it.publish(a, "topic:a", 400, "f", "e", 1)?.code, "out_of_sequence");

  const large = hub();
  large.it.add("a");
  const text = "x".repeat(400_000);
  const refused = [1, 2, 3, 4, 5, 6].map((n) => large.it.publish(a, "topic:a", n, "f", "e", text)?.code);
  assert.equal(large.waiting.length, 2, "the connection has as much as can be kept");
  assert.deepEqual(refused.slice(3), [undefined, "rate_limited", "out_of_sequence"]);
});

test("only tokens with the same claims share; times and names of tokens do not count", async () => {
  const claims = { iss: "https://id", sub: "ann", aud: "x" };
  const of = (more: object) => identity(jwt({ ...claims, ...more }));
  const same = await of({});
  assert.match(same!, /^[0-9a-f]{64}$/);
  assert.equal(await of({ exp: 1, iat: 2, nbf: 3, jti: "4", auth_time: 5 }), same);
  const others = [
    { sub: "bob" },
    { o: { id: "org_1" } },
    { o: { id: "org_2" } },
    { organization: { acme: {} } },
    { organization: { other: {} } },
    { tid: "t" },
    { act: { sub: "x" } },
    { permissions: ["a"] },
  ];
  const all = await Promise.all(others.map(of));
  assert.equal(new Set([same, ...all]).size, others.length + 1);
  for (const token of ["opaque", "a.b.c", "e30.e30.x", "", jwt({ iss: "x", uid: 7 }), jwt({ sub: 7 })]) {
    assert.equal(await identity(token), undefined, token);
  }
});

test("what tabs have left is removed: the old, and beyond three", async () => {
  const now = 1_760_000_000_000;
  const store = Object.create({
    getItem: (name: string) => store[name] ?? null,
    removeItem: (name: string) => delete store[name],
  });
  const group = (name: string, at: number) => {
    store[`${PREFIX}"${name}"]/state`] = JSON.stringify({ at });
    store[`${PREFIX}"${name}"]/term`] = String(at - 5);
  };
  ["a", "b", "c", "d", "e"].forEach((name, i) => group(name, now - 1_000 * i));
  group("old", now - 90_000_000);
  group("led", now - 100_000_000);
  group("waits", now - 100_000_000);
  store[`${PREFIX}"broken"]/state`] = "no JSON";
  store.other = "mine";
  const locks: any = {
    query: async () => ({
      held: [{ name: `${PREFIX}"led"]` }, { name: `${PREFIX}"waits"]/page/1-2-3` }],
    }),
  };
  await sweep(store, locks, now);
  const names = ["a", "b", "c", "led", "waits"].flatMap((name) => [
    `${PREFIX}"${name}"]/state`,
    `${PREFIX}"${name}"]/term`,
  ]);
  assert.deepEqual(Object.keys(store).sort(), [...names, "other"].sort());
});

test("a leader that was neither connects nor sends", async () => {
  const sent: string[] = [];
  let opened = 0;
  let current = true;
  let deposed = 0;
  const socket = { send: (text: string) => sent.push(text), close() {} };
  const base: any = {
    open: () => (opened++, socket),
    after: (_: number, task: () => void) => (setImmediate(task), () => {}),
  };
  const wire = guardedWire(base, () => current, () => deposed++, () => []);
  const line = wire.open("ws://x", {} as any);
  line.send("one");
  current = false;
  line.send("two");
  wire.open("ws://x", {} as any).send("three");
  await turn();
  assert.deepEqual([sent, opened, deposed], [["one"], 1, 2]);
});

test("if the leader's token is over, another tab's is taken", async () => {
  const now = 1_760_000_000_000;
  const until = (s: number) => jwt({ sub: "ann", exp: now / 1_000 + s });
  let own: () => Promise<string> = async () => until(60);
  let late: (() => void) | undefined;
  const base: any = {
    token: () => own(),
    wall: () => now,
    after: (_: number, task: () => void) => ((late = task), () => {}),
  };
  let others: Promise<string | undefined>[] = [];
  let asked = 0;
  const wire = guardedWire(base, () => true, () => {}, () => (asked++, others));
  assert.equal(await wire.token(), until(60));
  assert.equal(asked, 0);
  // It never changes, and the others have none that is newer.
  assert.equal(await wire.token(), until(60));
  others = [Promise.resolve(until(70)), Promise.resolve(undefined), Promise.resolve(until(80))];
  assert.equal(await wire.token(), until(80));
  own = async () => Promise.reject(new Error("no login"));
  others = [Promise.resolve(until(90)), new Promise(() => {})];
  const token = wire.token();
  await turn();
  await turn();
  late!();
  assert.equal(await token, until(90));
  others = [];
  await assert.rejects(wire.token(), /no login/);
  own = async () => until(-1);
  assert.equal(await wire.token(), until(-1), "the node is the one who knows the time");
});

test("the ring has no holes, and a bound", () => {
  const it = ring();
  const at = (seq: number): Cursor => ["e", seq];
  it.begin("a", at(5));
  it.add("a", at(6), "six");
  it.add("a", at(9), "nine");
  const texts = (seq: number) => it.after("a", at(seq))?.map(({ text }) => text);
  assert.deepEqual([4, 5, 6, 7, 9, 10].map(texts), [
    undefined,
    ["six", "nine"],
    ["nine"],
    ["nine"],
    [],
    [],
  ]);
  assert.equal(it.after("a", ["other", 9]), undefined);
  it.begin("b", at(0));
  it.add("b", at(1), "x".repeat(RING_CHARACTERS));
  assert.equal(texts(5), undefined);
  assert.deepEqual(texts(9), []);
  it.drop("b");
  assert.equal(it.floor("b"), undefined);
});
