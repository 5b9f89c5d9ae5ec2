import type { ClientSession } from "../session.js";
import { HoldfastError, type Publication } from "../types.js";

/** Most unanswered publications that go over the one connection; they are kept in the storage. */
const WINDOW = 90;

/** Characters of their data. */
const WINDOW_CHARACTERS = 900_000;

/** Most publications of a tab that wait for that. */
const QUEUE = 200;

/** Most tabs whose last numbers are kept, and refusals that no tab has heard of. */
const MOST_TABS = 64;
const MOST_REFUSALS = 256;

interface Waiting {
  n: number;
  frame: string;
  event: string;
  data: unknown;
}

/** The publications of one tab in one channel. */
interface Line {
  /** The last number that has gone to the session. */
  last: number;
  queue: Waiting[];
}

/** The last number of each channel, by tab. */
export type Numbers = Record<string, Record<string, number>>;

/** Marks the code of a refusal that takes the place of a position. */
export const REFUSED = "!";

/**
 * The publications of all tabs, in the order of each tab, as publications of one session. What has
 * gone to the session is known by tab, channel and number: the next leader does not send it again.
 *
 * @param reply answers a frame of a tab
 */
export function publishing(
  session: () => ClientSession,
  reply: (tab: string, frame: string, data: object) => void,
) {
  const tabs = new Map<string, Map<string, Line>>();
  /** The frames that wait for the answer to what is in the session. */
  const frames = new Map<string, string>();
  const refusals = new Map<string, object>();
  let turn = 0;
  let count = 0;
  let characters = 0;

  const id = (tab: string, channel: string, n: number) => `${tab} ${n} ${channel}`;

  function of(tab: string, channel: string): Line {
    const lines = tabs.get(tab)!;
    let line = lines.get(channel);
    if (!line) {
      lines.set(channel, (line = { last: 0, queue: [] }));
    }
    return line;
  }

  function settled(key: string, data: object) {
    const tab = key.split(" ", 1)[0]!;
    const frame = frames.get(key);
    frames.delete(key);
    if ("epoch" in data && String(data.epoch).startsWith(REFUSED)) {
      refusals.set(key, data);
      if (refusals.size > MOST_REFUSALS) {
        refusals.delete(refusals.keys().next().value!);
      }
    }
    if (frame) {
      reply(tab, frame, data);
    }
    pump();
  }

  function follow({ id: key, data, stored }: Publication) {
    const size = JSON.stringify(data ?? null).length;
    const done = (answer: object) => {
      count--;
      characters -= size;
      settled(key, answer);
    };
    count++;
    characters += size;
    stored.then(
      ({ cursor, duplicate }) =>
        done(cursor ? { epoch: cursor[0], seq: cursor[1], duplicate } : { duplicate }),
      ({ code, message }: HoldfastError) => {
        if (code != "stopped") {
          done({ epoch: REFUSED + message, seq: 0, duplicate: false });
        }
      },
    );
  }

  /** Gives what waits to the session, one of each tab and channel in turn. */
  function pump() {
    for (;;) {
      const all = [...tabs].flatMap(([tab, lines]) =>
        [...lines].filter(([, { queue }]) => queue.length).map(([name, line]) => ({ tab, name, line })),
      );
      if (!all.length || count >= WINDOW || characters > WINDOW_CHARACTERS) {
        return;
      }
      const { tab, name, line } = all[turn++ % all.length]!;
      const { n, frame, event, data } = line.queue.shift()!;
      const key = id(tab, name, n);
      line.last = n; // First: what is kept of the session has the publication and its number.
      frames.set(key, frame);
      follow(session().publish(name, event, data, key, true));
    }
  }

  return {
    pump,

    /** Takes a tab's publication; returns the error if it can't be taken now. */
    publish(tab: string, channel: string, n: number, frame: string, event: string, data: unknown) {
      const line = of(tab, channel);
      const { last, queue } = line;
      const key = id(tab, channel, n);
      if (n <= last) {
        if (session().waiting().some((one) => one.id == key)) {
          frames.set(key, frame);
        } else {
          reply(tab, frame, refusals.get(key) ?? { duplicate: true });
        }
      } else if (n <= last + queue.length) {
        queue[n - last - 1]!.frame = frame;
      } else if (n > last + queue.length + 1) {
        return { code: "out_of_sequence", expected: last + queue.length + 1 };
      } else if (queue.length >= QUEUE) {
        return { code: "rate_limited", retryable: true };
      } else {
        queue.push({ n, frame, event, data });
        pump();
      }
      return undefined;
    },

    knows: (tab: string) => tabs.has(tab),

    /** Notes that a tab is there. */
    add(tab: string) {
      const lines = tabs.get(tab) ?? new Map<string, Line>();
      tabs.delete(tab);
      tabs.set(tab, lines);
    },

    /** Drops what waits of a tab: it sends that again when it is back. Old ones are forgotten. */
    left(tab: string, present: (tab: string) => boolean) {
      tabs.get(tab)?.forEach((line) => (line.queue = []));
      for (const name of [...tabs.keys()].filter((each) => !present(each))) {
        if (tabs.size > MOST_TABS) {
          tabs.delete(name);
        }
      }
    },

    save: (): Numbers =>
      Object.fromEntries(
        [...tabs].map(([tab, lines]) => [
          tab,
          Object.fromEntries([...lines].map(([name, { last }]) => [name, last])),
        ]),
      ),

    /** Goes on as the leader before. */
    restore(numbers: Numbers) {
      for (const tab in numbers) {
        this.add(tab);
        for (const channel in numbers[tab]) {
          of(tab, channel).last = Math.max(of(tab, channel).last, numbers[tab]![channel]!);
        }
      }
      session().waiting().forEach(follow);
    },
  };
}
