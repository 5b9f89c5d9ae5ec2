/** A real node, as a process, and what tests need around it. */
import { spawn, ChildProcess } from "node:child_process";
import { createHmac } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const JAR = join(import.meta.dirname ?? "target/test", "../../../../app/target/holdfast.jar");
const READY = /is ready, after/;
/** A machine may have a hundred pages to load at the same time, ms. */
export const PATIENCE = 180_000;

/** The reason why there can be no node here; none if there can. */
export const missing = existsSync(JAR) ? undefined : "app/target/holdfast.jar is not built";

export async function until<T>(what: string, holds: () => T | Promise<T>, within = 60_000): Promise<T> {
  for (const end = Date.now() + within; ; ) {
    const result = await holds();
    if (result) {
      return result;
    }
    if (Date.now() > end) {
      throw new Error(`does not happen: ${what}`);
    }
    await wait(20);
  }
}

/**
 * Returns a port that is free, and stays so while a node is away: it is below those that outgoing
 * connections take.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 17_000);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => resolve(true));
    });
    if (free) {
      await new Promise((resolve) => server.close(resolve));
      return port;
    }
  }
}

/**
 * A node as a process, which comes back at the same port, with the same data.
 *
 * @param settings as `gateway.heartbeat=1s`
 */
function nodeProcess(folder: string, port: number, settings: string[]) {
  let process: ChildProcess;
  let output = "";

  async function start() {
    output = "";
    process = spawn(
      "java",
      [
        ...["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", JAR, "serve"],
        ...["--end-with-stdin", "--port", String(port), "--data", folder],
        ...settings.flatMap((each) => ["--set", each]),
      ],
      { stdio: ["pipe", "pipe", "pipe"] },
    );
    process.stdout!.on("data", (text) => (output += text));
    process.stderr!.on("data", (text) => (output += text));
    const isReady = () => {
      if (process.exitCode != null) {
        throw new Error(`the node has ended:\n${output}`);
      }
      return READY.test(output);
    };
    await until("the node is ready", isReady, PATIENCE);
  }

  const gone = () => new Promise((resolve) => process.once("exit", resolve));

  return {
    url: `ws://127.0.0.1:${port}`,
    start,

    /** The address of the page that a development node serves; it has the page's key. */
    page: () => /browser +(\S+)/.exec(output)![1]!,

    /** Ends it with SIGKILL, and starts it again. */
    async killAndRestart() {
      const killed = gone();
      process.kill("SIGKILL");
      await killed;
      await start();
    },

    async stop() {
      const stopped = gone();
      process.stdin!.end();
      await stopped;
    },
  };
}

/** Signs tokens of the tenant acme with the key in a node's folder. */
function signer(folder: string) {
  const part = (json: object) => Buffer.from(JSON.stringify(json)).toString("base64url");
  const key = readFileSync(join(folder, "development.key"), "utf8").trim();

  function sign(seconds: number, metadata: object, claims: object): string {
    const iat = Math.floor(Date.now() / 1_000);
    const all = { ...claims, iat, exp: iat + seconds, app_metadata: { tenant_id: "acme", ...metadata } };
    const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part(all)}`;
    return `${signed}.${createHmac("sha256", key).update(signed).digest("base64url")}`;
  }

  return {
    /** Signs a token of a user who may do anything with topics. */
    token: (user: string, permissions = ["publish:topic:*", "subscribe:topic:*"]) =>
      sign(3_600, { permissions }, { sub: user }),

    /** Signs a token for one channel. */
    channelToken: (user: string, channel: string, seconds: number) =>
      sign(seconds, {}, { sub: user, hf_channel: channel }),
  };
}

const newFolder = () => mkdtempSync(join(tmpdir(), "holdfast-js-"));

/** Starts a node with an embedded Redis. */
export async function startNode(origin: string, ...settings: string[]) {
  const folder = newFolder();
  const own = [`gateway.allowedOrigins=${origin}`, ...settings];
  const node = nodeProcess(folder, await freePort(), own);
  await node.start();

  return {
    ...node,
    ...signer(folder),

    async stop() {
      await node.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type Node = Awaited<ReturnType<typeof startNode>>;

/** Starts nodes that are one cluster. The first one has the Redis of all. */
export async function startCluster(origin: string, count: number) {
  const folder = newFolder();
  const ports = new Set<number>();
  while (ports.size < 3 * count + 1) {
    ports.add(await freePort());
  }
  const [redis, ...free] = ports;
  const members = free.slice(0, count).map((port) => `127.0.0.1:${port}`);
  const uri = join(folder, "redis.uri");
  const nodes = members.map((_, i) =>
    nodeProcess(folder, free[2 * count + i]!, [
      ...[`gateway.allowedOrigins=${origin}`, `cluster.members=${members}`],
      ...[`cluster.port=${free[i]}`, `cluster.messagePort=${free[count + i]}`],
      i ? `redis.uri.file=${uri}` : `redis.embeddedPort=${redis}`,
    ]),
  );
  await nodes[0]!.start();
  const password = readFileSync(join(folder, "redis/redis.password"), "utf8").trim();
  writeFileSync(uri, `redis://:${password}@127.0.0.1:${redis}`, { mode: 0o600 });
  await Promise.all(nodes.slice(1).map((node) => node.start()));
  let turn = 0;

  return {
    ...signer(folder),
    urls: nodes.map(({ url }) => url),

    /** Ends one node after the other with SIGKILL, but for the first, and starts it again. */
    killAndRestart: () => nodes[1 + (turn++ % (count - 1))]!.killAndRestart(),

    async stop() {
      await Promise.all(nodes.slice(1).map((node) => node.stop()));
      await nodes[0]!.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
