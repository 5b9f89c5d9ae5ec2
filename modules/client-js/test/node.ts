/** A real node, as a process, and what tests need around it. */
import { spawn, ChildProcess } from "node:child_process";
import { createHmac } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const JAR = join(import.meta.dirname ?? "target/test", "../../../../app/target/holdfast.jar");
const ENDED = /is ready, after/;

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
 * Starts a node with an embedded Redis.
 *
 * @param settings as `gateway.heartbeat=1s`
 */
export async function startNode(origin: string, ...settings: string[]) {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-js-"));
  const port = await freePort();
  let process: ChildProcess;
  let output = "";

  async function start() {
    output = "";
    process = spawn(
      "java",
      [
        ...["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", JAR, "serve"],
        ...["--end-with-stdin", "--port", String(port), "--data", folder],
        ...[`gateway.allowedOrigins=${origin}`, ...settings].flatMap((each) => ["--set", each]),
      ],
      { stdio: ["pipe", "pipe", "pipe"] },
    );
    process.stdout!.on("data", (text) => (output += text));
    process.stderr!.on("data", (text) => (output += text));
    await until("the node is ready", () => {
      if (process.exitCode != null) {
        throw new Error(`the node has ended:\n${output}`);
      }
      return ENDED.test(output);
    });
  }

  const ended = () => new Promise((resolve) => process.once("exit", resolve));
  await start();
  const part = (json: object) => Buffer.from(JSON.stringify(json)).toString("base64url");
  const key = readFileSync(join(folder, "development.key"), "utf8").trim();

  /** Signs a token of the tenant acme. */
  function sign(seconds: number, metadata: object, claims: object): string {
    const iat = Math.floor(Date.now() / 1_000);
    const all = { ...claims, iat, exp: iat + seconds, app_metadata: { tenant_id: "acme", ...metadata } };
    const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part(all)}`;
    return `${signed}.${createHmac("sha256", key).update(signed).digest("base64url")}`;
  }

  return {
    url: `ws://127.0.0.1:${port}`,

    /** The address of the page that a development node serves; it has the page's key. */
    page: () => /browser +(\S+)/.exec(output)![1]!,

    /** Signs a token of a user who may do anything with topics. */
    token: (user: string, permissions = ["publish:topic:*", "subscribe:topic:*"]) =>
      sign(3_600, { permissions }, { sub: user }),

    /** Signs a token for one channel. */
    channelToken: (user: string, channel: string, seconds: number) =>
      sign(seconds, {}, { sub: user, hf_channel: channel }),

    /** Ends it with SIGKILL, and starts it again at the same port, with the same data. */
    async killAndRestart() {
      const gone = ended();
      process.kill("SIGKILL");
      await gone;
      await start();
    },

    async stop() {
      const gone = ended();
      process.stdin!.end();
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type Node = Awaited<ReturnType<typeof startNode>>;
