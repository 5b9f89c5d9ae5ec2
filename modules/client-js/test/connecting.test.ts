import assert from "node:assert/strict";
import { test } from "node:test";
import { HoldfastError } from "../src/index.js";
import { all, answer, event, jwt, last, say, stage, states, turn, welcome } from "./stage.js";

for (const random of [() => 0, Math.random, () => 0.999]) {
  test(`a server that closes at once gets six attempts a minute: ${random}`, async () => {
    const play = stage({}, random);
    let attempts: number[] = [];
    while (play.now() < 600_000) {
      const seen = play.links.length;
      await play.pass(100);
      if (play.links.length > seen) {
        attempts.push(play.now());
        const link = play.links.at(-1)!;
        link.to.opened();
        say(link, welcome("s1", all(link, "hello")[0].resume == "s1"));
        link.to.closed(4007, "internal");
      }
    }
    attempts = attempts.filter((at) => at > 60_000);
    for (const at of attempts) {
      const minute = attempts.filter((each) => each >= at && each < at + 60_000);
      assert.ok(minute.length <= 6, `${minute.length} from ${at}`);
    }
  });
}

test("nonsense is a loss with its name, and no loop", async () => {
  const play = stage();
  const reasons: string[] = [];
  play.client.on("state", ({ name, reason }) => name == "offline" && reasons.push(reason));
  const nonsense = [
    "<html>502 Bad Gateway</html>",
    "",
    "null",
    '{"type":"welcome","session":"other","resumed":true,"heartbeat":25,"limits":{"frame":9}}',
    '{"type":"welcome","session":"s1","resumed":false,"heartbeat":0,"limits":{"frame":9}}',
    '{"type":"welcome","session":{},"resumed":false,"heartbeat":1,"limits":[]}',
    "x".repeat(5 << 20),
  ];
  for (const text of nonsense) {
    const link = await play.opened();
    link.to.text(text);
    assert.ok(link.closed, text.slice(0, 80));
  }
  assert.equal(reasons.length, nonsense.length);
  reasons.forEach((reason) => assert.match(reason, /^nonsense from the server: /));
});

test("frames that are not known change nothing, whatever they are named", async () => {
  const play = stage();
  const link = await play.attached();
  for (const type of ["constructor", "__proto__", "toString", "of-tomorrow", 5, null, {}, []]) {
    say(link, { type, channel: "topic:a", id: "__proto__", data: {} });
  }
  say(link, { type: "reply", id: "constructor", data: null });
  say(link, { type: "error", id: "99", code: "new", message: "m" });
  await play.pass(1_000);
  assert.ok(!link.closed);
  assert.equal(play.client.state.name, "online");
});

test("a server that names channels without end is not believed", async () => {
  const play = stage();
  const link = await play.attached();
  for (let i = 0; i < 10_000 && !link.closed; i++) {
    event(link, `topic:${i}`, 1);
  }
  assert.ok(link.closed);
  assert.match(play.client.state.reason, /too many channels/);
});

test("unknown close codes: below 4500 it comes back, from there to 4999 it does not", async () => {
  for (const code of [0, 1, 3_999, 4_444, 5_000, 65_535]) {
    const play = stage();
    (await play.attached()).to.closed(code, "of tomorrow");
    assert.equal(play.client.state.name, "offline");
    await play.attached("s1", true);
  }
  const play = stage();
  (await play.attached()).to.closed(4_987, "of tomorrow");
  const { name, code } = play.client.state;
  assert.deepEqual([name, code], ["stopped", 4_987]);
  await play.pass(100_000);
  assert.equal(play.links.length, 1);
});

test("a token function that throws, hangs or returns nothing is a named problem", async () => {
  const answers: (() => any)[] = [
    () => {
      throw new Error("no way");
    },
    () => Promise.reject(new Error("later")),
    () => new Promise(() => {}),
    () => undefined,
    () => "",
    () => "t6",
  ];
  let asked = 0;
  const play = stage({ token: () => answers[asked++]!() });
  const problems = new Set<string>();
  play.client.on("state", ({ problem }) => problem && problems.add(problem.code));
  const link = await play.attached();
  assert.deepEqual([...problems], ["token"]);
  assert.equal(link.frames[0].token, "t6");
  assert.equal(play.client.state.problem, undefined);
});

test("it asks for another token before one ends, and moves without a loss", async () => {
  const tokens = [100, 4_000].map((life) => jwt({ sub: "ann", exp: 1_760_000_000 + life }));
  const play = stage({ token: () => tokens.shift()! });
  const seen = states(play.client);
  const first = await play.attached();
  await play.pass(79_000);
  assert.equal(play.links.length, 1);
  await play.pass(2_000);
  const second = await play.attached("s1", true);
  assert.ok(first.closed && !second.closed);
  assert.ok(!seen.includes("offline"));
});

test("after a sleep it asks before it gives up, and gives up soon", async () => {
  const play = stage();
  const link = await play.attached();
  await play.pass(20_000);
  await play.sleep(3_600_000);
  await play.pass(100);
  assert.ok(!link.closed, "the silence was its own");
  assert.ok(last(link, "ping"));
  await play.pass(20_000);
  assert.ok(!link.closed);
  link.silent = true;
  await play.sleep(3_600_000);
  await play.pass(5_100);
  assert.ok(link.closed, "there is no answer");
});

test("a clock that jumps costs a ping", async () => {
  const play = stage();
  const link = await play.attached();
  for (const jump of [86_400_000, -2 * 86_400_000]) {
    play.jump(jump);
    await play.pass(100_000);
  }
  assert.ok(!link.closed);
  assert.equal(play.links.length, 1);
});

test("a token of another user takes nothing of the one before", async () => {
  let user = "ann";
  const play = stage({ token: () => jwt({ sub: user, tenant: "acme" }) });
  const news = play.client.channel("topic:a");
  news.on("note", () => {});
  const link = await play.reading();
  const publication = news.publish("note", "of ann");
  event(link, "topic:a", 6);
  link.to.closed(1006, "");
  user = "bob";
  const next = await play.opened();
  assert.equal(next.frames[0].resume, undefined);
  assert.equal(next.frames[0].channels, undefined);
  await assert.rejects(publication.stored, (e: HoldfastError) => e.code == "forbidden");
  say(next, welcome("s2", false));
  assert.deepEqual(all(next, "publish"), []);
  assert.equal(last(next, "subscribe").channel, "topic:a");
});

test("requests and volatile publications have a bound, a limit of time, and a signal", async () => {
  const play = stage({ bounds: { requests: 2 } });
  const code = (expected: string) => (e: any) => e.code == expected;
  await assert.rejects(play.client.tenant.publishVolatile("e", 1), code("disconnected"));
  const link = await play.attached();
  const first = play.client.request("s", "m", { a: 1 });
  const { signal, ...abort } = { ...controller() };
  const second = play.client.request("s", "m", undefined, { signal });
  await assert.rejects(play.client.request("s", "m"), code("queue_full"));
  await answer(link, "request", { total: 3 });
  abort.abort();
  await assert.rejects(play.client.request("s", "m", {}, { signal }), { name: "AbortError" });
  const third = play.client.request("s", "m", null, { timeout: 1_000 });
  const late = assert.rejects(third, code("no_answer"));
  await play.pass(6_100);
  await late;
  assert.deepEqual(await second, { total: 3 });
  const lost = assert.rejects(first, code("disconnected"));
  link.to.closed(1006, "");
  await lost;
  await play.client.close();
  await assert.rejects(play.client.request("s", "m"), code("stopped"));
});

function controller() {
  const it = new AbortController();
  return { signal: it.signal, abort: () => it.abort() };
}

test("it may be closed from within its handlers", async () => {
  for (const when of ["connecting", "catching-up", "online", "offline"]) {
    const play = stage();
    play.client.on("state", ({ name }) => name == when && play.client.close());
    await turn();
    if (when != "connecting") {
      const link = await play.attached();
      link.to.closed(1006, "");
    } else {
      play.client.close();
    }
    await play.pass(100_000);
    assert.equal(play.client.state.name, "stopped", when);
    assert.ok(play.links.length <= 1, when);
  }
});
