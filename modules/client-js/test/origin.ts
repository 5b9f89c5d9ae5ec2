/** An origin with several tabs that share a connection, without a browser: a node, locks, a storage. */
import { setTimeout as wait } from "node:timers/promises";
import type { Holdfast, Options } from "../src/face.js";
import { shareOn } from "../src/share.js";
import type { Store } from "../src/store.js";
import type { SocketEvents, Wire } from "../src/wire.js";
import { jwt } from "./stage.js";

interface Request {
  name: string;
  resolve(): void;
  reject(failure: Error): void;
}

/** Locks as a browser has them, as far as tabs use them. */
function lockManager() {
  let held: { name: string; over: boolean; steal(): void }[] = [];
  let pending: Request[] = [];

  function next() {
    for (const request of [...pending]) {
      if (!held.some(({ name }) => name == request.name)) {
        pending = pending.filter((one) => one != request);
        request.resolve();
      }
    }
  }

  return {
    async request(name: string, options: any, task = options as (lock: unknown) => any) {
      options.signal?.throwIfAborted();
      if (options.steal) {
        held.filter((one) => one.name == name).forEach((one) => one.steal());
      } else if (held.some((one) => one.name == name)) {
        await new Promise<void>((resolve, reject) => {
          pending.push({ name, resolve, reject });
          options.signal?.addEventListener("abort", () => {
            pending = pending.filter((one) => one.resolve != resolve);
            reject(new Error("aborted"));
          });
        });
      }
      let stolen!: () => void;
      const lost = new Promise((_, reject) => (stolen = () => reject(new Error("stolen"))));
      const lock = { name, over: false, steal: () => (drop(), stolen()) };
      const drop = () => {
        held = held.filter((one) => one != lock);
      };
      held.push(lock);
      try {
        return await Promise.race([lost, task({ name })]);
      } finally {
        drop();
        next();
      }
    },
    query: async () => ({ held: [...held], pending: [...pending] }),
  };
}

export interface Link {
  to: SocketEvents;
  frames: any[];
  /** The user's token that the hello had. */
  token: string;
  session: string;
  /** The channels that were subscribed to. */
  reads: Set<string>;
}

/** A storage; it refuses values that are longer than its limit. */
export function storage() {
  const all = Object.create({
    getItem: (name: string) => all[name] ?? null,
    setItem(name: string, value: string) {
      if (value.length > it.limit) {
        throw Object.assign(new Error("full"), { name: "QuotaExceededError" });
      }
      all[name] = value;
    },
    removeItem: (name: string) => delete all[name],
  });
  const it = { all: all as Storage, limit: Infinity };
  return it;
}

export function origin() {
  const links: Link[] = [];
  const known = new Set<string>();
  const locks = lockManager();
  const store = storage();
  const logs = new Map<string, any[]>();
  const numbers = new Map<string, number>();
  const clients: Holdfast[] = [];
  let refuses: (frame: any) => string | undefined = () => undefined;
  let answers = true;
  let sessions = 0;

  const log = (channel: string) => logs.get(channel) ?? logs.set(channel, []).get(channel)!;
  const say = (link: Link, frame: object) =>
    setImmediate(() => links.includes(link) && link.to.text(JSON.stringify(frame)));

  /** Begins a channel behind a position, as a node does. */
  function read(link: Link, channel: string, at: number) {
    say(link, { type: "subscribed", channel, epoch: "e", seq: at, recovered: true });
    log(channel).slice(at).forEach((event) => say(link, event));
    say(link, { type: "live", channel, epoch: "e", seq: log(channel).length });
  }

  function welcome(link: Link, { token, resume, channels = {} }: any) {
    const resumed = known.has(resume);
    link.session = resumed ? resume : `real-${++sessions}`;
    link.token = token;
    known.add(link.session);
    for (const other of [...links]) {
      if (other != link && other.session == link.session) {
        lose(other, 4500);
      }
    }
    say(link, {
      ...{ type: "welcome", session: link.session, generation: 1, node: "n", resumed },
      ...{ heartbeat: 25, limits: { frame: 65_536 }, time: Date.now() },
    });
    const all = new Set(["tenant", "user:ann", `session:${link.session}`, ...Object.keys(channels)]);
    all.forEach((channel) => read(link, channel, channels[channel]?.[1] ?? log(channel).length));
  }

  function store_(link: Link, { id, channel, n, event, data }: any) {
    const key = `${link.session} ${channel}`;
    const last = numbers.get(key) ?? 0;
    const code = n == last + 1 ? refuses({ channel, data }) : undefined;
    if (n > last + 1) {
      say(link, { type: "error", id, code: "out_of_sequence", expected: last + 1, retryable: true });
    } else if (code) {
      say(link, { type: "error", id, code, message: "no", retryable: false });
    } else {
      if (n == last + 1) {
        numbers.set(key, n);
        add(channel, event, data);
      }
      const seq = log(channel).length;
      const place = n == last + 1 ? { epoch: "e", seq, duplicate: false } : { duplicate: true };
      if (answers) {
        say(link, { type: "reply", id, data: place });
      }
    }
  }

  /** Ends a channel that was subscribed to. */
  function end(channel: string, code: string) {
    for (const link of links) {
      link.reads.delete(channel);
      say(link, { type: "unsubscribed", channel, code });
    }
  }

  /** Stores an event, and gives it to all connections. */
  function add(channel: string, event: string, data: any) {
    const from = { user: "ann" };
    const seq = log(channel).length + 1;
    const frame = { type: "event", channel, epoch: "e", seq, at: 1, event, data, from };
    log(channel).push(frame);
    links.forEach((link) => say(link, frame));
  }

  function take(link: Link, text: string) {
    const frame = JSON.parse(text);
    const { type, id, channel, from } = frame;
    link.frames.push(frame);
    if (type == "hello") {
      welcome(link, frame);
    } else if (type == "ping") {
      say(link, { type: "pong" });
    } else if (type == "close") {
      known.delete(link.session);
      lose(link, 1000);
    } else if (type == "subscribe" && refuses(frame)) {
      say(link, { type: "error", id, code: refuses(frame), message: "no", retryable: false });
    } else if (type == "subscribe") {
      const at = from == "latest" ? log(channel).length : from == "earliest" ? 0 : from[1];
      const expiresIn = frame.token && 600_000;
      say(link, { type: "reply", id, data: { epoch: "e", seq: at, expiresIn } });
      if (!link.reads.has(channel)) {
        link.reads.add(channel);
        read(link, channel, at);
      }
    } else if (type == "unsubscribe") {
      link.reads.delete(channel);
      say(link, { type: "reply", id, data: {} });
    } else if (type == "publish") {
      store_(link, frame);
    } else if (id) {
      say(link, { type: "reply", id, data: {} });
    }
  }

  /** Ends a connection. */
  function lose(link: Link, code = 1006) {
    const at = links.indexOf(link);
    if (at >= 0) {
      links.splice(at, 1);
      setImmediate(() => link.to.closed(code, "the node"));
    }
  }

  return {
    links,
    store,
    locks,
    add,
    lose,
    end,
    read,
    say,
    stored: (channel: string) => log(channel).map(({ data }) => data),
    refuse: (code: typeof refuses) => (refuses = code),
    answer: (whether: boolean) => (answers = whether),

    /**
     * Opens a tab; another one with the same `page` is its next page.
     *
     * @param events what happens to the page
     */
    tab(options: Partial<Options> = {}, page?: Store, events?: EventTarget): Holdfast {
      const token = options.token ?? jwt({ sub: "ann" });
      const wire: Wire = {
        token: async () => (typeof token == "function" ? token() : token),
        open(_url, to) {
          const link: Link = { to, frames: [], token: "", session: "", reads: new Set() };
          setImmediate(() => (links.push(link), to.opened()));
          return {
            send: (text) => links.includes(link) && take(link, text),
            close: () => links.splice(links.indexOf(link) >>> 0, 1),
          };
        },
        now: () => performance.now(),
        wall: Date.now,
        random: () => 0,
        after(ms, task) {
          const timer = setTimeout(task, ms);
          return () => clearTimeout(timer);
        },
      };
      const document = Object.assign(new EventTarget(), { visibilityState: "visible" });
      const here = { ...(page && { store: page }), ...(events && { page: { events, document } }) };
      const times = { firstWait: 20, longestWait: 100, attempt: 2_000 };
      const all = { times, ...options, token };
      const client = shareOn("ws://node:1", all, wire, here, locks as any, store.all);
      clients.push(client);
      return client;
    },

    close: () => Promise.all(clients.map((client) => client.close())),
  };
}

export type Origin = ReturnType<typeof origin>;

export async function until(what: string, holds: () => unknown, within = 10_000) {
  for (const end = Date.now() + within; !holds(); await wait(2)) {
    if (Date.now() > end) {
      throw new Error(`does not happen: ${what}`);
    }
  }
}

/** Reads a channel of a tab from now on. */
export async function reads(tab: Holdfast, channel: string): Promise<any[]> {
  const seen: any[] = [];
  const read = tab.channel(channel);
  read.onGap((gap) => seen.push(gap));
  await read.on("*", (data) => void seen.push(data)).ready;
  return seen;
}
