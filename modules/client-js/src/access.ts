import { promised } from "./questions.js";
import { From, HoldfastError, Times } from "./types.js";
import { alarm, Wire } from "./wire.js";

/** Returns a token for a channel; none: the channel is not for this client. */
export type ChannelToken = () => string | null | undefined | Promise<string | null | undefined>;

/** The most ms before the end of a token at which another one is asked for. */
const AHEAD = 30_000;

/** Attempts of a first subscription whose tokens are refused as not valid: they may be old. */
const MOST_STALE = 3;

export type Access = ReturnType<typeof access>;

/**
 * Reads a channel by channel tokens: asks the application for one before the channel is read, before
 * each ends, and when the server has ended the reading. Where that goes on is the session's to know.
 *
 * @param subscribe resolves to the server's answer
 * @param ended reports a refusal after the first answer
 */
export function access(
  wire: Wire,
  times: Times,
  token: ChannelToken,
  subscribe: (from: From, token: string) => Promise<any>,
  ended: (code: string) => void,
) {
  const timer = alarm(wire);
  let wanted = false;
  /** Whether it was read, and whether it is. */
  let began: boolean;
  let reads: boolean;
  let from: From;
  let first = promised<void>();
  /** Failures and losses since a token was renewed in time. */
  let tries: number;
  /** What comes of an earlier one counts no more. */
  let round = 0;

  /** Asks after a wait that grows. */
  function later() {
    timer.set(tries && wire.random() * Math.min(20_000, 250 * 2 ** tries), ask);
  }

  function again() {
    tries++;
    later();
  }

  function renew() {
    tries = 0;
    ask();
  }

  /** Asks no more. Who waits for the first answer gets the failure. */
  function end(failure: unknown) {
    timer.cancel();
    round++;
    wanted = false;
    first.reject(failure);
  }

  async function ask() {
    const of = ++round;
    timer.set(times.attempt, again); // For a function that hangs.
    let given;
    let failed;
    try {
      given = await token();
    } catch {
      failed = true;
    }
    if (of == round) {
      timer.cancel();
      if (failed) {
        again();
      } else {
        show(of, given);
      }
    }
  }

  async function show(of: number, given?: string | null) {
    let left;
    let failure: any;
    try {
      if (given == undefined) {
        throw new HoldfastError("forbidden", "the application has no token");
      }
      left = Object(await subscribe(from, given)).expiresIn;
    } catch (e) {
      failure = e;
    }
    if (of != round) {
      return;
    }
    if (!failure) {
      reads = began = true;
      first.resolve();
      if (left > 0) {
        timer.set(left - Math.min(AHEAD, left / 5), renew);
      }
    } else if (/^(unauthorized|revoked)$/.test(failure.code) && (began || tries < MOST_STALE)) {
      again();
    } else if (!reads) {
      // Else the server ends the reading, with the token that is in force.
      end(failure);
      if (began) {
        ended(failure.code);
      }
    }
  }

  return {
    /** Begins to read. Resolves when a token is in force; rejects if there is none. */
    begin(at: From): Promise<void> {
      from = at;
      wanted = true;
      began = reads = false;
      first = promised();
      renew();
      return first.answer;
    },

    end,

    /** Notes that the server has ended the reading as forbidden; returns whether it goes on. */
    goesOn(): boolean {
      if (wanted) {
        round++;
        reads = false;
        later();
        tries++;
      }
      return wanted;
    },
  };
}
