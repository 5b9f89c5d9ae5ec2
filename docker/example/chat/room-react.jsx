// The room of room.js, by the hooks of @holdfast/client/react.
import { HoldfastProvider, useChannel, useHoldfast, usePublish } from "@holdfast/client/react";
import { StrictMode, useReducer, useState } from "react";
import { createRoot } from "react-dom/client";
import { waiting } from "./waiting.js";

const user = (sessionStorage.user ??= new URLSearchParams(location.search).get("user") ?? "ann");
const { nodes } = await (await fetch("/login")).json();
const token = () => fetch(`/join?${user}`).then((answer) => answer.text());
const name = `topic:room${location.pathname}`;

// Not a state: the page may be left before it is rendered.
const lines = JSON.parse(sessionStorage.lines ?? "[]");
addEventListener("pagehide", () => (sessionStorage.lines = JSON.stringify(lines)));

function Line({ by, text, className = "" }) {
  const own = by === user;
  return <p className={`${own ? "user" : "assistant"} ${className}`}>{own || !by ? text : `${by}: ${text}`}</p>;
}

function Room() {
  const { client, state } = useHoldfast();
  const publish = usePublish(name);
  const [, show] = useReducer((n) => n + 1, 0);
  const [draft, setDraft] = useState(sessionStorage.draft ?? "");
  const [mine] = useState(() => waiting(show));
  const take = (by, text) => (lines.push([by, text]), show());
  const onGap = () => (mine.gap(), take("", "Lines are gone."));
  const onLine = (text, { user, own }) => (own && mine.came(text), take(user, text));
  useChannel(name, "line", onLine, { from: "earliest", onGap });
  const type = (text) => setDraft((sessionStorage.draft = text));
  const say = (event) => {
    event.preventDefault();
    publish("line", draft, { persist: true });
    type("");
  };
  return (
    <>
      <small role="status">{user}, {state.name}</small>
      <section>
        {lines.map(([by, text], i) => <Line key={i} by={by} text={text} />)}
        {mine.lines(client?.pending ?? []).map(({ id, data }) => <Line key={id} by={user} text={data} className="waiting" />)}
      </section>
      <form onSubmit={say}>
        <input autoFocus autoComplete="off" aria-label="Line" value={draft} onChange={(event) => type(event.target.value)} />
        <button disabled={!client}>Say</button>
      </form>
    </>
  );
}

createRoot(document.querySelector("main")).render(
  <StrictMode>
    <HoldfastProvider url={nodes} token={token}><Room /></HoldfastProvider>
  </StrictMode>,
);
