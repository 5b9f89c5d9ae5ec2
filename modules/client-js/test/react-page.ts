/** A page in React, as the tests open it: strict, with a part that comes late. */
import { createElement as h, lazy, StrictMode, Suspense, useState } from "react";
import { createRoot } from "react-dom/client";
import { HoldfastProvider, useChannel, useHoldfast, usePublish } from "../src/react.js";

const shared = window as any;
shared.seen = [];
shared.before = JSON.parse(sessionStorage.before ?? "[]");
addEventListener("pagehide", () => (sessionStorage.before = JSON.stringify(shared.seen)));
shared.late = [];
shared.secrets = [];
shared.clients = new Set();

function Lines() {
  const { client, state } = useHoldfast();
  const [lines, setLines] = useState<string[]>([]);
  const publish = usePublish("topic:react");
  useChannel<string>("topic:react", "line", (data) => {
    shared.seen.push(data);
    setLines([...lines, data]);
  });
  if (client) {
    shared.clients.add(client);
    shared.hf = client;
    shared.say = (text: string) => publish("line", text, { persist: true });
  }
  return h("div", null, h("b", null, state.name), h("ol", null, lines.map((line) => h("li", { key: line }, line))));
}

const Late = lazy(async () => {
  await new Promise((resolve) => setTimeout(resolve, 100));
  return {
    default() {
      useChannel<string>("topic:react", "line", (data) => shared.late.push(data));
      return h("i", null, "late");
    },
  };
});

const tokens = () => fetch("/channel-token").then((answer) => answer.text());

function Private() {
  useChannel<string>("topic:private", "line", (data) => shared.secrets.push(data), { tokens });
  return null;
}

function App({ url }: { url: string }) {
  const [shown, setShown] = useState(true);
  shared.show = setShown;
  const token = () => fetch("/react-token").then((answer) => answer.text());
  return h(
    HoldfastProvider,
    { url, token },
    shown ? h(Lines) : null,
    shown ? h(Private) : null,
    h(Private),
    h(Suspense, { fallback: "…" }, h(Late)),
  );
}

const { url } = await (await fetch("/node")).json();
createRoot(document.getElementById("root")!).render(h(StrictMode, null, h(App, { url })));
