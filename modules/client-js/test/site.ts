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

type Answer = [type: string, body: string | Buffer];

export const file = (type: string, path: string): Answer => [type, readFileSync(join(FOLDER, path))];

/**
 * Serves pages.
 *
 * @param answers by path; they get the address that was asked for, and the one of the page
 */
export async function serve(answers: Record<string, (url: URL, page: URL) => Answer>) {
  const server = createServer((request, response) => {
    const url = new URL(request.url!, "http://here");
    const page = new URL(request.headers.referer ?? "http://here");
    const [type, body] = answers[url.pathname]?.(url, page) ?? ["text/plain", ""];
    response.writeHead(200, { "content-type": type }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  return { url, close: () => server.close() };
}

/** @param ignored options of Playwright that are left out */
export const launch = (...ignored: string[]): Promise<Browser> =>
  chromium.launch({ executablePath, args: ["--no-sandbox"], ignoreDefaultArgs: ignored });

/** Signs in at the page of a node, subscribes and publishes; returns when it shows the event. */
export async function tryPage(page: Page) {
  await page.click("text=Sign in");
  await page.waitForSelector("#state.online");
  await page.click("#subscribe button");
  await page.click("#publish button");
  await page.waitForSelector('#events >> text={"text":"hi"}');
}

/** Opens `/page?user`, which is test/page.html, as a user. */
export async function startSite(...settings: string[]) {
  const site = await serve({
    "/page": () => file("text/html", "test/page.html"),
    "/client.js": () => file("text/javascript", "target/package/index.js"),
    "/node": () => ["application/json", JSON.stringify(node)],
    "/token": (_, page) => ["text/plain", node.token(page.search.slice(1) || "ann")],
  });
  const node = await startNode(site.url, ...settings);
  const browser = await launch();

  return {
    url: site.url,
    node,
    browser,

    async stop() {
      await browser.close();
      site.close();
      await node.stop();
    },
  };
}
