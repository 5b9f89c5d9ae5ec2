// A chat by the AI SDK's useChat. What has no whole answer yet is asked again, after a reload as after a cut: the same
// request is the same run, whose answer then comes from its beginning, also if the run is over by now.
import { Chat, useChat } from "@ai-sdk/react";
import { DefaultChatTransport } from "ai";
import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { agent, elsewhere, headers, here } from "./login.js";

const chat = new Chat({
  id: (localStorage.chat ??= crypto.randomUUID()),
  messages: JSON.parse(localStorage.messages ?? "[]"),
  transport: new DefaultChatTransport({
    api: `/v1/chat/${agent}`,
    headers,
    fetch: (path, init) => fetch(here() + path, init),
    // Without messageId, which the second request would have, and the first has not.
    prepareSendMessagesRequest: ({ id, messages, trigger }) => ({ body: { id, messages, trigger } }),
  }),
  onError: (error) => isCut(error) && elsewhere().then(askAgain),
});

/** The network failed, and not the run. */
const isCut = (error) => error instanceof TypeError;
const upToQuestion = (messages) => messages.slice(0, messages.findLastIndex(({ role }) => role === "user") + 1);

function askAgain() {
  chat.messages = upToQuestion(chat.messages);
  return chat.sendMessage();
}

function Page() {
  const { messages, status, error } = useChat({ chat });
  const [text, setText] = useState("");
  useEffect(() => {
    localStorage.messages = JSON.stringify(status === "ready" ? messages : upToQuestion(messages));
  }, [messages, status]);
  const isBusy = status === "submitted" || status === "streaming" || isCut(error);
  const ask = (event) => {
    event.preventDefault();
    chat.sendMessage({ text });
    setText("");
  };
  return (
    <>
      {messages.map(({ id, role, parts }) => (
        <p key={id} className={role}>{parts.map((part) => part.text).join("")}</p>
      ))}
      {error && <p role="alert">{isCut(error) ? "Connecting again…" : error.message}</p>}
      <form onSubmit={ask}>
        <input autoFocus aria-label="Question" value={text} onChange={(event) => setText(event.target.value)} />
        <button disabled={isBusy || !text.trim()}>Ask</button>
      </form>
    </>
  );
}

createRoot(document.querySelector("main")).render(<Page />);
if (chat.lastMessage?.role === "user") askAgain();
