import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { WebSocket } from "ws";
import { connect } from "../src/index.js";
import { until } from "./node.js";

/** What a proxy answers in place of the upgrade, and the reason that the state has. */
const ANSWERS: [answer: string, reason: RegExp][] = [
  ["HTTP/1.1 502 Bad Gateway\r\ncontent-length: 20\r\n\r\n<html>Bad Gateway...", /^upgrade: 502$/],
  ["HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n<html>Sign in", /^upgrade: 200$/],
  ["HTTP/1.1 503 Busy\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n", /^upgrade: 503$/],
  ["<html>no HTTP at all", /^$/],
  ["", /^$/],
];

test("a proxy that answers 502, HTML or nonsense is named, and not asked in a loop", async () => {
  const attempts: number[] = [];
  const server = createServer((_, response) => response.end());
  server.on("upgrade", (_, socket) => {
    const [answer] = ANSWERS[attempts.push(Date.now()) - 1] ?? [""];
    socket.end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const client = connect(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, {
    token: "t",
    WebSocket: WebSocket as any,
    times: { firstWait: 100, longestWait: 400 },
  });
  const offline: { code: number; reason: string; retryIn: number }[] = [];
  client.on("state", (state) => state.name == "offline" && offline.push({ ...state }));
  await until("all are seen", () => offline.length >= ANSWERS.length);
  await client.close();
  server.close();
  for (const [i, [, reason]] of ANSWERS.entries()) {
    assert.match(offline[i]!.reason, reason);
    assert.equal(offline[i]!.code, 1006);
    const next = attempts[i + 1];
    assert.ok(offline[i]!.retryIn >= 1, "a wait before each attempt");
    assert.ok(!next || next - attempts[i]! >= offline[i]!.retryIn - 5, `attempt ${i + 1} is too soon`);
  }
  assert.ok(offline[2]!.retryIn >= 1_000, "as long as it was asked to");
  assert.ok(offline[4]!.retryIn >= 200, "the bound has doubled");
});
