import type { Wire } from "../wire.js";
import { type Call, termName } from "./messages.js";

/** Between two terms of the same page, if another had the session meanwhile; doubles. */
const AGAIN = 1_000;
const LONGEST_AGAIN = 20_000;

export interface Leadership {
  /** Ends it; what is kept is for the next leader. */
  stop(): void;
}

/**
 * Lets one page at a time lead: the one that holds the lock. Terms rise, also if clocks go back, so
 * that a leader that was frozen and wakes up is known as one that was.
 *
 * @param lead begins to lead
 */
export function candidate(
  key: string,
  base: Wire,
  locks: Pick<LockManager, "request">,
  store: Pick<Storage, "getItem" | "setItem">,
  lead: (term: number) => Leadership,
) {
  let heard = 0;
  let bus: BroadcastChannel | undefined;
  let leads: Leadership | undefined;
  let release: (() => void) | undefined;
  let waiting: AbortController | undefined;
  let stopAgain = () => {};
  let pause = AGAIN;

  const known = () => Number(attempt(() => store.getItem(termName(key)))) || 0;

  function attempt<T>(what: () => T): T | undefined {
    try {
      return what();
    } catch {
      return undefined;
    }
  }

  function request(options: LockOptions) {
    locks
      .request(key, options, () => {
        waiting = undefined;
        return bus && begin();
      })
      .catch(() => {
        // Stolen, as this page did not answer; or no longer wanted.
        if (release) {
          depose();
          wait();
        }
      });
  }

  function begin(): Promise<void> {
    const held = new Promise<void>((resolve) => (release = resolve));
    term();
    return held;
  }

  function term() {
    const next = Math.max(base.wall(), heard + 1, known() + 1);
    attempt(() => store.setItem(termName(key), String(next)));
    heard = next;
    leads = lead(next);
    bus!.postMessage({ type: "lead", term: next } satisfies Call);
  }

  function wait() {
    waiting = new AbortController();
    request({ signal: waiting.signal });
  }

  function depose() {
    stopAgain();
    const was = leads;
    leads = undefined;
    was?.stop();
    release?.();
    release = undefined;
  }

  return {
    /** Waits to lead. */
    start() {
      if (!bus) {
        bus = new BroadcastChannel(key);
        bus.addEventListener("message", ({ data }: MessageEvent<Call>) => {
          if (data.type == "lead") {
            heard = Math.max(heard, data.term);
          }
        });
        wait();
      }
    },

    /** Leads, although another page still holds the lock: that one does not answer. */
    steal() {
      if (bus && !release) {
        waiting?.abort();
        request({ steal: true });
      }
    },

    /** Begins another term after a wait, as long as no other page leads. */
    again() {
      leads?.stop();
      leads = undefined;
      stopAgain();
      stopAgain = base.after(pause, () => release && !leads && term());
      pause = Math.min(LONGEST_AGAIN, pause * 2);
    },

    /** Returns whether no later term has begun. */
    isCurrent: (term: number) => term >= heard && term >= known(),

    /** Does no longer lead, nor wait for it. */
    stop() {
      waiting?.abort();
      waiting = undefined;
      depose();
      bus?.close();
      bus = undefined;
    },
  };
}
