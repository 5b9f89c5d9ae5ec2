import { Saved } from "./listener.js";
import { ClientSession } from "./session.js";
import { keeper, Store } from "./store.js";
import { Wire } from "./wire.js";

/** Longest wait in ms for the page before to leave the session. */
const PATIENCE = 500;

/** Between two writes of cursors, ms. */
const EVERY = 250;

/** The parts of a browser that are used; none of them elsewhere. */
export interface Platform {
  store?: Store;
  locks?: Pick<LockManager, "request">;
  page?: { events: EventTarget; document: EventTarget & { visibilityState: string } };
}

/** Returns what this platform has. */
export function platform(): Platform {
  if (typeof document == "undefined" || typeof addEventListener == "undefined") {
    return {};
  }
  let store: Store;
  try {
    store = sessionStorage;
  } catch (failure) {
    const refuse = () => {
      throw failure;
    };
    store = { getItem: refuse, setItem: refuse, removeItem: refuse };
  }
  return { store, locks: navigator.locks, page: { events: globalThis, document } };
}

/**
 * The life of a session in the pages of one tab: it is kept for the next page, held by one page at a
 * time, and let go while a page is put away.
 */
export function tab(
  session: ClientSession,
  wire: Wire,
  key: string,
  by: string,
  { store, locks, page }: Platform,
  restored: (saved: Saved) => void,
) {
  const kept = store && keeper(store, key, by, session.problem);
  let release: (() => void) | undefined;
  let held: string | undefined;
  let waiting: AbortController | undefined;
  /** Whether it is known what the page before has left. */
  let ready = false;
  let away = false;
  const over = new AbortController();
  const { signal: ended } = over;
  let due: (() => void) | undefined;

  /**
   * Holds a session alone; returns false if another page does.
   *
   * @param wait ms for that page to leave it; none: until it does. A page that is busy takes a while
   *     to hear that nobody else has a session
   */
  async function hold(id: string, wait?: number): Promise<boolean> {
    if (!locks || !kept || id == held) {
      return true;
    }
    letGo();
    held = id;
    const { signal } = (waiting = new AbortController());
    const stop = wait && wire.after(wait, letGo);
    const granted = await new Promise<(() => void) | undefined>((resolve) => {
      const hold = () => new Promise<void>((end) => resolve(end));
      locks.request(`${key}:${id}`, { signal }, hold).catch(() => resolve(undefined));
    });
    if (signal.aborted) {
      granted?.();
      return false;
    }
    stop && stop();
    release = granted;
    if (!granted) {
      held = undefined;
    }
    return !!granted;
  }

  function letGo() {
    waiting?.abort();
    release?.();
    release = held = undefined;
  }

  function save() {
    due?.();
    due = undefined;
    // A session that is not held yet could be taken by a copy of this tab.
    if (kept && ready && !away && !ended.aborted && (!locks || !held || release)) {
      kept.save(session.save());
    }
  }

  /** Goes on as the session of the page before, unless another tab has it: then this is a copy. */
  async function start() {
    const { saved } = kept?.load() ?? {};
    const free = saved && (!saved.session || (await hold(saved.session, PATIENCE)));
    if (away || ended.aborted) {
      return;
    }
    if (free) {
      session.restore(saved);
      restored(saved);
    }
    ready = true;
    session.start();
  }

  async function show({ persisted }: any) {
    if (persisted && away) {
      away = false;
      if (!ready) {
        await start();
        session.resume();
        return;
      }
      const { saved, mine } = kept?.load() ?? {};
      const free = !saved?.session || (await hold(saved.session, PATIENCE));
      if (kept && !(mine && free)) {
        // Another page went on as this session: its numbers count.
        session.restore(free ? saved : undefined);
      }
      session.resume();
    }
  }

  function hide() {
    if (!ended.aborted) {
      session.suspend();
      save();
      away = true;
      letGo();
    }
  }

  function seen() {
    if (page!.document.visibilityState == "visible") {
      session.wake();
    }
  }

  const listen = (target: EventTarget, name: string, listener: (e: any) => void) =>
    target.addEventListener(name, listener, { signal: ended });
  if (page) {
    listen(page.events, "pagehide", hide);
    listen(page.events, "pageshow", show);
    listen(page.events, "online", session.wake);
    listen(page.events, "offline", session.wake);
    listen(page.document, "visibilitychange", seen);
  }

  return {
    start,
    save,

    /** Notes that something changed that the next page needs. */
    changed(urgent: boolean) {
      if (urgent) {
        save();
      } else {
        due ??= kept && wire.after(EVERY, save);
      }
    },

    /** Notes that the session has that id. */
    async named(id: string) {
      await hold(id);
      save();
    },

    /** Ends; what is kept remains only if a later page may go on. */
    stop(keep: boolean) {
      if (!ended.aborted) {
        over.abort();
        due?.();
        if (!keep) {
          kept?.remove();
        }
        letGo();
      }
    },
  };
}
