import { address, BOUNDS, connect as connectAlone, connectOn, fresh, TIMES } from "./client.js";
import { callAll } from "./dispatcher.js";
import type { Holdfast, Options } from "./face.js";
import { Platform, platform } from "./page.js";
import { clientSession } from "./session.js";
import { hub } from "./share/hub.js";
import { candidate } from "./share/lead.js";
import type { Down } from "./share/messages.js";
import { REFUSED } from "./share/publishing.js";
import { tabWire } from "./share/wire.js";
import { platformWire, WebSocketClass } from "./socket.js";
import { subject } from "./token.js";
import { HoldfastError, Publication, SessionInfo, State, Stored, Times } from "./types.js";
import type { Wire } from "./wire.js";

export * from "./index.js";

/** Names this build: tabs with different ones do not share. */
declare const BUILD: string;

/** What a tab waits on its way to the tab that leads, which is near. */
const NEAR: Times = { ...TIMES, firstWait: 50, longestWait: 2_000 };

const UNAUTHORIZED = 4501;

/** The ms in which a token that was asked for need not be asked for again. */
const FRESH = 2_000;

/** Most stored publications whose events have not come. */
const MOST_STORED = 1_000;

export interface ShareOptions extends Options {
  /**
   * Names what is shared, besides the address, the application's `name`, and the user, tenant and
   * issuer of the token. Needed if the token can't be read, because it is no JWT: without it such a
   * tab shares with none.
   */
  share?: string;
}

/**
 * Connects as {@link index.connect} does, over one connection for all tabs of this origin. A
 * platform without Web Locks or `BroadcastChannel` has a connection for each tab.
 */
export function connect(url: string | string[], options: ShareOptions): Holdfast {
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

function shareOn(
  url: string | string[],
  options: ShareOptions,
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
  let shared: { key: string; token: string } | undefined;
  let who = "";
  /** The token that named the user, as long as it is fresh. */
  let first: string | undefined;
  let lead: ReturnType<typeof candidate> | undefined;
  let away = false;
  let session: ReturnType<typeof clientSession>;
  /** This tab's state on its way to the leader, and that of the one connection. */
  let own: State = { name: "connecting", retryIn: 0, code: 0, reason: "" };
  let one: State | undefined;
  let final: State | undefined;
  let info: SessionInfo | undefined;
  let state = own;

  const wire = tabWire(base, locks, page, key, {
    shared(message) {
      if (message.type == "stop") {
        // Other codes close this tab's connection for good by themselves.
        if (message.state.code <= UNAUTHORIZED) {
          final = message.state;
          session.leave(final.reason);
        }
      } else {
        one = message.state;
        learn(message);
        changed();
      }
    },
    hung: () => lead?.steal(),
  });

  /** Returns what names the shared connection, and this tab's token for the leader. */
  async function key() {
    if (!shared) {
      first = await base.token();
      if (typeof first != "string" || !first) {
        throw new Error("the token is no text");
      }
      base.after(FRESH, () => (first = undefined));
      who = subject(first);
      const { share, name } = options;
      const alone = who || share != undefined ? "" : page;
      shared = {
        key: json(["holdfast-share", BUILD, urls, name, share, who, alone]),
        token: `.${btoa(json({ iss: encodeURIComponent(who) }))}.`,
      };
    }
    lead ??= candidate(shared.key, base, locks, store, begin);
    if (!away) {
      lead.start();
    }
    return shared;
  }

  /** Begins to lead. */
  function begin(term: number) {
    const token = async () => {
      const next = first ?? (await base.token());
      first = undefined;
      if (typeof next == "string" && subject(next) != who) {
        // The others still are who they were; this tab can no longer speak for them.
        final = { name: "stopped", retryIn: 0, code: 4502, reason: "the token is another user's" };
        session.leave(final.reason);
        throw new Error(final.reason);
      }
      return next;
    };
    return hub({
      key: shared!.key,
      term,
      session: {
        urls,
        name: options.name ?? "js",
        version: options.version ?? "1",
        instance: fresh(),
        times: { ...TIMES, ...options.times },
        bounds: { ...BOUNDS, ...options.bounds, publications: BOUNDS.publications },
      },
      wire: { ...base, token },
      locks,
      store,
      fresh,
      isCurrent: () => lead!.isCurrent(term),
    });
  }

  function learn(message: Down & { type: "shared" }) {
    const next = message.info;
    if (next && (next.id != info?.id || next.generation != info.generation)) {
      info = next;
      callAll([...onSession].map((handler) => () => handler(next)));
    }
  }

  function changed() {
    const near = own.name == "online" || own.name == "catching-up";
    const { problem, ...rest } = final ?? (one && near ? one : own);
    const next: State = near && one?.name == "online" ? { ...rest, name: own.name } : rest;
    const wrong = own.problem ?? problem;
    if (wrong) {
      next.problem = wrong;
    }
    if (json(next) != json(state)) {
      state = next;
      callAll([...onState].map((handler) => () => handler(next)));
    }
  }

  const inner = connectOn(
    url,
    { ...options, times: NEAR },
    wire,
    here,
    (given, on, listener) => {
      const real = clientSession(given, on, {
        ...listener,
        event(event, characters) {
          if (event.cursor && event.user && `user:${event.user}` == real.ownChannel("user:")) {
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
      };
      return session;
    },
    "holdfast-share",
  );

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
