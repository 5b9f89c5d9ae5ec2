import assert from "node:assert/strict";
import { test } from "node:test";
import { createElement as h } from "react";
import { renderToString } from "react-dom/server";
import { HoldfastProvider, useChannel, useHoldfast, usePublish } from "../src/react.js";

test("a server renders without a connection", () => {
  let asked = 0;
  function Part() {
    const { client, state } = useHoldfast();
    const publish = usePublish("topic:a");
    useChannel("topic:a", "line", () => {});
    assert.throws(() => publish("line", 1));
    return h("b", null, `${client} ${state.name}`);
  }
  const token = () => `${++asked}`;
  const html = renderToString(h(HoldfastProvider, { url: "ws://node:1", token }, h(Part)));
  assert.equal(html, "<b>undefined connecting</b>");
  assert.equal(asked, 0);
});
