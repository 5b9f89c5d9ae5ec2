/**
 * node target/test/newcomer.mjs [REPOSITORY]
 *
 * Does what the README asks of somebody who is new, from `git clone` to the first event on the
 * screen, and prints the time of each step. It takes the commands from the README. With
 * `MAVEN_OPTS=-Dmaven.repo.local=FOLDER`, of an empty folder, it is as on a fresh machine.
 */
import { ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, PATIENCE, until } from "./node.js";
import { executablePath, FOLDER, launch, tryPage } from "./site.js";

if (!executablePath) {
  console.error("there is no Chromium");
  process.exit(2);
}
const WIDTH = 52;
const folder = mkdtempSync(join(tmpdir(), "holdfast-new-"));
const begin = Date.now();
let last = begin;
let node: ChildProcess | undefined;

function done(step: string) {
  const now = Date.now();
  console.log(`${step.padEnd(WIDTH)} ${seconds(now - last)}`);
  last = now;
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1).padStart(6)} s`;

async function run(command: string, cwd: string) {
  const child = spawn(command, { cwd, shell: true, stdio: "inherit" });
  const code = await new Promise((resolve) => child.once("exit", resolve));
  if (code != 0) {
    throw new Error(`${command}: exit code ${code}`);
  }
  done(command);
}

try {
  const clone = join(folder, "holdfast");
  await run(`git clone -q ${process.argv[2] ?? join(FOLDER, "../..")} holdfast`, folder);
  const readme = readFileSync(join(clone, "README.md"), "utf8");
  const [build, serve] = /```sh\n(.*holdfast\.jar serve)\n```/.exec(readme)![1]!.split(" && ");
  await run(build!, clone);
  const command = `exec ${serve} --end-with-stdin --port ${await freePort()}`;
  node = spawn(command, { cwd: clone, shell: true, stdio: ["pipe", "pipe", "ignore"] });
  let output = "";
  node.stdout!.on("data", (text) => (output += text));
  const shown = () => {
    if (node!.exitCode != null) {
      throw new Error(`the node has ended:\n${output}`);
    }
    return /browser +(\S+)/.exec(output)?.[1];
  };
  const address = await until("the node is ready", shown, PATIENCE);
  done(serve!);
  const browser = await launch();
  const page = await browser.newPage();
  last = Date.now(); // A newcomer's browser is there.
  await page.goto(address!);
  await tryPage(page);
  done("the page: sign in, subscribe, publish; the event");
  console.log(`${"the first event on the screen".padEnd(WIDTH)} ${seconds(Date.now() - begin)}`);
  await browser.close();
} finally {
  if (node?.exitCode === null) {
    const gone = new Promise((resolve) => node!.once("exit", resolve));
    node.stdin!.end();
    await gone;
  }
  rmSync(folder, { recursive: true, force: true });
}
