import { json, parse, type Frame } from "../frames.js";
import type { Saved, SessionOptions } from "../listener.js";
import { clientSession } from "../session.js";
import { keeper, type Store } from "../store.js";
import { type Cursor, HoldfastError, type SessionInfo, type State } from "../types.js";
import type { Wire } from "../wire.js";
import { type Call, connectionName, type Down, pageLock, type Up } from "./messages.js";
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

const FRAME = 1 << 20;
const SLOW = 4001;
const REPLACED = 4500;

/** Codes after which the session may still be there, as in a page that does not share. */
const MAY_GO_ON = [1000, 4501];

export interface HubOptions {
  key: string;
  term: number;
  session: SessionOptions;
  wire: Wire;
  locks: Pick<LockManager, "request" | "query">;
  store: Store;
  fresh(): string;
  isCurrent(): boolean;
}

/** The tab that leads: it has the one session, and is a node to the tabs, its own among them. */
export function hub(options: HubOptions) {
  const { key, term, wire, locks, store, fresh } = options;
  const bus = new BroadcastChannel(key);
  const lines = new Map<string, Line>();
  let state: State | undefined;
  let info: SessionInfo | undefined;
  let begun = false;
  let over = false;
  let present: Set<string> | undefined;

  const session = clientSession(options.session, wire, {
    state(next) {
      state = next;
      if (next.name == "stopped" && !over) {
        tellAll({ type: "stop", term, state: next });
        end(MAY_GO_ON.includes(next.code));
      } else {
        tellAll({ type: "shared", term, state: next, info });
      }
    },
    session(next) {
      info = next;
      reading.named(next.id);
      tellAll({ type: "shared", term, state: state!, info });
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

  const guarded: Store = {
    getItem: (name) => store.getItem(name),
    setItem(name, value) {
      if (options.isCurrent()) {
        store.setItem(name, value); // A leader that was does not overwrite what is.
      }
    },
    removeItem: (name) => options.isCurrent() && store.removeItem(name),
  };
  const reading = readingFor(lines, wire, () => session, send);
  const keeping = keeper(guarded, `${key}/state`, String(term), session.problem);
  const publications = publishing(
    () => session,
    (tab, id, data) =>
      lines.forEach((line) => line.tab == tab && send(line, json({ type: "reply", id, data }))),
  );
  let due: (() => void) | undefined;

  function save() {
    due?.();
    due = undefined;
    if (begun && !over) {
      keeping.save({ ...session.save(), tabs: publications.save() } as Saved);
    }
  }

  // ---- the beginning and the end

  /** Waits for the tabs that are there, so that the session goes on where the last one is. */
  async function gather() {
    const { held = [] } = await locks.query();
    const start = pageLock(key, "");
    const names = held.map(({ name = "" }) => name).filter((name) => name.startsWith(start));
    present = new Set(names.map((name) => name.slice(start.length)));
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
        setBack(saved.cursors, parse(backlog[0] ?? "{}").channels);
      }
    }
    session.restore(saved);
    reading.begin(saved);
    publications.restore((saved as { tabs?: Numbers } | undefined)?.tabs ?? {});
    session.start();
    for (const line of [...lines.values()]) {
      line.backlog.splice(0).forEach((text) => take(line, text));
    }
  }

  /** Sets positions back to those of a tab that has not got as far. */
  function setBack(cursors: Record<string, Cursor>, tab: Record<string, Cursor> = {}) {
    for (const channel in tab) {
      const [at, mine] = [cursors[channel], tab[channel]!];
      if (at && (at[0] != mine[0] || mine[1] < at[1])) {
        cursors[channel] = mine;
      }
    }
  }

  function end(keep: boolean) {
    if (!over) {
      save();
      over = true;
      reading.stop();
      stopGathering();
      if (!keep) {
        keeping.remove();
      }
      bus.postMessage({ type: "bye", term } satisfies Call);
      bus.close();
      [...lines.keys()].forEach(drop);
    }
  }

  // ---- connections

  bus.onmessage = ({ data }: MessageEvent<Call>) => {
    if (data.type == "open" && !lines.has(data.connection)) {
      open(data.page, data.connection);
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
    tell(line, { type: "opened", term });
    const { signal } = line.asks;
    // Granted when the page is gone, however it went.
    locks.request(pageLock(key, page), { signal }, () => drop(connection)).catch(() => {});
  }

  function tell(line: Line, message: Down) {
    if (!line.asks.signal.aborted) {
      line.port.postMessage(message);
    }
  }

  function tellAll(message: Down) {
    lines.forEach((line) => tell(line, message));
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
      tell(line, { type: "frame", term, text });
    }
  }

  function close(connection: string, code: number, reason: string) {
    tell(lines.get(connection)!, { type: "close", term, code, reason });
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
        publications.left(line.tab, (tab) => tabs.has(tab));
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
      session.end();
    } else if (type == "subscribe") {
      reading.join(line, frame.channel, frame.from, id);
    } else if (type == "unsubscribe") {
      reading.leave(line, frame.channel);
      send(line, json({ type: "reply", id, data: {} }));
    } else if (type == "publish" && frame.class != "volatile") {
      const { channel, n, event, data } = frame;
      const error = publications.publish(line.tab, reading.upstream(line, channel), n, id, event, data);
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
    for (const [connection, other] of lines) {
      if (other.tab == tab && other != line) {
        close(connection, REPLACED, "replaced");
      }
    }
    line.tab = tab;
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
    tell(line, { type: "shared", term, state: state ?? session.state(), info });
    reading.welcome(line);
  }

  gather();

  return {
    stop() {
      end(true);
      session.leave("another tab leads");
    },
  };
}
