/** The driver in a page of Chromium: commands come in, reports go out. */
import { createInterface } from "node:readline";
import { file, launch, serve } from "./site.js";

const site = await serve({
  "/": () => ["text/html", '<script type="module" src="/driver.js"></script>'],
  "/driver.js": () => file("text/javascript", "target/test/driver-page.js"),
});
const browser = await launch();
const page = await browser.newPage();
page.on("pageerror", (failure) => console.error(failure));
await page.exposeFunction("report", (line: object) => process.stdout.write(JSON.stringify(line) + "\n"));
await page.goto(site.url);
for await (const line of createInterface({ input: process.stdin })) {
  await page.evaluate((command) => (window as any).take(command), JSON.parse(line));
}
await browser.close();
process.exit();
