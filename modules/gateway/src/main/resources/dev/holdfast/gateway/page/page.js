import { connect } from "/client.js";

const MOST_LINES = 500;
const KEY = "holdfast-page-key";
const $ = (id) => document.getElementById(id);

// The node prints the key behind this page's address; it stays in this tab only.
const key = location.hash.slice(1) || sessionStorage.getItem(KEY) || "";
sessionStorage.setItem(KEY, key);
history.replaceState(null, "", "/");

let client;
let socket;
const subscribed = new Set();

function log(list, text, kind) {
  const follow = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  const line = document.createElement("li");
  line.textContent = text;
  line.className = kind;
  list.append(line);
  while (list.children.length > MOST_LINES) {
    list.firstChild.remove();
  }
  if (follow) {
    list.scrollTop = list.scrollHeight;
  }
}

/** A WebSocket that shows its frames, except the token in them. */
class Watched extends WebSocket {
  constructor(...all) {
    super(...all);
    socket = this;
    this.addEventListener("open", () => log($("frames"), "opened", "note"));
    this.addEventListener("message", ({ data }) => log($("frames"), "← " + data, "in"));
    this.addEventListener("close", ({ code, reason }) =>
      log($("frames"), `closed ${code} ${reason}`, "note"));
  }

  send(text) {
    log($("frames"), "→ " + text.replace(/"token":"[^"]*"/, '"token":"…"'), "out");
    super.send(text);
  }
}

async function token({ tenant, user }) {
  const answer = await fetch("/sign-in?" + new URLSearchParams({ tenant, user }), {
    headers: { authorization: "Bearer " + key },
  });
  const text = await answer.text();
  if (!answer.ok) {
    throw new Error(JSON.parse(text).detail);
  }
  return text;
}

function showState({ name, retryIn, reason, problem }) {
  $("state").textContent = name + (retryIn ? `, next attempt in ${(retryIn / 1000).toFixed(1)} s` : "");
  $("state").className = name;
  $("problem").textContent = problem?.message ?? (name == "stopped" ? reason : "");
}

function showSession({ id, resumed, generation, node }) {
  const rows = { id, node, generation, resumed: resumed ? "yes" : "no, it is new" };
  $("session").replaceChildren(
    ...Object.entries(rows).flatMap(([name, value]) => {
      const [term, text] = [document.createElement("dt"), document.createElement("dd")];
      term.textContent = name;
      text.textContent = value;
      return [term, text];
    }),
  );
}

function read(channel, from) {
  const name = channel.name;
  if (!subscribed.has(name)) {
    subscribed.add(name);
    const stop = channel.on("*", (data, event) => {
      const by = event.user ?? event.service;
      log($("events"), `${name}  ${event.event}  ${by}: ${JSON.stringify(data)}`, event.own ? "out" : "in");
    }, { from });
    const failed = (why) => {
      subscribed.delete(name);
      log($("events"), `${name}: ${why}`, "note");
    };
    channel.onGap(({ reason }) => log($("events"), `${name}: events are gone (${reason})`, "note"));
    channel.onEnd(failed);
    stop.ready.catch((failure) => failed(failure.message));
  }
}

const forms = {
  async "sign-in"(who) {
    await client?.end();
    subscribed.clear();
    client = connect("/", { token: () => token(who), name: "page", WebSocket: Watched, store: false });
    client.on("state", showState);
    client.on("session", showSession);
    showState(client.state);
    [client.tenant, client.user, client.session].forEach((channel) => read(channel));
    document.querySelectorAll("button").forEach((button) => (button.disabled = false));
  },
  subscribe: ({ channel, from }) => read(client.channel(channel), from),
  publish({ event, data }) {
    const name = $("subscribe").elements.channel.value;
    let value = data;
    try {
      value = JSON.parse(data);
    } catch {
      // Text, then.
    }
    const published = client.channel(name).publish(event, value);
    published.stored.catch((failure) => log($("events"), `${name}: ${failure.message}`, "note"));
  },
};

for (const id in forms) {
  $(id).addEventListener("submit", async (submit) => {
    submit.preventDefault();
    await forms[id](Object.fromEntries(new FormData(submit.target)));
  });
}
$("kill").addEventListener("click", () => socket?.close());
if (!key) {
  $("problem").textContent =
    "Open the address that the node prints when it starts: it ends in the key of this page.";
}
