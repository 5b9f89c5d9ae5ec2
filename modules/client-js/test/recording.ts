/**
 * node target/test/recording.mjs
 *
 * Writes two-tabs.svg: what two tabs show while their node is killed and started again. Everything
 * in it is from that run, with its times; only the picture of a browser is drawn.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Page } from "playwright-core";
import { FOLDER, online, startSite } from "./site.js";

const MOST = 1_000_000; // characters
const AFTER = 4_000; // ms for which the last picture stays

interface Look {
  at: number;
  state: string;
  lines: [text: string, className: string][];
}

const site = await startSite();
const looks: Look[][] = [[], []];
const notes: [at: number, text: string][] = [];
let begin = 0;

async function open(user: string, tab: number): Promise<Page> {
  const page = await site.browser.newPage();
  await page.exposeFunction("look", (state: string, lines: Look["lines"]) => {
    looks[tab]!.push({ at: Math.max(0, Date.now() - begin), state, lines });
  });
  await page.goto(`${site.url}/page?${user}`);
  await online(page);
  return page;
}

const watch = (page: Page) =>
  page.evaluate(() => {
    const look = () =>
      (window as any).look(
        document.getElementById("state")!.textContent,
        [...document.querySelectorAll("#lines li")].map((it) => [it.textContent, it.className]),
      );
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
    look();
  });

const note = (text: string) => notes.push([Date.now() - begin, text]);
const say = (page: Page, text: string) => page.evaluate((it) => (window as any).say(it), text);
const shows = (page: Page, count: number) =>
  page.waitForFunction((n) => document.querySelectorAll("#lines li:not(.waiting)").length == n, count);

const [ann, bob] = [await open("ann", 0), await open("bob", 1)];
begin = Date.now();
await Promise.all([watch(ann), watch(bob)]);
note("the node runs");
await wait(800);
await say(ann, "hi");
await shows(bob, 1);
await wait(900);
await say(bob, "hello ann");
await shows(ann, 2);
await wait(900);
const up = site.node.killAndRestart();
note("kill -9: the node is gone");
await wait(700);
await say(ann, "is anybody there?");
await wait(500);
await say(bob, "I am, but the node is not");
up.then(() => note("the node is started again, with the data it had"));
await up;
await Promise.all([online(ann), online(bob)]);
await Promise.all([shows(ann, 4), shows(bob, 4)]);
await wait(900);
await say(ann, "nothing is lost, and nothing came twice");
await Promise.all([shows(ann, 5), shows(bob, 5)]);
const seen = await Promise.all([ann, bob].map((page) => page.evaluate("seen.join()")));
if (seen[0] != seen[1]) {
  throw new Error(`the tabs differ: ${seen}`);
}
const end = Date.now() - begin + AFTER;
await site.stop();

const picture = draw();
if (picture.length > MOST) {
  throw new Error(`the picture has ${picture.length} characters`);
}
writeFileSync(join(FOLDER, "two-tabs.svg"), picture);
console.log(`two-tabs.svg: ${picture.length} characters, ${(end / 1_000).toFixed(1)} s`);

function draw(): string {
  const tabs = looks.map((all, tab) => drawTab(all, ["ann", "bob"][tab]!, 20 + tab * 390));
  const below = notes.map(([at, text], i) =>
    shown(at, notes[i + 1]?.[0] ?? end, `<text x="40" y="397" class="note">${escaped(text)}</text>`),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 420" font-family="system-ui, sans-serif" font-size="15">
<title>Two tabs, and a node that is killed</title>
<style>
.frame { fill: #fff; stroke: #bbb } .bar { fill: #eee; stroke: #bbb } .node { fill: #222 } .note { fill: #fff; font-family: monospace }
.online { fill: #2a7d3c } .offline { fill: #b3261e } .connecting, .catching-up { fill: #9a6700 }
.state { fill: #fff; font-size: 13px } .line { fill: #222 } .own { fill: #1a4f9c } .waiting { fill: #999; font-style: italic }
</style>
<rect x="0" y="0" width="0" height="0"><animate id="all" attributeName="width" from="0" to="0" begin="0s;all.end" dur="${end}ms"/></rect>
${tabs.join("\n")}
<rect x="20" y="375" width="760" height="34" rx="6" class="node"/>
${below.join("\n")}
</svg>
`;
}

function drawTab(all: Look[], user: string, x: number): string {
  const pictures = all.map(({ at, state, lines }, i) => {
    const until = all[i + 1]?.at ?? end;
    const texts = lines.map(
      ([text, className], n) =>
        `<text x="${x + 22}" y="${112 + n * 30}" class="${className || "line"}">${escaped(text)}</text>`,
    );
    const pill =
      `<rect x="${x + 20}" y="60" width="104" height="22" rx="11" class="${state}"/>` +
      `<text x="${x + 72}" y="76" text-anchor="middle" class="state">${state}</text>`;
    return until > at ? shown(at, until, pill + texts.join("")) : "";
  });
  return `<rect x="${x}" y="14" width="370" height="346" rx="8" class="frame"/>
<path d="M${x} 44V22a8 8 0 0 1 8-8h354a8 8 0 0 1 8 8v22z" class="bar"/>
<text x="${x + 20}" y="35" class="line">${user}'s tab</text>
${pictures.join("\n")}`;
}

/** Shows a part of the picture for a while in each round. Without animation, the last is seen. */
function shown(from: number, to: number, what: string): string {
  const last = to >= end;
  const [then, begin, ms] = last ? ["hidden", 0, from || 1] : ["visible", from, to - from];
  const set = `<set attributeName="visibility" to="${then}" begin="all.begin+${begin}ms" dur="${ms}ms"/>`;
  return `<g visibility="${last ? "visible" : "hidden"}">${set}${what}</g>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (it) => `&#${it.charCodeAt(0)};`);
}
