import { address, BOUNDS, connect as connectAlone, connectOn, fresh, TIMES } from "./client.js";
import { callAll } from "./dispatcher.js";
import type { Holdfast, Options } from "./face.js";
import { Platform, platform } from "./page.js";
import { clientSession } from "./session.js";
import { hub } from "./share/hub.js";
import { identity } from "./share/identity.js";
import { candidate } from "./share/lead.js";
import { type Call, stateName } from "./share/messages.js";
import { REFUSED } from "./share/publishing.js";
import { tabWire } from "./share/wire.js";
import { platformWire, WebSocketClass } from "./socket.js";
import { HoldfastError, Publication, SessionInfo, State, Stored, Times } from "./types.js";
import type { Wire } from "./wire.js";

export * from "./index.js";

/** Names this build: tabs with different ones do not share. */
declare const BUILD: string;

/** What a tab waits on its way to the tab that leads, which is near. */
const NEAR = { firstWait: 50, longestWait: 2_000 };

/** The ms in which a token that was asked for need not be asked for again. */
const FRESH = 2_000;

/** Most stored publications whose events have not come. */
const MOST_STORED = 1_000;

/**
 * Connects as {@link index.connect} does, over one connection for all tabs of this origin whose
 * tokens have the same claims. A platform without Web Locks or `BroadcastChannel` has a connection
 * for each tab, and so has a tab whose token is no JWT.
 */
export function connect(url: string | string[], options: Options): Holdfast {
  const here = platform();
  const locks = globalThis.navigator?.locks;
  let store: Storage | undefined;
  try {
    store = localStorage;
  } catch {
    // Without a storage that all tabs have there is nothing that outlives the leader.
  }
  if (!here.page || !locks || !store || typeof BroadcastChannel == "undefined") {
    return connectAlone(url, options);
  }
  const WebSocket = options.WebSocket ?? (globalThis.WebSocket as unknown as WebSocketClass);
  return shareOn(url, options, platformWire(options.token, WebSocket), here, locks, store);
}

export function shareOn(
  url: string | string[],
  options: Options,
  base: Wire,
  here: Platform,
  locks: LockManager,
  store: Storage,
): Holdfast {
  const urls = [url].flat().map(address);
  const page = fresh();
  const onState = new Set<(state: State) => unknown>();
  const onSession = new Set<(session: SessionInfo) => unknown>();
  const seen = new WeakMap<Publication, Publication>();
  /** Those whose events came before the answer, and the content of those whose events did not. */
  const met = new WeakSet<Publication>();
  const storedHere = new Set<string>();
  let shared: { key: string; token: string; who: string } | undefined;
  /** Whether the token is no JWT: this tab has a session and a connection of its own. */
  let alone = false;
  /** The token that named the user, as long as it is fresh. */
  let first: string | undefined;
  let lead: ReturnType<typeof candidate> | undefined;
  let away = false;
  let over = false;
  let session: ReturnType<typeof clientSession>;
  /** This tab's state on its way to the leader, and that of the one connection. */
  let own: State = { name: "connecting", retryIn: 0, code: 0, reason: "" };
  let one: State | undefined;
  let final: State | undefined;
  let info: SessionInfo | undefined;
  let state = own;

  const wire = tabWire(base, locks, page, join, {
    token: ownToken,
    shared(message) {
      one = message.state;
      learn(message.info);
      changed();
    },
    stopped,
    hung: () => lead?.steal(),
  });

  /** Takes the token that was asked for last, or asks for one. */
  async function take(): Promise<string> {
    const token = first ?? (await base.token());
    first = undefined;
    if (typeof token != "string" || !token) {
      throw new Error("no token");
    }
    return token;
  }

  /** Returns what names the shared connection, if there is one, and this tab's token for it. */
  async function join(): Promise<{ key?: string; token: string }> {
    if (!shared) {
      const token = await take();
      const who = alone ? undefined : await identity(token);
      if (!who) {
        alone = true;
        return { token };
      }
      first = token;
      base.after(FRESH, () => (first = undefined));
      shared ??= {
        key: json(["holdfast-share", BUILD, urls, options.name, who]),
        token: `.${btoa(json({ iss: who }))}.`,
        who,
      };
    }
    lead ??= candidate(shared.key, base, locks, store, begin);
    if (!away && !over) {
      lead.start();
    }
    return shared;
  }

  /** Returns this tab's token for the leader; none if it names somebody else now. */
  async function ownToken(): Promise<string | undefined> {
    const who = shared?.who;
    const token = await take();
    if (who && (await identity(token)) == who) {
      return token;
    }
    if (who && shared?.who == who) {
      // The others still are who they were; this tab goes on as somebody else.
      first = token;
      shared = undefined;
      lead?.stop();
      lead = undefined;
      wire.leave();
      wire.lose("the token has other claims");
    }
    return undefined;
  }

  /** Begins to lead. */
  function begin(term: number) {
    const { key } = shared!;
    const token = async () => {
      const own = await ownToken();
      if (!own) {
        throw new Error("the token has other claims");
      }
      return own;
    };
    const mine = lead!;
    return hub({
      ...{ key, term, page, locks, store, fresh },
      session: {
        urls,
        name: options.name ?? "js",
        version: options.version ?? "1",
        instance: fresh(),
        times: { ...TIMES, ...options.times },
        bounds: { ...BOUNDS, ...options.bounds, publications: BOUNDS.publications },
      },
      wire: { ...base, token },
      stopped,
      isCurrent: () => mine.isCurrent(term),
      again: () => mine.again(),
    });
  }

  /** The one session is over, and so this tab's. */
  function stopped(state: State) {
    final = state;
    session.leave(state.reason);
  }

  function learn(next?: SessionInfo) {
    if (next && (next.id != info?.id || next.generation != info.generation)) {
      info = next;
      callAll([...onSession].map((handler) => () => handler(next)));
    }
  }

  const isNear = () => own.name == "online" || own.name == "catching-up";

  function changed() {
    const near = isNear();
    const { problem, ...rest } = final ?? (one && near && !alone ? one : own);
    const next: State = near && !alone && one?.name == "online" ? { ...rest, name: own.name } : rest;
    const wrong = own.problem ?? problem;
    if (wrong) {
      next.problem = wrong;
    }
    if (json(next) != json(state)) {
      state = next;
      callAll([...onState].map((handler) => () => handler(next)));
    }
  }

  const far: Times = { ...TIMES, ...options.times };
  const times: Times = {
    ...far,
    get firstWait() {
      return alone ? far.firstWait : NEAR.firstWait;
    },
    get longestWait() {
      return alone ? far.longestWait : NEAR.longestWait;
    },
  };
  const inner = connectOn(
    url,
    options,
    wire,
    here,
    (given, on, listener) => {
      const real = clientSession({ ...given, times }, on, {
        ...listener,
        session(info) {
          if (alone) {
            learn(info);
          }
          listener.session(info);
        },
        event(event, characters) {
          if (!alone && event.cursor && event.user && `user:${event.user}` == real.ownChannel("user:")) {
            const text = content(event);
            const mine = real.waiting().find((one) => !met.has(one) && content(one) == text);
            if (event.own && mine) {
              met.add(mine);
            }
            event.own = storedHere.delete(text) || event.own;
          }
          return listener.event(event, characters);
        },
        state(next) {
          own = next;
          if (next.name == "stopped") {
            over = true;
            leave();
          }
          changed();
          listener.state(next);
        },
      });
      session = {
        ...real,
        publish: (...all) => visible(real.publish(...all)),
        waiting: () => real.waiting().map(visible),
        suspend() {
          real.suspend();
          away = true;
          leave();
        },
        resume() {
          away = false;
          real.resume();
        },
        end() {
          if (shared && !isNear()) {
            endElsewhere(shared.key);
          }
          return real.end();
        },
      };
      return session;
    },
    "holdfast-share",
  );

  /** Ends the session, although this tab has no connection to the one that leads; if one does. */
  function endElsewhere(key: string) {
    const bus = new BroadcastChannel(key);
    bus.postMessage({ type: "end" } satisfies Call);
    bus.close();
    try {
      store.removeItem(stateName(key));
    } catch {
      // Then there is nothing that a later tab could go on with.
    }
  }

  function leave() {
    lead?.stop();
    wire.leave();
  }

  /** Returns a publication as the application sees it: the leader answers a refusal as a place. */
  function visible(publication: Publication): Publication {
    let shown = seen.get(publication);
    if (!shown) {
      let failed = false;
      const stored = publication.stored.then((answer: Stored) => {
        const [text = ""] = answer.cursor ?? [];
        if (text.startsWith(REFUSED)) {
          failed = true;
          const [, code = "internal", message = ""] = /^.(\w+)(?:: )?([^]*)$/.exec(text) ?? [];
          throw new HoldfastError(code, message);
        }
        if (!met.has(publication)) {
          // The place may not be known, or be that of an epoch that is over: the content decides.
          storedHere.add(content(publication));
          if (storedHere.size > MOST_STORED) {
            storedHere.delete(storedHere.values().next().value!);
          }
        }
        return answer;
      });
      stored.catch(() => {});
      shown = Object.create(publication, {
        stored: { value: stored },
        state: { get: () => (failed ? "failed" : publication.state) },
      }) as Publication;
      seen.set(publication, shown);
    }
    return shown;
  }

  return Object.create(inner, {
    state: { get: () => state },
    info: { get: () => info },
    on: {
      value(what: "state" | "session", handler: any) {
        const all: Set<any> = what == "state" ? onState : onSession;
        all.add(handler);
        return () => void all.delete(handler);
      },
    },
  }) as Holdfast;
}

const json = JSON.stringify;

const content = ({ channel, event, data }: { channel: string; event: string; data: unknown }) =>
  json([channel, event, data]);
