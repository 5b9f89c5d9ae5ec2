// kill -9 of the server that answers, in mid-answer, and what a page gets at another one: with ai and
// resumable-stream. Needs redis-server; prints one row of the table. `npm ci` first.
import { spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";

const free = async () => {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return `${port}`;
};
const children = [];
const start = (command, ...words) => {
  const child = spawn(command, words, { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  return child;
};
process.on("exit", () => children.forEach((child) => child.kill("SIGKILL")));

const redis = await free();
await once(start("redis-server", "--port", redis, "--bind", "127.0.0.1", "--save", "").stdout, "data");
const [first, second] = [await free(), await free()];
const producer = start(process.execPath, "server.mjs", first, redis);
const other = start(process.execPath, "server.mjs", second, redis);
await Promise.all([producer, other].map((child) => once(child.stdout, "data")));

/** The deltas of a stream, until it ends or breaks. */
async function read(response, took) {
  let text = "";
  try {
    for await (const chunk of response.body) {
      for (const line of Buffer.from(chunk).toString().split("\n")) {
        if (line.startsWith('data: {"type":"text-delta"')) text += JSON.parse(line.slice(6)).delta;
      }
      took(text);
    }
    return { text, end: "a clean end" };
  } catch (failure) {
    return { text, end: `${failure.cause ?? failure}` };
  }
}

const page = await read(await fetch(`http://127.0.0.1:${first}`, { method: "POST" }), (text) => {
  if (text.length > 300) producer.kill("SIGKILL");
});
const asked = performance.now();
const answer = await fetch(`http://127.0.0.1:${second}`);
const resumed = answer.status === 200 ? await read(answer, () => {}) : { text: "", end: await answer.text() };
const ms = Math.round(performance.now() - asked);
const state = start("redis-cli", "-p", redis, "keys", "*");
const keys = `${(await once(state.stdout, "data"))[0]}`.trim().split("\n").join(", ");
console.log(`page: ${page.text.length} characters, then: ${page.end}`);
console.log(`resumed after ${ms} ms: status ${answer.status}, ${resumed.text.length} characters, ${resumed.end}`);
console.log(`left in Redis: ${keys}`);
process.exit(0);
