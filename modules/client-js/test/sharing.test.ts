import assert from "node:assert/strict";
import { test } from "node:test";
import { publishing } from "../src/share/publishing.js";
import { ring, RING_CHARACTERS } from "../src/share/ring.js";
import { HoldfastError, type Cursor, type Publication, type Stored } from "../src/types.js";
import { turn } from "./stage.js";

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
  const done = (id: string) => {
    waiting.splice(waiting.findIndex((one) => one.id == id), 1);
    return answers.get(id)!;
  };
  return {
    all,
    waiting,
    it: () => ({ publish: take, waiting: () => waiting }) as any,
    stores: (id: string, seq: number) =>
      done(id).resolve({ cursor: ["e", seq], duplicate: false }),
    refuses: (id: string, code: string) => done(id).reject(new HoldfastError(code, "no")),
  };
}

test("a tab's publications go on in order, once, over leaders that come and go", async () => {
  const replies: any[] = [];
  const reply = (tab: string, frame: string, data: object) => replies.push([tab, frame, data]);
  const one = session();
  const first = publishing(one.it, reply);
  first.add("t");
  for (let n = 1; n <= 3; n++) {
    assert.equal(first.publish("t", "topic:a", n, `f${n}`, "e", n), undefined);
  }
  assert.deepEqual(one.all, ["t 1 topic:a", "t 2 topic:a", "t 3 topic:a"]);
  assert.deepEqual(first.publish("t", "topic:a", 5, "f5", "e", 5), {
    code: "out_of_sequence",
    expected: 4,
  });
  one.stores("t 1 topic:a", 7);
  one.refuses("t 2 topic:a", "forbidden");
  await turn();
  assert.deepEqual(replies.splice(0), [
    ["t", "f1", { epoch: "e", seq: 7, duplicate: false }],
    ["t", "f2", { epoch: "!forbidden: no", seq: 0, duplicate: false }],
  ]);
  // The refusal takes its number: what is behind it keeps its own.
  first.publish("t", "topic:a", 2, "again", "e", 2);
  assert.deepEqual(replies.splice(0), [["t", "again", { epoch: "!forbidden: no", seq: 0, duplicate: false }]]);

  const next = session();
  next.it().publish("topic:a", "e", 3, "t 3 topic:a");
  next.all.length = 0;
  const second = publishing(next.it, reply);
  second.restore(JSON.parse(JSON.stringify(first.save())));
  assert.ok(second.knows("t"));
  for (let n = 1; n <= 4; n++) {
    second.publish("t", "topic:a", n, `g${n}`, "e", n);
  }
  assert.deepEqual(next.all, ["t 4 topic:a"], "what has gone before does not go again");
  assert.deepEqual(replies.splice(0).map(([, frame]) => frame), ["g1", "g2"]);
  next.stores("t 3 topic:a", 9);
  await turn();
  assert.deepEqual(replies, [["t", "g3", { epoch: "e", seq: 9, duplicate: false }]]);
});

test("what waits for the connection is bounded, and no tab is left behind", async () => {
  const one = session();
  const it = publishing(one.it, () => {});
  it.add("a");
  it.add("b");
  let n = 0;
  while (!it.publish("a", "topic:a", n + 1, "f", "e", n + 1)) {
    n++;
  }
  assert.equal(one.waiting.length, 90);
  assert.equal(n, 290);
  it.publish("b", "topic:a", 1, "f", "e", 1);
  one.stores("a 1 topic:a", 1);
  one.stores("a 2 topic:a", 2);
  await turn();
  assert.ok(one.all.includes("b 1 topic:a"));
  it.left("a", () => false);
  assert.deepEqual(it.publish("a", "topic:a", 400, "f", "e", 1)?.code, "out_of_sequence");
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
