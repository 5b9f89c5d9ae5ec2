/** What stands between clients and nodes. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { AddressInfo, connect, createServer, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, until } from "./node.js";
import { FOLDER } from "./site.js";

export interface Network {
  /** The addresses that clients get. */
  urls: string[];
  /** Takes nothing any more: nothing comes through, nobody gets a close. */
  cut?(): void;
  /** Ends that: what was under way is gone, and its connections are reset. */
  restore?(): void;
  stop(): unknown;
}

/** The nodes themselves. */
export const direct = (urls: string[]): Network => ({ urls, stop() {} });

/** A network that can be cut, with a port for each node's. */
export async function cable(urls: string[]): Promise<Network> {
  const open = new Set<Socket>();
  let isCut = false;

  const servers = urls.map((url) =>
    createServer((client) => {
      if (isCut) {
        client.destroy();
        return;
      }
      const node = connect(Number(new URL(url).port), "127.0.0.1");
      const join = (one: Socket, other: Socket) => {
        open.add(one);
        one.setNoDelay();
        one.on("error", () => other.destroy());
        one.on("close", () => (open.delete(one), other.destroy()));
        one.pipe(other);
      };
      join(client, node);
      join(node, client);
    }),
  );
  await Promise.all(
    servers.map((each) => new Promise<void>((done) => each.listen(0, "127.0.0.1", done))),
  );

  return {
    urls: servers.map((each) => `ws://127.0.0.1:${(each.address() as AddressInfo).port}`),

    cut() {
      isCut = true;
      open.forEach((socket) => socket.unpipe().pause());
    },

    restore() {
      isCut = false;
      open.forEach((socket) => socket.resetAndDestroy());
    },

    stop() {
      open.forEach((socket) => socket.destroy());
      servers.forEach((each) => each.close());
    },
  };
}

/** The reason why there can be no proxy; none if there can. */
export const noProxy = process.env.PATH!.split(":").some((path) => existsSync(join(path, "haproxy")))
  ? undefined
  : "there is no haproxy";

/** HAProxy by the configuration of docker/haproxy.cfg, with these nodes. */
export async function proxy(urls: string[]): Promise<Network> {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-proxy-"));
  const port = await freePort();
  const servers = urls.map((url, i) => `  server node${i} ${new URL(url).host}`).join("\n");
  const [clients] = readFileSync(join(FOLDER, "../../docker/haproxy.cfg"), "utf8").split("frontend people");
  const config = clients!
    .replace("bind :8080", `bind 127.0.0.1:${port}`)
    .replace(/ *server-template .*/, servers);
  writeFileSync(join(folder, "haproxy.cfg"), config);
  const haproxy = spawn("haproxy", ["-db", "-q", "-f", join(folder, "haproxy.cfg")], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const gone = new Promise((resolve) => haproxy.once("exit", resolve));
  await until("the proxy has nodes", async () => {
    if (haproxy.exitCode != null) {
      throw new Error("haproxy has ended");
    }
    return fetch(`http://127.0.0.1:${port}/proxy/health`).then(({ ok }) => ok, () => false);
  });

  return {
    urls: [`ws://127.0.0.1:${port}`],

    async stop() {
      haproxy.kill("SIGKILL");
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
