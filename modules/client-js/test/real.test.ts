import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { WebSocket } from "ws";
import { connect, Holdfast } from "../src/index.js";
import { crowd, isClean, memory, show } from "./crowd.js";
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

test("kill -9 and reloads: each publication is read once and in order", { skip: missing, timeout: 120_000 }, async () => {
  const size = { node: CLIENTS, pages: 0, room: CLIENTS, rate: 40 * CLIENTS, seconds: 4 };
  const target = { urls: [node.url], token: node.token, killAndRestart: node.killAndRestart };
  const row = await crowd(target, size, { reload: 1_000 });
  assert.ok(isClean(row) && row.kills && row.resumed > row.clients && !row.anew, show("kill", row));
  console.log(show("kill", row));
});
