import { retryWait } from "./questions.js";
import { HoldfastError, Publication, Stored, Times } from "./types.js";
import { alarm, Wire } from "./wire.js";

/** A durable publication without an answer. */
export interface Unanswered {
  line: Line;
  readonly publication: { -readonly [name in keyof Publication]: Publication[name] };
  /** The data as JSON. */
  readonly text: string;
  readonly size: number;
  /** Whether a later page takes it over. */
  readonly persist: boolean;
  n: number;
  /** The number of times that it was sent under its number. */
  sendings: number;
  /** The id of its last sending; none if errors to it do not count. */
  frame?: string;
  resolve(stored: Stored): void;
  reject(failure: HoldfastError): void;
}

export type Line = ReturnType<typeof line>;

/** The unanswered publications of one channel, in order, with rising numbers. */
export function line(wire: Wire, times: Times, next = 1) {
  const retry = alarm(wire);
  let tries = 0;

  return {
    unanswered: [] as Unanswered[],
    held: false,
    /** Whether its numbers come from an earlier page. */
    restored: next > 1,

    next: () => next,
    take: () => next++,

    renumber(from: number) {
      next = from;
      for (const one of this.unanswered) {
        one.n = next++;
        one.sendings = 0;
      }
    },

    /** Adds one that an earlier page had numbered. */
    takeOver(one: Unanswered) {
      this.unanswered.push(one);
      next = Math.max(next, one.n + 1);
    },

    remove(one: Unanswered): boolean {
      const at = this.unanswered.indexOf(one);
      return at >= 0 && !!this.unanswered.splice(at, 1);
    },

    /**
     * Moves those behind a refused publication down, as its number is free; except if it was sent
     * under that number without an answer. Then it may be stored, and the server names the number
     * that it expects.
     *
     * @param refusals the number of its sendings that were refused
     */
    closeUp(gone: Unanswered, refusals: number) {
      if (gone.sendings <= refusals) {
        next--;
        for (const one of this.behind(gone.n)) {
          one.n--;
          one.sendings = 0;
        }
      }
    },

    behind(n: number) {
      return this.unanswered.filter((one) => one.n > n);
    },

    /** Sends nothing for a while; then all again, so errors to earlier sendings don't count. */
    hold(wait: number, then: () => void) {
      this.held = true;
      for (const one of this.unanswered) {
        one.frame = undefined;
      }
      const own = retryWait(times, tries++);
      retry.set(wait > 0 ? wait : own, then);
    },

    /** Notes that a publication was stored. */
    progress() {
      tries = 0;
    },

    release() {
      this.held = false;
      retry.cancel();
    },
  };
}
