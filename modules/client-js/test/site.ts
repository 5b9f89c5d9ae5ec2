/** A site for pages in Chromium, and the node that they connect to. */
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Browser, chromium, Page } from "playwright-core";
import { missing as noNode, startNode } from "./node.js";

export const FOLDER = join(dirname(fileURLToPath(import.meta.url)), "../..");
const BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
  .map((name) => join("/usr/bin", name))
  .concat("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
export const executablePath = process.env.CHROMIUM ?? BROWSERS.find(existsSync);

/** The reason why there can be no pages here; none if there can. */
export const missing = noNode ?? (executablePath ? undefined : "there is no Chromium");

export const online = (page: Page) => page.waitForFunction("window.hf?.state.name == 'online'");

/** Opens `/page?user`, which is test/page.html, as a user. */
export async function startSite(...settings: string[]) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, "http://here");
    const user = new URL(request.headers.referer ?? "http://here").search.slice(1) || "ann";
    const answers: Record<string, () => [string, string | Buffer]> = {
      "/page": () => ["text/html", readFileSync(join(FOLDER, "test/page.html"))],
      "/client.js": () => ["text/javascript", readFileSync(join(FOLDER, "target/package/index.js"))],
      "/node": () => ["application/json", JSON.stringify(node)],
      "/token": () => ["text/plain", node.token(user)],
    };
    const [type, body] = answers[pathname]?.() ?? ["text/plain", ""];
    response.writeHead(200, { "content-type": type }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  const node = await startNode(url, ...settings);
  const browser: Browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });

  return {
    url,
    node,
    browser,

    async stop() {
      await browser.close();
      server.close();
      await node.stop();
    },
  };
}
