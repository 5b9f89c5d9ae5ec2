// node speed.mjs [EVENTS [ROUNDS]]
//
// Writes the table of speeds in the README: what a page in Chromium needs for the same events and
// subscriptions with this client and with others. One process plays the server of each protocol, so
// that only the clients differ: what it sends is written before, one event in a WebSocket message.
// Run `node build.mjs` before.
import { createServer } from "node:http";
import { join } from "node:path";
import { build } from "esbuild";
import { WebSocketServer } from "ws";
import { PEERS, publish, withPeers } from "./peers.mjs";
import { launch } from "./target/test/site.mjs";

process.chdir(import.meta.dirname);
const [EVENTS = 50_000, ROUNDS = 5] = process.argv.slice(2).map(Number);
const CHANNELS = 1_000;

/** The data of an event. */
const payload = (n) => JSON.stringify({ n, user: "ann", text: "What each of these clients gets, with the same words." });

/**
 * Of each client: the page's part, which connects and returns a function that reads a channel; the
 * answers of its server to a message; and the message of the n-th event of a channel, with its
 * position, as the server of each sends it if a client is to go on after a loss.
 */
const CLIENTS = {
  "@holdfast/client": {
    page: `
      import { connect } from ${JSON.stringify(join(process.cwd(), "target/package/index.js"))};
      window.openClient = async (url) => {
        const hf = connect(url, { token: "t" });
        return (name, take) => hf.channel("topic:" + name).on("line", take).ready;
      };`,
    *answer(text) {
      const { type, id, channel } = JSON.parse(text);
      const read = (channel) => [
        { type: "subscribed", channel, epoch: "e", seq: 0, recovered: true },
        { type: "live", channel, epoch: "e", seq: 0 },
      ];
      if (type == "hello") {
        const limits = { frame: 65_536, channels: 2_000, publishRate: 100 };
        const session = { session: "s", generation: 1, connection: "c", node: "n", resumed: false };
        yield { type: "welcome", ...session, linger: 120, heartbeat: 25, limits, time: Date.now() };
        yield* ["tenant", "user:ann", "session:s"].flatMap(read);
      } else if (type == "subscribe") {
        yield { type: "reply", id, data: { epoch: "e", seq: 0 } };
        yield* read(channel);
      } else if (type == "ping") {
        yield { type: "pong" };
      }
    },
    event: (channel, n) =>
      `{"type":"event","channel":"topic:${channel}","epoch":"e","seq":${n},"at":${Date.now()},` +
      `"event":"line","data":${payload(n)},"from":{"user":"ann"}}`,
  },
  centrifuge: {
    page: `
      import { Centrifuge } from "centrifuge";
      window.openClient = async (url) => {
        const it = new Centrifuge(url, { token: "t" });
        it.connect();
        await it.ready();
        return async (name, take) => {
          const subscription = it.newSubscription(name);
          subscription.on("publication", ({ data }) => take(data));
          subscription.subscribe();
          await subscription.ready();
        };
      };`,
    *answer(text) {
      for (const line of text.split("\n")) {
        const { id, connect, subscribe } = JSON.parse(line);
        if (connect) {
          yield { id, connect: { client: "c", version: "6", ping: 25, pong: true } };
        } else if (subscribe) {
          yield { id, subscribe: { recoverable: true, positioned: true, epoch: "e", offset: 0 } };
        }
      }
    },
    event: (channel, n) =>
      `{"push":{"channel":"${channel}","pub":{"data":${payload(n)},"offset":${n}}}}`,
  },
  "socket.io-client": {
    page: `
      import { io } from "socket.io-client";
      window.openClient = async (url) => {
        const socket = io(url.replace("ws:", "http:"), { transports: ["websocket"] });
        await new Promise((done) => socket.on("connect", done));
        return async (name, take) => void socket.on(name, take);
      };`,
    hello: '0{"sid":"s","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}',
    *answer(text) {
      if (text == "40") {
        yield '40{"sid":"s","pid":"p"}';
      }
    },
    event: (channel, n) => `42["${channel}",${payload(n)},"${n}"]`,
  },
};

/** Returns a message as a server writes it on the wire. */
function framed(text) {
  const body = Buffer.from(text);
  const { length } = body;
  const head = length < 126 ? [length] : [126, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([0x81, ...head]), body]);
}

async function startServer(client, script) {
  let connection;
  const server = createServer((request, response) => {
    const [type, body] =
      request.url == "/page.js" ? ["text/javascript", script] : ["text/html", '<script type="module" src="/page.js"></script>'];
    response.writeHead(200, { "content-type": type }).end(body);
  });
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket, request) => {
    connection = request.socket;
    const say = (it) => socket.send(typeof it == "string" ? it : JSON.stringify(it));
    if (client.hello) {
      say(client.hello);
    }
    socket.on("message", (data) => [...client.answer(String(data))].forEach(say));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();

  return {
    url: `http://127.0.0.1:${port}/`,

    /** Sends events as fast as they are taken. */
    async send(events) {
      for (let i = 0; i < events.length; i += 500) {
        const free = connection.write(Buffer.concat(events.slice(i, i + 500)));
        await (free || new Promise((done) => connection.once("drain", done)));
      }
    },

    close() {
      sockets.clients.forEach((each) => each.terminate());
      server.close();
    },
  };
}

/** Opens a page with a client that reads one channel. */
async function open(browser, server) {
  const page = await browser.newPage();
  page.on("pageerror", (failure) => console.error(failure));
  await page.goto(server.url);
  await page.waitForFunction("window.openClient");
  await page.evaluate(async () => {
    window.read = await window.openClient(location.href.replace("http", "ws"));
    // Resolves to the ms between the first event and the last.
    window.take = (count) =>
      new Promise((done) => {
        let begin;
        window.one = () => {
          begin ??= performance.now();
          if (!--count) {
            done(performance.now() - begin);
          }
        };
      });
    await window.read("c", () => window.one());
  });
  const tools = await page.context().newCDPSession(page);
  await tools.send("Performance.enable");
  await tools.send("HeapProfiler.enable");
  return { page, tools };
}

/** Returns the seconds that the page's thread has worked. */
async function worked({ tools }) {
  const { metrics } = await tools.send("Performance.getMetrics");
  return metrics.find(({ name }) => name == "TaskDuration").value;
}

async function heap({ tools }) {
  for (let i = 0; i < 3; i++) {
    await tools.send("HeapProfiler.collectGarbage");
  }
  return (await tools.send("Runtime.getHeapUsage")).usedSize;
}

async function measure(browser, client, script) {
  const server = await startServer(client, script);
  const it = await open(browser, server);
  const { page } = it;

  async function take(first, count) {
    const events = Array.from({ length: count }, (_, i) => framed(client.event("c", first + i)));
    const before = await worked(it);
    const taken = page.evaluate((n) => window.take(n), count);
    await page.evaluate("0"); // The one before has begun.
    await server.send(events);
    const ms = await taken;
    return { second: (count / ms) * 1_000, worked: count / ((await worked(it)) - before) };
  }

  await take(1, 5_000); // Until its code is compiled.
  const { second, worked: ofThread } = await take(5_001, EVENTS);
  const before = await heap(it);
  await page.evaluate(async (count) => {
    const names = Array.from({ length: count }, (_, i) => `channel-${i}`);
    await Promise.all(names.map((name) => window.read(name, () => window.one())));
  }, CHANNELS);
  const events = Array.from({ length: CHANNELS }, (_, i) => framed(client.event(`channel-${i}`, 1)));
  const taken = page.evaluate((n) => window.take(n).then(() => 0), CHANNELS);
  await page.evaluate("0");
  await server.send(events);
  await taken;
  const bytes = (await heap(it)) - before;
  await page.close();
  server.close();
  return { second, ofThread, bytes };
}

const median = (values) => values.sort((one, other) => one - other)[values.length >> 1];
const others = Object.keys(CLIENTS).slice(1);
const results = new Map(Object.keys(CLIENTS).map((name) => [name, []]));
await withPeers(others, async (resolveDir) => {
  const browser = await launch();
  const scripts = new Map();
  for (const [name, { page: contents }] of Object.entries(CLIENTS)) {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir },
      ...{ bundle: true, minify: true, format: "esm", target: "es2022", write: false },
      platform: "browser",
    });
    scripts.set(name, outputFiles[0].text);
  }
  for (let round = 1; round <= ROUNDS; round++) {
    for (const [name, client] of Object.entries(CLIENTS)) {
      const one = await measure(browser, client, scripts.get(name));
      results.get(name).push(one);
      const [second, ofThread] = [one.second, one.ofThread].map(Math.round);
      console.error(`${round} ${name}: ${second}/s, ${ofThread} in a second of its thread, ${one.bytes} bytes`);
    }
  }
  await browser.close();
});
const rows = [...results].map(([name, all]) => {
  const of = (what) => median(all.map((one) => one[what]));
  const rounded = (n) => (Math.round(n / 100) * 100).toLocaleString("en");
  const full = PEERS[name] ? `${name} ${PEERS[name][0]}` : `**\`${name}\`**`;
  return [full, rounded(of("second")), rounded(of("ofThread")), Math.round(of("bytes") / 1_000)];
});
const head = ["client", "events/s", "events per second of the page's thread", `memory of ${CHANNELS.toLocaleString("en")} subscriptions, KB`];
publish("speed", head, rows);
