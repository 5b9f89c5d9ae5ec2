/** Many clients that write and read under faults, and what each of them has at the end. */
import { setTimeout as wait } from "node:timers/promises";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { WebSocket } from "ws";
import { connect, Holdfast } from "../src/index.js";
import { compare, ledger, Read } from "./ledger.js";
import { direct, Network } from "./network.js";
import { until } from "./node.js";

/** Between two kills, and before the first and behind the last, ms. */
const PAUSE = 3_000;
/** Between two cuts of the network, ms. */
const CUT_PAUSE = 2_000;
const TABS = 10;

export interface Target {
  urls: string[];
  token(user: string): string;
  killAndRestart(): Promise<void>;
}

export interface Size {
  node: number;
  pages: number;
  /** Clients that read one channel. Each of them publishes there. */
  room: number;
  /** Publications a second, of all together. */
  rate: number;
  seconds: number;
}

export interface Variant {
  /** ms after which each page is reloaded, again and again; without pages, each client. */
  reload?: number;
  /** Whether each ten pages share a connection. */
  share?: boolean;
  /** Times that the network is cut. */
  cuts?: number;
}

/** What a client has; `begun` and `resumed` count the sessions that it got. */
export interface Report {
  name: string;
  room: string;
  said: number;
  pending: number;
  begun: number;
  resumed: number;
  state: string;
  read: Read;
}

interface Member {
  report(): Promise<Report>;
  /** Lets it publish no more. */
  hush(): Promise<unknown>;
  end(): Promise<unknown>;
}

export interface Row {
  clients: number;
  kills: number;
  cuts: number;
  resumed: number;
  /** Sessions that were lost, so that another one began. */
  anew: number;
  published: number;
  received: number;
  lost: number;
  repeated: number;
  reordered: number;
  gaps: number;
}

export const isClean = ({ published, lost, repeated, reordered, gaps }: Row) =>
  published > 0 && !lost && !repeated && !reordered && !gaps;

export const HEAD = [
  "| variant | clients | kills | cuts | sessions resumed | lost sessions | published | read | lost | repeated | reordered | gaps |",
  "|---|---|---|---|---|---|---|---|---|---|---|---|",
].join("\n");

/** Returns a row of the table. */
export function show(name: string, row: Row): string {
  const { clients, kills, cuts, resumed, anew, published, received } = row;
  const { lost, repeated, reordered, gaps } = row;
  const before = [clients, kills, cuts, resumed, anew, published, received];
  const all = [...before, lost, repeated, reordered, gaps].map((n) => n.toLocaleString("en"));
  return `| ${[name, ...all].join(" | ")} |`;
}

/** A page's storage. */
export function memory() {
  const items = new Map<string, string>();
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  };
}

interface Place {
  name: string;
  room: string;
  urls: string[];
  /** ms between two publications. */
  every: number;
  reload?: number;
  share?: boolean;
}

function inNode({ name, room, urls, every, reload }: Place, token: string): Member {
  const store = memory();
  const read = ledger();
  const counts = { said: 0, begun: 0, resumed: 0 };
  let client: Holdfast;

  function open() {
    client = connect(urls, { token, store, WebSocket: WebSocket as any });
    client.on("session", ({ resumed }) => counts[resumed ? "resumed" : "begun"]++);
    const lines = client.channel(room);
    lines.onGap(() => read.gap());
    lines.on("line", ([by, n]) => read.take(by, n), { from: "earliest" });
  }

  function say() {
    if (client.pending.length < 90) {
      client.channel(room).publish("line", [name, ++counts.said], { persist: true });
    }
  }

  open();
  const timers: NodeJS.Timeout[] = [];
  timers.push(
    setTimeout(() => (say(), timers.push(setInterval(say, every))), Math.random() * every),
  );
  if (reload) {
    timers.push(setInterval(() => (client.close(), open()), reload));
  }

  return {
    async report() {
      const state = JSON.stringify(client.state);
      return { name, room, ...counts, pending: client.pending.length, state, read: read.state };
    },
    async hush() {
      timers.forEach(clearTimeout);
    },
    end: () => client.end(),
  };
}

async function inPage(context: BrowserContext, site: string, user: string, place: Place): Promise<Member> {
  const { name, room, urls, every, reload, share } = place;
  const query = new URLSearchParams({ name, room, user, urls: urls.join(), every: String(every) });
  if (reload) {
    query.set("reload", String(reload));
  }
  if (share) {
    query.set("share", "yes");
  }
  const page = await context.newPage();
  page.on("pageerror", (failure) => console.error(`in ${name}:`, failure));
  await page.goto(`${site}/proof?${query}`);
  await look(page, "hf.state.name");

  return {
    report: () => look(page, "report()"),
    hush: () => look(page, "sessionStorage.over = 'yes'"),
    end: () => page.close(),
  };
}

/** Asks a page, again if it is just reloaded. */
async function look(page: Page, what: string): Promise<any> {
  const ask = () => page.evaluate(what).then((it) => [it], () => undefined);
  return (await until(`${what} in a page`, ask))![0];
}

/** Opens all clients into `members`: those in Node, and those in pages, which are the ones behind. */
async function openAll(
  members: Member[],
  { token, urls }: Target & Network,
  { node, pages, room, rate }: Size,
  { reload, share }: Variant,
  contexts: BrowserContext[],
  site: string,
): Promise<void> {
  const all = node + pages;
  const rooms = Math.max(1, Math.round(all / room));
  const run = Math.random().toString(36).slice(2);
  const every = (1_000 * all) / rate;
  const place = (name: string, i: number): Place => {
    const first = i % urls.length;
    const turned = [...urls.slice(first), ...urls.slice(0, first)];
    return { name, room: `topic:${run}/${i % rooms}`, urls: turned, every, reload, share };
  };
  for (let i = 0; i < node; i++) {
    const own = place(`n${i}`, i);
    members.push(inNode({ ...own, reload: pages ? undefined : reload }, token(own.name)));
  }
  for (let i = 0; i < pages; i += TABS) {
    const group = i / TABS;
    const tabs = Array.from({ length: Math.min(TABS, pages - i) }, (_, tab) =>
      inPage(
        contexts[group % contexts.length]!,
        site,
        share ? `g${group}` : `p${i + tab}`,
        place(`p${i + tab}`, share ? group : i + tab),
      ),
    );
    members.push(...(await Promise.all(tabs)));
  }
}

/** Kills one node after the other, and cuts the network meanwhile. */
async function faults(target: Target, network: Network, seconds: number, cuts: number, contexts: BrowserContext[]) {
  const end = Date.now() + seconds * 1_000;
  let left = cuts;
  let kills = 0;
  const offline = (is: boolean) => Promise.all(contexts.map((each) => each.setOffline(is)));

  async function kill() {
    while (left || Date.now() < end) {
      await wait(PAUSE);
      await target.killAndRestart();
      kills++;
    }
  }

  async function cut() {
    for (; left; left--) {
      await wait(CUT_PAUSE);
      network.cut!();
      await offline(true);
      await wait(500 + Math.random() * 1_500);
      network.restore!();
      await offline(false);
    }
  }

  await Promise.all([kill(), cut()]);
  await wait(PAUSE);
  return kills;
}

function sum(reports: Report[]) {
  const rooms = new Map<string, Report[]>();
  reports.forEach((each) => rooms.set(each.room, [...(rooms.get(each.room) ?? []), each]));
  const total = { lost: 0, repeated: 0, reordered: 0 };
  for (const room of rooms.values()) {
    const said = new Map(room.map((each) => [each.name, each.said]));
    const found = compare(said, room.map(({ read }) => read));
    total.lost += found.lost;
    total.repeated += found.repeated;
    total.reordered += found.reordered;
  }
  const of = (count: (report: Report) => number) => reports.reduce((all, one) => all + count(one), 0);
  return {
    clients: reports.length,
    resumed: of(({ resumed }) => resumed),
    anew: of(({ begun }) => Math.max(0, begun - 1)),
    published: of(({ said }) => said),
    received: of(({ read }) => read.received),
    gaps: of(({ read }) => read.gapped),
    ...total,
  };
}

/** Waits until everybody has everything, a minute at most, and a little for what comes twice. */
async function settled(members: Member[]): Promise<Report[]> {
  const ask = () => Promise.all(members.map((member) => member.report()));
  for (const end = Date.now() + 60_000; Date.now() < end; await wait(500)) {
    const reports = await ask();
    if (reports.every(({ pending }) => !pending) && !sum(reports).lost) {
      break;
    }
  }
  await wait(1_000);
  return ask();
}

/**
 * Lets clients publish and read while nodes are killed, and compares what each has.
 *
 * @param between makes what stands between clients and nodes
 * @param chromium for pages, with the site that has them
 */
export async function crowd(
  target: Target,
  size: Size,
  variant: Variant = {},
  between: (urls: string[]) => Network | Promise<Network> = direct,
  chromium?: { browser: Browser; site: string },
): Promise<Row> {
  const network = await between(target.urls);
  const contexts: BrowserContext[] = [];
  const members: Member[] = [];
  try {
    const groups = !size.pages ? 0 : variant.share ? Math.ceil(size.pages / TABS) : 1;
    for (let i = 0; i < groups; i++) {
      contexts.push(await chromium!.browser.newContext());
    }
    const reached = { ...target, ...network };
    await openAll(members, reached, size, variant, contexts, chromium?.site ?? "");
    const kills = await faults(target, network, size.seconds, variant.cuts ?? 0, contexts);
    await Promise.all(members.map((member) => member.hush()));
    const reports = await settled(members);
    const row: Row = { ...sum(reports), kills, cuts: variant.cuts ?? 0 };
    if (!isClean(row)) {
      reports.forEach((each) => console.error(JSON.stringify(each)));
    }
    return row;
  } finally {
    // Also if it failed: whoever goes on would keep the process.
    await Promise.allSettled(contexts.map((each) => each.close()));
    const inNode = members.slice(0, size.node);
    await Promise.allSettled(inNode.flatMap((member) => [member.hush(), member.end()]));
    await network.stop();
  }
}
