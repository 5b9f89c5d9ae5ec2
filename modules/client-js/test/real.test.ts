import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { WebSocket } from "ws";
import { connect, Holdfast } from "../src/index.js";
import { missing, Node, startNode, until } from "./node.js";

const CLIENTS = 4;
let node: Node;

before(async () => {
  if (!missing) {
    node = await startNode("http://localhost:1");
  }
});
after(async () => {
  clients.forEach((client) => client.close());
  await node?.stop();
});

function memory() {
  const items = new Map<string, string>();
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  };
}

const clients: Holdfast[] = [];

function open(user: string, options = {}): Holdfast {
  const client = connect(node.url, {
    token: () => node.token(user),
    WebSocket: WebSocket as any,
    times: { firstWait: 200, longestWait: 2_000 },
    ...options,
  });
  clients.push(client);
  return client;
}

test("publishes, reads, asks; what is forbidden fails by its code", { skip: missing, timeout: 60_000 }, async () => {
  const client = open("ann");
  const news = client.channel("topic:first");
  const stop = news.on("note", () => {});
  await stop.ready;
  const { cursor, duplicate } = await news.publish("note", { text: "hi" }).stored;
  assert.equal(cursor![1], 1);
  assert.equal(duplicate, false);
  stop();
  for await (const event of client.channel("topic:first").events({ from: "earliest" })) {
    assert.deepEqual([event.user, event.data], ["ann", { text: "hi" }]);
    break;
  }
  await until("online", () => client.state.name == "online");
  await assert.rejects(client.channel("run:1").on("*", () => {}).ready, { code: "forbidden" });
  await assert.rejects(client.request("billing", "quote"), { code: "forbidden" });
  await client.end();
  assert.deepEqual(client.state.name, "stopped");
  assert.deepEqual(client.state.code, 4503);
});

test("a private channel is read by channel tokens, over their ends and a reload", { skip: missing, timeout: 60_000 }, async () => {
  const name = "topic:orders/7";
  const options = { store: memory(), token: () => node.token("eve", []) };
  const seen: number[] = [];
  let asked = 0;
  let seconds = 2;
  const page = () => {
    const client = open("eve", options);
    const channel = client.channel(name).tokens(() => (asked++, node.channelToken("eve", name, seconds)));
    return { client, channel, stop: channel.on("line", (data) => seen.push(data)) };
  };
  const writer = open("ann").channel(name);
  const first = page();
  await first.stop.ready;
  for (let n = 1; n <= 40; n++) {
    await writer.publish("line", n).stored;
    await wait(100);
  }
  await until("renewed", () => asked >= 2);
  seconds = 600;
  await first.client.close();
  await writer.publish("line", 41).stored;
  const second = page();
  await second.stop.ready;
  await writer.publish("line", 42).stored;
  await until("all is read", () => seen.length >= 42);
  assert.deepEqual(seen, Array.from({ length: 42 }, (_, i) => i + 1));
  const other = open("eve", { token: options.token }).channel(name);
  await assert.rejects(other.on("line", () => {}).ready, { code: "forbidden" });
});

test(
  "kill -9 and reloads: each publication is read once and in order",
  { skip: missing, timeout: 120_000 },
  async () => {
    const written: string[][] = [];
    const seen: string[][] = [];
    const pages: Holdfast[] = [];
    let publishing = true;

    const ends = Array.from({ length: CLIENTS }, async (_, i) => {
      const user = `user${i}`;
      const store = memory();
      const reloads = i % 2 == 0;
      written[i] = [];
      seen[i] = [];
      const page = () => {
        const client = open(user, { store });
        client.channel("topic:all").on("line", (data) => void seen[i]!.push(data), { from: "earliest" });
        client.channel("topic:all").onGap((gap) => seen[i]!.push(`gap ${JSON.stringify(gap)}`));
        pages[i] = client;
      };
      page();
      for (let n = 1; publishing; n++) {
        // More than 100 are not kept for a later page.
        await until("there is room", () => pages[i]!.pending.length < 90);
        const line = `${user} ${n}`;
        written[i]!.push(line);
        pages[i]!.channel("topic:all").publish("line", line, { persist: true });
        await wait(25);
        if (reloads && n % 40 == 0) {
          await pages[i]!.close();
          page();
        }
      }
      await until("all is stored", () => !pages[i]!.pending.length);
    });

    await wait(3_000);
    await node.killAndRestart();
    await wait(3_000);
    publishing = false;
    await Promise.all(ends);
    const total = written.flat().length;
    const states = () => pages.map(({ state }, i) => `${seen[i]!.length} ${JSON.stringify(state)}`);
    await until("all is read", () => seen.every((lines) => lines.length >= total), 20_000).catch(
      (e) => assert.fail(`${e.message}: ${states().join("; ")} of ${total}`),
    );
    await wait(200);
    for (const [i, lines] of seen.entries()) {
      for (const [j, expected] of written.entries()) {
        const found = lines.filter((line) => line.startsWith(`user${j} `));
        assert.deepEqual(found, expected, `what user${i} read of user${j}`);
      }
      assert.equal(lines.length, total);
      assert.deepEqual(lines, seen[0], "all read the same order");
    }
    console.log(`${CLIENTS} clients, ${total} publications, each read once and in order by each`);
  },
);
