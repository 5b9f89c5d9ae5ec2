import { Access, access } from "./access.js";
import { callAll, calls, dispatcher, EventHandler } from "./dispatcher.js";
import { Channel, Holdfast, Options, ReadOptions, Stop, StopReading } from "./face.js";
import { Listener } from "./listener.js";
import { loop } from "./loop.js";
import { Platform, platform, tab } from "./page.js";
import { clientSession } from "./session.js";
import { onAbort } from "./signals.js";
import { platformWire, WebSocketClass } from "./socket.js";
import { Bounds, From, HoldfastError, SessionInfo, State, Times } from "./types.js";
import { Wire } from "./wire.js";

export const TIMES: Times = {
  attempt: 10_000,
  firstWait: 1_000,
  longestWait: 20_000,
  steady: 10_000,
  ack: 10_000,
  retry: 100,
};

export const BOUNDS: Bounds = {
  publications: 1_000,
  bytes: 8 << 20,
  requests: 64,
  events: 1_000,
  characters: 1 << 20,
};

/** The ms after which a channel that an earlier page read, and this one does not, is left. */
const UNCLAIMED = 30_000;

/** Codes after which the session may still be there: closed by the application; no valid token. */
const MAY_GO_ON = [1000, 4501];

const ENDPOINT = "/v1/connect";

/** Returns 96 random bits as text. */
export function fresh(): string {
  return crypto.getRandomValues(new Uint32Array(3)).join("-");
}

/** Returns the address of a WebSocket; `https:` and addresses within the page's site do, too. */
export function address(url: string): string {
  const full = new URL(url, globalThis.location?.href);
  full.protocol = full.protocol.replace("http", "ws");
  full.pathname = full.pathname == "/" ? ENDPOINT : full.pathname;
  full.hash = "";
  return full.href;
}

const isAsked = (name: string) => /^(topic|run):/.test(name);

/**
 * Connects, and reconnects until it is closed.
 *
 * @param url of a node or of several, `wss://host` or `wss://host/v1/connect`; taken in turn
 */
export function connect(url: string | string[], options: Options): Holdfast {
  const WebSocket = options.WebSocket ?? (globalThis.WebSocket as unknown as WebSocketClass);
  if (!WebSocket) {
    throw new TypeError("no WebSocket: give one as an option");
  }
  return connectOn(url, options, platformWire(options.token, WebSocket), platform());
}

export function connectOn(
  url: string | string[],
  options: Options,
  wire: Wire,
  platform: Platform,
  make = clientSession,
  kind = "holdfast",
): Holdfast {
  const instance = fresh();
  const urls = [url].flat().map(address);
  const onState = new Set<(state: State) => unknown>();
  const onSession = new Set<(session: SessionInfo) => unknown>();
  /** The subscription of each channel that has handlers. */
  const ready = new Map<string, Promise<void>>();
  /** Those of channels that are read by channel tokens. */
  const accesses = new Map<string, Access>();
  const bounds = { ...BOUNDS, ...options.bounds };
  const times = { ...TIMES, ...options.times };
  const handlers = dispatcher(
    bounds,
    (channel, at) => session.handled(channel, at),
    (channel) => session.caughtUp(channel),
  );
  let published = 0;
  let unclaimed: (() => void) | undefined;

  const notify = <T>(all: Set<(value: T) => unknown>, value: T) => {
    callAll(calls(all, (handler) => handler(value)));
  };
  const listener: Listener = {
    state(state) {
      if (state.name == "stopped") {
        unclaimed?.();
        accesses.forEach((access) => access.end(new HoldfastError("stopped", state.reason)));
        life.stop(MAY_GO_ON.includes(state.code));
      }
      notify(onState, state);
    },
    session(info) {
      life.named(info.id);
      notify(onSession, info);
    },
    event: handlers.event,
    gap: handlers.gap,
    goesOn: (name) => accesses.get(name)?.goesOn() ?? false,
    unsubscribed(name, code) {
      if (code != "requested" && code != "internal") {
        ended(name, code);
      }
    },
    changed: (urgent) => life.changed(urgent),
  };
  const session = make(
    {
      urls,
      name: options.name ?? "js",
      version: options.version ?? "1",
      instance,
      times,
      bounds,
    },
    wire,
    listener,
  );
  const life = tab(
    session,
    wire,
    `${kind}:${urls[0]}:${options.name ?? ""}`,
    instance,
    { ...platform, ...(options.store != undefined && { store: options.store || undefined }) },
    (saved) => {
      saved.asked.forEach(handlers.expect);
      unclaimed?.();
      unclaimed = wire.after(UNCLAIMED, () => handlers.unclaimed().forEach(leave));
    },
  );
  life.start();

  /** Adds a handler to a set; the result removes it, and so does the signal. */
  function add<T>(all: Set<T>, handler: T, signal?: AbortSignal, removed = () => {}): Stop {
    const stop = () => {
      forget();
      if (all.delete(handler)) {
        removed();
      }
    };
    const forget = onAbort(signal, stop);
    if (!signal?.aborted) {
      all.add(handler);
    }
    return stop;
  }

  /** Reads a channel that has got its first handler. */
  function read(name: string, from: From): Promise<void> {
    let asked = ready.get(name);
    if (!asked) {
      asked = !isAsked(name)
        ? Promise.resolve()
        : (accesses.get(name)?.begin(from) ?? session.subscribe(name, from));
      ready.set(name, asked);
      asked.catch(() => {
        if (ready.get(name) == asked) {
          ready.delete(name); // The next handler tries again.
        }
      });
      handlers.claim(name);
    }
    return asked;
  }

  /** Notes that a channel is no longer read; the next handler asks for it anew. */
  function quit(name: string, code: string) {
    ready.delete(name);
    accesses.get(name)?.end(new HoldfastError(code, "no longer read"));
  }

  function ended(name: string, code: string) {
    quit(name, code);
    handlers.unsubscribed(name, code);
  }

  function leave(name: string) {
    if (isAsked(name) && !handlers.of(name).events.size) {
      quit(name, "stopped");
      handlers.forget(name);
      session.unsubscribe(name).catch(() => {});
    }
  }

  /** Returns the full name of `user` or `session`, once it is known. */
  const full = (name: string) =>
    (name == "user" || name == "session" ? session.ownChannel(name + ":") : undefined) ?? name;

  function channel(name: string): Channel {
    function on(event: string, handler: EventHandler, { from = "latest", signal }: ReadOptions = {}) {
      const { events } = handlers.of(name);
      const stop = add(events, { name: event, handler }, signal, () => leave(name)) as any;
      stop.ready = signal?.aborted ? Promise.resolve() : read(name, from);
      return stop as StopReading;
    }

    return {
      name,
      on,
      tokens(token) {
        if (!isAsked(name) || handlers.of(name).events.size) {
          throw new TypeError("tokens: for a topic: or run:, before its first handler");
        }
        accesses.get(name)?.end(0);
        accesses.set(
          name,
          access(
            wire,
            times,
            token,
            (from, token) => session.subscribe(name, from, token),
            (code) => {
              session.unsubscribe(name).catch(() => {});
              ended(name, code);
            },
          ),
        );
        return this;
      },
      onGap: (handler) => add(handlers.of(name).gaps, handler),
      onEnd: (handler) => add(handlers.of(name).ends, handler),

      events: (options) =>
        loop(on, options, (end) => {
          const follow = ({ name, code, reason }: State) => {
            if (name == "stopped") {
              end(code == 1000 ? undefined : new HoldfastError("stopped", reason));
            }
          };
          const ended = (code: string) => end(new HoldfastError(code, "no longer read"));
          follow(session.state());
          return [add(onState, follow), add(handlers.of(name).ends, ended)];
        }),

      publish: (event, data, { persist = false } = {}) =>
        session.publish(full(name), event, data, `${instance}-${++published}`, persist),
      publishVolatile: (event, data) => session.publishVolatile(full(name), event, data),
    };
  }

  return {
    on: (what: "state" | "session", handler: any) =>
      add<any>(what == "state" ? onState : onSession, handler),
    get state() {
      return session.state();
    },
    get info() {
      return session.info();
    },
    channel,
    tenant: channel("tenant"),
    user: channel("user"),
    session: channel("session"),
    request: (service, method, data, { timeout = 10_000, signal } = {}) =>
      session.request(service, method, data, timeout, signal),
    get pending() {
      return session.waiting();
    },
    async close() {
      life.save();
      life.stop(true);
      session.leave("closed");
    },
    end() {
      life.stop(false);
      return session.end();
    },
  };
}
