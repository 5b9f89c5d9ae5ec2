import assert from "node:assert/strict";
import { test } from "node:test";
import { all, answer, event, jwt, last, refuse, say, stage, states, turn } from "./stage.js";

const expiring = { type: "expiring", in: 60_000 };
const refusal = { code: "unavailable", retryable: true };

/** A client whose token function gives one of these after the other. */
async function attached(...tokens: any[]) {
  const play = stage({
    token: async () => {
      const token = tokens.length > 1 ? tokens.shift() : tokens[0];
      if (token instanceof Error) {
        throw token;
      }
      return token;
    },
  });
  const seen = states(play.client);
  const link = await play.attached();
  return { play, link, seen };
}

const problem = ({ client }: any) => client.state.problem?.code;

test("it goes on with the next token over the same connection", async () => {
  const { play, link, seen } = await attached("t1", "t2", "t3");
  say(link, expiring);
  say(link, expiring);
  await play.pass(0);
  assert.deepEqual(all(link, "refresh").map(({ token }) => token), ["t2"]);
  say(link, expiring);
  await answer(link, "refresh", { expiresIn: 100_000 });
  await play.pass(20_000);
  assert.equal(all(link, "refresh").length, 1);
  say(link, expiring);
  await play.pass(0);
  assert.equal(last(link, "refresh").token, "t3");
  await answer(link, "refresh", {});
  await play.pass(200_000);
  assert.equal(play.links.length, 1);
  assert.ok(!seen.includes("offline"));
});

test("without another word it moves before the new token ends", async () => {
  const { play, link } = await attached("t1", "t2", "t3");
  say(link, expiring);
  await play.pass(0);
  await answer(link, "refresh", { expiresIn: 100_000 });
  await play.pass(79_900);
  assert.equal(play.links.length, 1);
  await play.pass(200);
  const next = await play.attached("s1", true);
  assert.equal(next.frames[0].token, "t3");
  assert.ok(link.closed);
});

test("a function that throws, hangs or has nothing new is named, and asked again", async () => {
  for (const bad of [new Error("no way"), new Promise(() => {}), undefined, "t1"]) {
    const { play, link, seen } = await attached("t1", bad, "t2");
    say(link, expiring);
    await play.pass(10_100);
    assert.equal(problem(play), "token");
    await play.pass(1_000);
    assert.equal(last(link, "refresh").token, "t2");
    await answer(link, "refresh", { expiresIn: 4_000_000 });
    assert.equal(problem(play), undefined);
    await play.pass(60_000);
    assert.equal(all(link, "refresh").length, 1);
    assert.equal(play.links.length, 1);
    assert.ok(!seen.includes("offline"));
  }
});

test("a token that ends is asked for six times a minute, and the loss that follows waits for no more", async () => {
  let asked = 0;
  const play = stage({ token: () => (asked++ ? Promise.reject(new Error("away")) : "t1") });
  const link = await play.attached();
  say(link, expiring);
  await play.pass(70_000);
  assert.equal(problem(play), "token");
  assert.ok(asked > 5 && asked < 12, `asked ${asked} times`);
  assert.equal(play.links.length, 1);
  link.to.closed(4005, "expired");
  assert.equal(play.client.state.name, "offline");
  assert.ok(play.client.state.retryIn <= 1_001, "the waits began anew");
});

test("a token that never changes costs no connection before its end", async () => {
  const { play, link } = await attached(jwt({ sub: "ann", exp: 1_760_000_100 }));
  await play.pass(99_000);
  assert.equal(play.links.length, 1);
  assert.equal(problem(play), "token");
  link.to.closed(4005, "expired");
  for (let i = 0; i < 2; i++) {
    (await play.opened()).to.closed(4501, "unauthorized");
  }
  await play.pass(100_000);
  assert.equal(play.client.state.name, "stopped");
  assert.equal(play.links.length, 3);
});

test("a refused token is followed by a fresh one, and the session goes on meanwhile", async () => {
  const { play, link } = await attached("t1", "t2", "t3", "t4");
  const news = play.client.channel("topic:a");
  say(link, expiring);
  await play.pass(0);
  await refuse(link, "refresh", "unauthorized");
  assert.equal(problem(play), "token");
  const { stored } = news.publish("note", 1);
  await answer(link, "publish", { epoch: "e1", seq: 1, duplicate: false });
  await stored;
  await play.pass(1_100);
  assert.equal(last(link, "refresh").token, "t3");
  await refuse(link, "refresh", "unavailable", refusal);
  await play.pass(2_100);
  assert.equal(last(link, "refresh").token, "t4");
  await answer(link, "refresh", {});
  assert.equal(problem(play), undefined);
  assert.equal(play.links.length, 1);
});

test("another user's token is for another connection", async () => {
  const [ann, bob] = ["ann", "bob"].map((sub) => jwt({ sub }));
  const { play, link } = await attached(ann, bob);
  say(link, expiring);
  await play.pass(0);
  await refuse(link, "refresh", "forbidden");
  const next = await play.opened();
  assert.equal(next.frames[0].token, bob);
  assert.equal(next.frames[0].resume, undefined);
});

test("no answer to a refresh: another connection, with what comes then", async () => {
  const { play, link } = await attached("t1", "t2", "t3");
  say(link, expiring);
  await play.pass(16_000);
  assert.equal(problem(play), "token");
  assert.equal(last(link, "refresh").token, "t3");
  link.to.closed(4005, "expired");
  const next = await play.attached("s1", true);
  await play.pass(60_000);
  assert.deepEqual(all(next, "refresh"), []);
  assert.equal(problem(play), undefined);
});

test("a loss in the middle is a loss like another, whatever comes late", async () => {
  for (const [name, sent] of [["while it is asked", false], ["while it is sent", true]] as const) {
    let give = (_: string) => {};
    const tokens = ["t1", sent ? "t2" : new Promise<string>((resolve) => (give = resolve)), "t3"];
    const { play, link } = await attached(...tokens);
    say(link, expiring);
    await play.pass(0);
    assert.equal(all(link, "refresh").length, sent ? 1 : 0, name);
    link.to.closed(1006, "");
    give("t2");
    await turn();
    const next = await play.attached("s1", true);
    assert.equal(next.frames[0].token, "t3", name);
    if (sent) {
      say(link, { type: "reply", id: last(link, "refresh").id, data: { expiresIn: 1 } });
      say(next, { type: "reply", id: last(link, "refresh").id, data: { expiresIn: 1 } });
    }
    await play.pass(60_000);
    assert.deepEqual(all(next, "refresh"), [], name);
    assert.equal(play.links.length, 2, name);
    say(next, expiring);
    await play.pass(0);
    assert.equal(play.client.state.name, "online", name);
  }
});

test("a move that is asked for in the middle is not forgotten", async () => {
  const move = { type: "reconnect", after: 500, reason: "rebalance" };
  for (const late of [false, true]) {
    const { play, link } = await attached("t1", "t2", "t3");
    say(link, expiring);
    await play.pass(0);
    say(link, move);
    await play.pass(late ? 1_000 : 0);
    await answer(link, "refresh", { expiresIn: 4_000_000 });
    await play.pass(late ? 0 : 1_000);
    const next = await play.attached("s1", true);
    assert.equal(next.frames[0].token, "t3");
    assert.equal(next.frames[0].move, true);
    assert.ok(link.closed);
  }
});

test("a channel that the new token does not permit ends by name", async () => {
  const { play, link } = await attached("t1", "t2");
  const news = play.client.channel("topic:a");
  const ends: string[] = [];
  const seen: number[] = [];
  news.on("note", (data) => seen.push(data));
  news.onEnd((code) => ends.push(code));
  await turn();
  await answer(link, "subscribe", { epoch: "e1", seq: 5 });
  say(link, { type: "subscribed", channel: "topic:a", epoch: "e1", seq: 5, recovered: true });
  say(link, expiring);
  await play.pass(0);
  event(link, "topic:a", 6);
  say(link, { type: "unsubscribed", channel: "topic:a", code: "forbidden" });
  await answer(link, "refresh", {});
  assert.deepEqual([ends, seen], [["forbidden"], [6]]);
  assert.equal(play.client.state.name, "online");
});

test("a client that is closed or ended in the middle asks for nothing more", async () => {
  for (const how of ["close", "end"] as const) {
    const { play, link } = await attached("t1", "t2", "t3");
    say(link, expiring);
    await play.pass(0);
    play.client[how]();
    await answer(link, "refresh", { expiresIn: 10_000 });
    await play.pass(100_000);
    assert.equal(play.client.state.name, "stopped");
    assert.equal(play.links.length, 1);
  }
});
