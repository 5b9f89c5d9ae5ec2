import { claims } from "../token.js";
import type { Socket, SocketEvents, Wire } from "../wire.js";

const REPLACED = 4500;

/** Longest wait in ms for this tab's token, and then for those of the others. */
const OWN = 5_000;
const OTHERS = 2_000;

const end = (token: string) => claims(token).exp ?? Infinity;

/**
 * The network of a tab as long as it leads. One that was frozen, and does not lead any more, neither
 * connects nor sends.
 *
 * @param deposed called in a later task, once it is seen that another tab leads, or had the session
 * @param others asks the other tabs for tokens of the same user
 */
export function guardedWire(
  base: Wire,
  isCurrent: () => boolean,
  deposed: () => void,
  others: () => Promise<string | undefined>[],
): Wire {
  let last: string | undefined;

  function mayNot(): boolean {
    const not = !isCurrent();
    if (not) {
      base.after(0, deposed);
    }
    return not;
  }

  /** Waits for answers, some of which may never come. */
  async function inTime<T>(answers: Promise<T>[]): Promise<T[]> {
    const all: T[] = [];
    const taken = Promise.all(answers.map((answer) => answer.then((one) => all.push(one))));
    await new Promise<void>((done) => {
      const stop = base.after(OTHERS, done);
      taken.finally(() => (stop(), done()));
    });
    return all;
  }

  /** Returns this tab's token, or that of another tab if there is none, none newer, or it is over. */
  async function token(): Promise<string> {
    let own: string | undefined;
    let failure: unknown = new Error("no token in time");
    await new Promise<void>((done) => {
      const stop = base.after(OWN, done);
      base
        .token()
        .then((token) => (own = token), (why) => (failure = why))
        .finally(() => (stop(), done()));
    });
    if (own && own != last && end(own) * 1_000 > base.wall()) {
      return own;
    }
    const all = [...(await inTime(others())), own].filter((one) => one && one != last) as string[];
    const best = all.sort((one, other) => end(other) - end(one))[0] ?? own;
    if (best == undefined) {
      throw failure;
    }
    return best;
  }

  return {
    ...base,

    async token() {
      return (last = await token());
    },

    open(url, to): Socket {
      if (mayNot()) {
        return { send() {}, close() {} };
      }
      const closed: SocketEvents["closed"] = (code, ...why) =>
        code == REPLACED ? deposed() : to.closed(code, ...why);
      const socket = base.open(url, { ...to, closed });
      return { ...socket, send: (text) => mayNot() || socket.send(text) };
    },
  };
}
