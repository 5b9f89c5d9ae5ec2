// A chat as the documents of the AI SDK build it with resumable-stream: POST begins an answer of a
// word each 20 ms, GET resumes it. Arguments: port, Redis' port.
import { createServer } from "node:http";
import { JsonToSseTransformStream, createUIMessageStream } from "ai";
import { createClient } from "redis";
import { createResumableStreamContext } from "resumable-stream";

const [port, redis] = process.argv.slice(2);
const connect = () => createClient({ url: `redis://127.0.0.1:${redis}` });
const [publisher, subscriber] = [connect(), connect()];
await Promise.all([publisher.connect(), subscriber.connect()]);
const streams = createResumableStreamContext({ waitUntil: null, publisher, subscriber });
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

function answer() {
  return createUIMessageStream({
    execute: async ({ writer }) => {
      writer.write({ type: "text-start", id: "m1" });
      for (let i = 0; i < 500; i++) {
        writer.write({ type: "text-delta", id: "m1", delta: `${i} ` });
        await sleep(20);
      }
      writer.write({ type: "text-end", id: "m1" });
    },
  }).pipeThrough(new JsonToSseTransformStream());
}

createServer(async (request, response) => {
  const begins = request.method === "POST";
  try {
    const stream = begins
      ? await streams.createNewResumableStream("c1", answer)
      : await streams.resumeExistingStream("c1");
    if (!stream) return response.writeHead(204).end();
    response.writeHead(200, { "content-type": "text/event-stream" });
    for await (const text of stream) response.write(text);
    response.end();
  } catch (failure) {
    console.error(`${failure}`);
    response.headersSent ? response.destroy() : response.writeHead(500).end(`${failure}`);
  }
}).listen(+port, "127.0.0.1", () => console.log("ready"));
