// A chat by AG-UI's HttpAgent. The thread is what the node has of it: the page keeps nothing but the thread's id.
import { HttpAgent } from "@ag-ui/client";
import { agent as name, elsewhere, headers, here } from "./login.js";

const page = document.querySelector("main");
page.innerHTML = `<div></div><p role="alert" hidden></p>
  <form><input autofocus aria-label="Question"><button>Ask</button></form>`;
const [shown, problem, form] = page.children;
const [input, button] = form;

const threadId = (localStorage.thread ??= crypto.randomUUID());
const agent = new HttpAgent({ url: "", threadId, headers });
agent.subscribe({
  onMessagesChanged: ({ messages }) => show(messages),
  onRunStartedEvent: () => report(""),
  onRunErrorEvent: ({ event }) => report(event.message),
});

function show(messages) {
  const lines = messages.filter(({ role }) => role === "user" || role === "assistant");
  shown.replaceChildren(
    ...lines.map(({ role, content }) =>
      Object.assign(document.createElement("p"), { className: role, textContent: content }),
    ),
  );
}

function report(text) {
  problem.textContent = text;
  problem.hidden = !text;
}

/** Reads a run to its end, at whichever node: a run that is known there is read, and not started again. */
async function read(path, runId) {
  button.disabled = true;
  for (let ended = false; !ended; ) {
    agent.url = `${here()}/v1/agui/agent/${name}/${path}`;
    try {
      await agent.runAgent({ runId });
      ended = true;
    } catch (error) {
      ended = !(error instanceof TypeError);
      report(ended ? error.message : "Connecting again…");
      await (ended || elsewhere());
    }
  }
  button.disabled = false;
}

form.onsubmit = (event) => {
  event.preventDefault();
  report("");
  agent.addMessage({ id: crypto.randomUUID(), role: "user", content: input.value });
  input.value = "";
  read("run", crypto.randomUUID());
};

read("connect", crypto.randomUUID());
