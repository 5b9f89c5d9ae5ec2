import type { Wire } from "../wire.js";
import type { Call } from "./messages.js";

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
  const termKey = `${key}/term`;
  let heard = 0;
  let bus: BroadcastChannel | undefined;
  let leads: Leadership | undefined;
  let release: (() => void) | undefined;
  let waiting: AbortController | undefined;

  const known = () => Number(attempt(() => store.getItem(termKey))) || 0;

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
        if (leads) {
          depose();
          wait();
        }
      });
  }

  function begin(): Promise<void> {
    const term = Math.max(base.wall(), heard + 1, known() + 1);
    attempt(() => store.setItem(termKey, String(term)));
    heard = term;
    leads = lead(term);
    bus!.postMessage({ type: "lead", term } satisfies Call);
    return new Promise<void>((resolve) => (release = resolve));
  }

  function wait() {
    waiting = new AbortController();
    request({ signal: waiting.signal });
  }

  function depose() {
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
      if (bus && !leads) {
        waiting?.abort();
        request({ steal: true });
      }
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
