import { bytes, Calls, FRAME_LIMIT, members } from "./calls.js";
import { queueFull } from "./frames.js";
import { Cursor, From, HoldfastError, Times } from "./types.js";
import { alarm, Wire } from "./wire.js";

const LONGEST_RETRY = 5_000;

/** Most that wait for an answer; a server allows fewer channels for one session. */
const MOST = 1_000;

/** Returns the client's own wait before the n-th repetition. */
export const retryWait = (times: Times, tries: number) =>
  Math.min(LONGEST_RETRY, times.retry * 2 ** tries);

/** A promise to be kept; if it is broken, nobody has to listen. */
export function promised<T>() {
  let resolve!: (value: T) => void;
  let reject!: (failure: unknown) => void;
  const answer = new Promise<T>((...both) => ([resolve, reject] = both));
  answer.catch(() => {});
  return { answer, resolve, reject };
}

/**
 * Subscriptions and unsubscriptions that are not answered yet. They are asked on each connection
 * until they are, those of one channel one after the other, so that a repetition keeps their order.
 *
 * @param done returns the last position of a channel that is handled, behind which it goes on
 */
export function questions(
  wire: Wire,
  calls: Calls,
  times: Times,
  done: (channel: string) => Cursor | undefined,
) {
  type Question = ReturnType<typeof question>;
  const byChannel = new Map<string, Question[]>();
  let count = 0;

  function question(type: string, channel: string, from?: From, token?: string) {
    const rest = () => members({ channel, from: from && (done(channel) ?? from), token });
    return { type, channel, rest, ...promised<any>(), retry: alarm(wire), tries: 0 };
  }

  function ask(type: string, channel: string, from?: From, token?: string): Promise<any> {
    const asked = question(type, channel, from, token);
    const failure =
      count >= MOST ? queueFull(count) : calls.tooLarge(bytes(asked.rest()), FRAME_LIMIT);
    if (failure) {
      asked.reject(failure);
      return asked.answer;
    }
    count++;
    const queue = byChannel.get(channel);
    if (queue) {
      queue.push(asked);
    } else {
      byChannel.set(channel, [asked]);
      send(asked);
    }
    return asked.answer;
  }

  function send(asked: Question) {
    calls.send(asked.type, asked.rest(), {
      answered(data) {
        next(asked);
        asked.resolve(data);
      },
      refused(failure) {
        if (failure.retryable) {
          asked.retry.set(retryWait(times, asked.tries++), () => send(asked));
        } else {
          next(asked);
          if (asked.type == "subscribe" && failure.code == "conflict") {
            asked.resolve({});
          } else {
            asked.reject(failure);
          }
        }
      },
    });
  }

  function next({ channel }: Question) {
    const queue = byChannel.get(channel)!;
    queue.shift();
    count--;
    if (queue[0]) {
      send(queue[0]);
    } else {
      byChannel.delete(channel);
    }
  }

  return {
    subscribe: (channel: string, from: From, token?: string) =>
      ask("subscribe", channel, from, token),

    /** If an unsubscription of the channel waits already, its answer is this one's, too. */
    unsubscribe(channel: string) {
      const last = byChannel.get(channel)?.at(-1);
      return last?.type == "unsubscribe" ? last.answer : ask("unsubscribe", channel);
    },

    /** Returns whether an unsubscription is unanswered: the channel's events are not wanted. */
    leaves: (channel: string) =>
      !!byChannel.get(channel)?.some(({ type }) => type == "unsubscribe"),

    connected: () => byChannel.forEach((queue) => send(queue[0]!)),
    disconnected: () => byChannel.forEach((queue) => queue[0]!.retry.cancel()),

    fail(reason: HoldfastError) {
      const open = [...byChannel.values()].flat();
      byChannel.clear();
      count = 0;
      open.forEach((asked) => asked.reject(reason));
    },
  };
}
