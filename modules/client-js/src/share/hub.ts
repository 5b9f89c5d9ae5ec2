import { json, parse, type Frame } from "../frames.js";
import type { Saved, SessionOptions } from "../listener.js";
import { clientSession } from "../session.js";
import { keeper, type Store } from "../store.js";
import { type Cursor, HoldfastError, type SessionInfo, type State } from "../types.js";
import type { Wire } from "../wire.js";
import { guardedWire } from "./guard.js";
import { sweep } from "./left.js";
import { type Call, connectionName, type Down, pageLock, stateName, type Up } from "./messages.js";
import { type Numbers, publishing } from "./publishing.js";
import { type Line, readingFor } from "./reading.js";

/** Most characters that a tab has not taken yet; beyond it, its connection is closed as slow. */
export const LAG_CHARACTERS = 4 << 20;

/** Longest wait in ms of a new leader for the positions of the tabs that are there. */
const GATHER = 500;

/** Most characters that a tab may say before the leader has begun. */
const BACKLOG = 4 << 20;

/** Seconds of silence after which a tab asks if the leader is there. */
const HEARTBEAT = 5;

/** Most questions for a token that a tab leaves unanswered. */
const MOST_ASKED = 8;

const FRAME = 1 << 20;
const SLOW = 4001;
const REPLACED = 4500;

/** Codes after which the session may still be there, as in a page that does not share. */
const MAY_GO_ON = [1000, 4501];

/** What is kept in the storage for the next leader. */
type Kept = Saved & { shared: Numbers; at: number };

export interface HubOptions {
  key: string;
  term: number;
  /** The page that leads. */
  page: string;
  session: SessionOptions;
  wire: Wire;
  locks: Pick<LockManager, "request" | "query">;
  store: Storage;
  fresh(): string;
  isCurrent(): boolean;
  /** Reports that the one session is over; other tabs know it, too. */
  stopped(state: State): void;
  /** Reports that the session was taken over although this tab leads. */
  again(): void;
}

/** The tab that leads: it has the one session, and is a node to the tabs, its own among them. */
export function hub(options: HubOptions) {
  const { key, term, locks, store, fresh } = options;
  const wire = guardedWire(options.wire, options.isCurrent, deposed, others);
  const bus = new BroadcastChannel(key);
  const lines = new Map<string, Line>();
  let state: State | undefined;
  let info: SessionInfo | undefined;
  let begun = false;
  let over = false;
  let ending = false;
  let present: Set<string> | undefined;

  const session = clientSession(options.session, wire, {
    state(next) {
      state = next;
      if (next.name != "stopped") {
        sayAll({ type: "shared", term, state: next, info });
      } else if (!over) {
        end(!ending && MAY_GO_ON.includes(next.code), next);
        options.stopped(next);
      }
    },
    session(next) {
      info = next;
      reading.named(next.id);
      sayAll({ type: "shared", term, state: state!, info });
    },
    event: (event) => reading.event(event),
    gap: (gap) => reading.gap(gap),
    unsubscribed: (channel, code) => reading.unsubscribed(channel, code),
    changed(urgent) {
      reading.meet();
      if (urgent) {
        save();
      } else {
        due ??= wire.after(250, save);
      }
    },
  });

  /** The failure to write the state, of which there is no smaller one: numbers need publications. */
  let full: { why: unknown } | undefined;
  const guarded: Store = {
    getItem: (name) => store.getItem(name),
    setItem(name, value) {
      if (full) {
        throw full.why;
      }
      try {
        if (options.isCurrent()) {
          store.setItem(name, value); // A leader that was does not overwrite what is.
        }
      } catch (why) {
        full = { why };
        throw why;
      }
    },
    removeItem: (name) => options.isCurrent() && store.removeItem(name),
  };
  const reading = readingFor(lines, wire, () => session, send);
  const keeping = keeper(guarded, stateName(key), String(term), session.problem);
  const publications = publishing<Line>(
    () => session,
    (line, id, data) => send(line, json({ type: "reply", id, data })),
    () => save(),
  );
  /** Asks the other tabs for their tokens. */
  function others(): Promise<string | undefined>[] {
    return [...lines.values()]
      .filter(({ page }) => page != options.page)
      .map((line) => {
        say(line, { type: "token", term });
        line.tokens.splice(MOST_ASKED);
        return new Promise((take) => line.tokens.push(take));
      });
  }

  let due: (() => void) | undefined;

  function save() {
    due?.();
    due = undefined;
    if (begun && !over) {
      const saved = session.save();
      full = undefined;
      keeping.save({ ...saved, shared: publications.save(), at: options.wire.wall() } as Kept);
      reading.reads(Object.keys(saved.cursors));
    }
  }

  // ---- the beginning and the end

  /** Waits for the tabs that are there, so that the session goes on where the last one is. */
  async function gather() {
    sweep(store, locks, options.wire.wall()).catch(() => {});
    const { held = [] } = await locks.query();
    const start = pageLock(key, "");
    const names = held.map(({ name = "" }) => name).filter((name) => name.startsWith(start));
    present = new Set([options.page, ...names.map((name) => name.slice(start.length))]);
    stopGathering = wire.after(GATHER, begin);
    checkPresent();
  }

  let stopGathering = () => {};

  function checkPresent() {
    const said = new Set([...lines.values()].filter(({ size }) => size).map(({ page }) => page));
    if (present && !begun && [...present].every((page) => said.has(page))) {
      begin();
    }
  }

  function begin() {
    if (begun || over) {
      return;
    }
    begun = true;
    stopGathering();
    const { saved } = keeping.load();
    if (saved) {
      for (const { backlog } of lines.values()) {
        setBack(saved, parse(backlog[0] ?? "{}"));
      }
    }
    session.restore(saved);
    reading.begin(saved);
    publications.restore((saved as Kept | undefined)?.shared ?? { tabs: {}, refusals: {} });
    session.start();
    for (const line of [...lines.values()]) {
      line.backlog.splice(0).forEach((text) => take(line, text));
    }
  }

  /** Sets positions back to those that a tab's hello names, if it has not got as far. */
  function setBack({ cursors, session }: Saved, { resume, channels = {} }: Frame) {
    for (const name in channels) {
      const channel = name == `session:${resume}` ? `session:${session}` : name;
      const [at, mine] = [cursors[channel], channels[name] as Cursor];
      if (at && (at[0] != mine[0] || mine[1] < at[1])) {
        cursors[channel] = mine;
      }
    }
  }

  function end(keep: boolean, state?: State) {
    if (!over) {
      save();
      over = true;
      reading.stop();
      stopGathering();
      if (!keep) {
        keeping.remove();
      }
      bus.postMessage({ type: "bye", term, state } satisfies Call);
      bus.close();
      [...lines.keys()].forEach(drop);
    }
  }

  /** Ends the session for all tabs. */
  function endAll() {
    ending = true;
    session.end();
  }

  /** Goes, as another tab leads. */
  function stop() {
    end(true);
    session.leave("another tab leads");
  }

  /** Goes, but keeps all that is unanswered: it is for the next leader, which may be this tab. */
  function deposed() {
    if (!over) {
      stop();
      options.again();
    }
  }

  // ---- connections

  bus.onmessage = ({ data }: MessageEvent<Call>) => {
    if (data.type == "open" && !lines.has(data.connection)) {
      open(data.page, data.connection);
    } else if (data.type == "end") {
      endAll();
    }
  };

  function open(page: string, connection: string) {
    const port = new BroadcastChannel(connectionName(key, connection));
    const line: Line = {
      page,
      port,
      tab: "",
      known: {},
      backlog: [],
      size: 0,
      reads: new Map(),
      joins: new Set(),
      sent: 0,
      taken: 0,
      tokens: [],
      asks: new AbortController(),
    };
    lines.set(connection, line);
    port.onmessage = ({ data }: MessageEvent<Up>) => {
      if (data.term != term || lines.get(connection) != line) {
        return;
      }
      if (data.type == "close") {
        drop(connection);
      } else if (data.type == "taken") {
        line.taken = data.characters;
      } else if (data.type == "token") {
        line.tokens.splice(0).forEach((take) => take(data.token));
      } else if (begun) {
        take(line, data.text);
      } else {
        line.size += data.text.length;
        line.backlog.push(data.text);
        if (line.size > BACKLOG) {
          close(connection, SLOW, "slow");
        }
        checkPresent();
      }
    };
    say(line, { type: "opened", term });
    const { signal } = line.asks;
    // Granted when the page is gone, however it went.
    locks.request(pageLock(key, page), { signal }, () => drop(connection)).catch(() => {});
  }

  function say(line: Line, message: Down) {
    if (!line.asks.signal.aborted) {
      line.port.postMessage(message);
    }
  }

  function sayAll(message: Down) {
    lines.forEach((line) => say(line, message));
  }

  function send(line: Line, text: string) {
    line.sent += text.length;
    if (line.sent - line.taken > LAG_CHARACTERS) {
      for (const [connection, each] of lines) {
        if (each == line) {
          close(connection, SLOW, "slow");
        }
      }
    } else {
      say(line, { type: "frame", term, text });
    }
  }

  function close(connection: string, code: number, reason: string) {
    say(lines.get(connection)!, { type: "close", term, code, reason });
    drop(connection);
  }

  function drop(connection: string) {
    const line = lines.get(connection);
    if (line) {
      lines.delete(connection);
      line.asks.abort();
      line.port.close();
      if (line.tab && !over) {
        const tabs = new Set([...lines.values()].map(({ tab }) => tab));
        publications.left(line, (tab) => tabs.has(tab));
      }
    }
  }

  // ---- what a tab says

  function take(line: Line, text: string) {
    const frame = parse(text);
    const { type, id } = frame;
    if (type == "hello") {
      hello(line, frame);
    } else if (!line.tab) {
      // Nothing before the hello.
    } else if (type == "ping") {
      send(line, '{"type":"pong"}');
    } else if (type == "close") {
      endAll();
    } else if (type == "subscribe") {
      reading.join(line, frame.channel, frame.from, id, frame.token);
    } else if (type == "unsubscribe") {
      reading.leave(line, frame.channel);
      send(line, json({ type: "reply", id, data: {} }));
    } else if (type == "publish" && frame.class != "volatile") {
      const { channel, n, event, data } = frame;
      const error = publications.publish(line, reading.upstream(line, channel), n, id, event, data);
      if (error) {
        send(line, json({ type: "error", id, message: "", retryable: false, ...error }));
      }
    } else if (type == "publish" || type == "request") {
      ask(line, frame);
    }
  }

  async function ask(line: Line, { type, id, channel, event, service, method, data, timeout }: Frame) {
    try {
      const answer =
        type == "publish"
          ? await session.publishVolatile(reading.upstream(line, channel), event, data)
          : await session.request(service, method, data, timeout, line.asks.signal);
      send(line, json({ type: "reply", id, data: answer ?? null }));
    } catch (failure) {
      const { code = "internal", message = "", retryable = false } = failure as HoldfastError;
      const text = message.slice(code.length + 2);
      send(line, json({ type: "error", id, code, message: text, retryable }));
    }
  }

  function hello(line: Line, { resume, channels = {} }: Frame) {
    const resumed = resume != undefined && publications.knows(resume);
    const tab: string = resumed ? resume : fresh();
    line.tab = tab;
    for (const [connection, other] of lines) {
      if (other.tab == tab && other != line) {
        close(connection, REPLACED, "replaced");
      }
    }
    line.known = channels;
    publications.add(tab);
    save();
    send(
      line,
      json({
        ...{ type: "welcome", session: tab, generation: 1, node: info?.node, resumed },
        ...{ heartbeat: HEARTBEAT, limits: { frame: FRAME }, time: wire.wall() },
      }),
    );
    say(line, { type: "shared", term, state: state ?? session.state(), info });
    reading.welcome(line);
  }

  gather().catch(begin);

  return { stop };
}
