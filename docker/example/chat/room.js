// A room where people talk, by @holdfast/client. A line is shown at once. Lines, and what is not said to its end, stay
// over a reload; a lost network and a killed node lose nothing, and repeat nothing.
import { connect } from "@holdfast/client";
import { waiting } from "./waiting.js";

const user = (sessionStorage.user ??= new URLSearchParams(location.search).get("user") ?? "ann");
const { nodes } = await (await fetch("/login")).json();
const token = () => fetch(`/join?${user}`).then((answer) => answer.text());

document.querySelector("main").innerHTML = `
  <small role="status"></small>
  <section></section>
  <form><input autofocus autocomplete="off" aria-label="Line"><button>Say</button></form>`;
const [status, list, form, input] = ["small", "section", "form", "input"].map((it) => document.querySelector(it));
const lines = JSON.parse(sessionStorage.lines ?? "[]");
input.value = sessionStorage.draft ?? "";

const client = connect(nodes, { token });
const room = client.channel(`topic:room${location.pathname}`);
const mine = waiting(show);
const take = (by, text) => (lines.push([by, text]), show());
room.on("line", (text, { user, own }) => (own && mine.came(text), take(user, text)), { from: "earliest" });
room.onGap(() => (mine.gap(), take("", "Lines are gone.")));
client.on("state", show);

/** Shows what came, and behind it what is on its way. */
function show() {
  const last = mine.lines(client.pending).map(({ data }) => [user, data, "waiting"]);
  const all = [...lines, ...last].map(([by, text, className = ""]) => {
    const line = document.createElement("p");
    line.className = `${by === user ? "user" : "assistant"} ${className}`;
    line.textContent = by === user || !by ? text : `${by}: ${text}`;
    return line;
  });
  list.replaceChildren(...all);
  status.textContent = `${user}, ${client.state.name}`;
}

form.addEventListener("submit", (submit) => {
  submit.preventDefault();
  room.publish("line", input.value, { persist: true });
  input.value = "";
  show();
});
addEventListener("pagehide", () => Object.assign(sessionStorage, { lines: JSON.stringify(lines), draft: input.value }));
show();
