import { json } from "../frames.js";
import type { ClientSession } from "../session.js";
import { HoldfastError, type Publication } from "../types.js";

/** Most unanswered publications that go over the one connection; they are kept in the storage. */
const WINDOW = 90;

/** Characters of their data. */
const WINDOW_CHARACTERS = 900_000;

/** Most publications of a tab that wait for that, and characters of their data. */
const QUEUE = 200;
const QUEUE_CHARACTERS = 1 << 20;

/** Most tabs whose last numbers are kept, and refusals of which a tab may not have heard. */
const MOST_TABS = 64;
const MOST_REFUSALS = 128;

/** Longest text of a refusal. */
const LONGEST_REFUSAL = 300;

/** Marks the code of a refusal that takes the place of a position. */
export const REFUSED = "!";

const refusal = (text: string) => ({
  epoch: REFUSED + text.slice(0, LONGEST_REFUSAL),
  seq: 0,
  duplicate: false,
});

const UNKNOWN = "no_answer: the outcome is unknown";

/** A connection of a tab, to which answers go; those of one that is closed go nowhere. */
export interface Asker {
  tab: string;
}

interface Frame<A> {
  asker: A;
  id: string;
}

interface Waiting<A> {
  n: number;
  frame: Frame<A>;
  event: string;
  data: unknown;
  size: number;
}

/** The publications of one tab in one channel. */
interface Line<A> {
  /** The last number that has gone to the session. */
  last: number;
  /** The last number that was refused, and of which that is no longer known. */
  forgotten: number;
  queue: Waiting<A>[];
}

/** What the next leader has to know: by tab and channel the last numbers; and the refusals. */
export interface Numbers {
  tabs: Record<string, Record<string, [last: number, forgotten: number]>>;
  refusals: Record<string, string>;
}

/**
 * The publications of all tabs, in the order of each tab, as publications of one session. What has
 * gone to the session is known by tab, channel and number: the next leader does not send it again.
 *
 * @param reply answers a frame
 * @param changed called before a refusal is answered, which {@link save} has then
 */
export function publishing<A extends Asker>(
  session: () => ClientSession,
  reply: (asker: A, frame: string, data: object) => void,
  changed: () => void,
) {
  const tabs = new Map<string, Map<string, Line<A>>>();
  /** The frames that wait for the answer to what is in the session. */
  const frames = new Map<string, Frame<A>>();
  /** What is in the session, or was and has not settled here. */
  const followed = new Map<string, Publication>();
  const refusals = new Map<string, string>();
  let turn = 0;
  let count = 0;
  let characters = 0;

  const id = (tab: string, channel: string, n: number) => `${tab} ${n} ${channel}`;

  function of(tab: string, channel: string): Line<A> {
    const lines = tabs.get(tab)!;
    let line = lines.get(channel);
    if (!line) {
      lines.set(channel, (line = { last: 0, forgotten: 0, queue: [] }));
    }
    return line;
  }

  function refused(key: string, text: string) {
    refusals.set(key, text.slice(0, LONGEST_REFUSAL));
    if (refusals.size > MOST_REFUSALS) {
      const oldest = refusals.keys().next().value!;
      refusals.delete(oldest);
      const [, tab, n, channel] = /^(\S+) (\d+) (.*)$/s.exec(oldest)!;
      const line = tabs.get(tab!)?.get(channel!);
      if (line) {
        line.forgotten = Math.max(line.forgotten, Number(n));
      }
    }
    changed();
  }

  function follow(publication: Publication) {
    const { id: key, data, stored } = publication;
    const size = json(data).length;
    count++;
    characters += size;
    followed.set(key, publication);
    const settled = (answer: object) => {
      count--;
      characters -= size;
      followed.delete(key);
      const frame = frames.get(key);
      frames.delete(key);
      if (frame) {
        reply(frame.asker, frame.id, answer);
      }
      pump();
    };
    stored.then(
      ({ cursor, duplicate }) =>
        settled(cursor ? { epoch: cursor[0], seq: cursor[1], duplicate } : { duplicate }),
      ({ code, message }: HoldfastError) => {
        if (code != "stopped") {
          refused(key, message);
          settled(refusal(message));
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
      const found = all[turn % all.length];
      const next = found?.line.queue[0];
      if (!next || count >= WINDOW || (count && characters + next.size > WINDOW_CHARACTERS)) {
        return;
      }
      turn++;
      const { tab, name, line } = found;
      line.queue.shift();
      const { n, frame, event, data } = next;
      const key = id(tab, name, n);
      line.last = n; // First: what is kept of the session has the publication and its number.
      frames.set(key, frame);
      follow(session().publish(name, event, data, key, true));
    }
  }

  /** Answers what has gone to the session before. */
  function again(key: string, line: Line<A>, n: number, frame: Frame<A>) {
    const known = refusals.get(key) ?? (n <= line.forgotten ? UNKNOWN : undefined);
    if (followed.has(key)) {
      frames.set(key, frame);
    } else {
      reply(frame.asker, frame.id, known ? refusal(known) : { duplicate: true });
    }
  }

  function isFull(tab: string, more: number): boolean {
    const waiting = [...tabs.get(tab)!.values()].flatMap(({ queue }) => queue);
    const sum = waiting.reduce((all, { size }) => all + size, more);
    return waiting.length >= QUEUE || (waiting.length > 0 && sum > QUEUE_CHARACTERS);
  }

  return {
    /** Takes a tab's publication; returns the error if it can't be taken now. */
    publish(asker: A, channel: string, n: number, id_: string, event: string, data: unknown) {
      const { tab } = asker;
      const line = of(tab, channel);
      const { last, queue } = line;
      const frame = { asker, id: id_ };
      const size = json(data).length;
      if (n <= last) {
        again(id(tab, channel, n), line, n, frame);
      } else if (n <= last + queue.length) {
        queue[n - last - 1]!.frame = frame;
      } else if (n > last + queue.length + 1) {
        return { code: "out_of_sequence", expected: last + queue.length + 1 };
      } else if (isFull(tab, size)) {
        return { code: "rate_limited", retryable: true };
      } else {
        queue.push({ n, frame, event, data, size });
        pump();
      }
      return undefined;
    },

    knows: (tab: string) => tabs.has(tab),

    /** Notes that a tab is there. */
    add(tab: string) {
      const lines = tabs.get(tab) ?? new Map<string, Line<A>>();
      tabs.delete(tab);
      tabs.set(tab, lines);
    },

    /**
     * Drops what waits for a connection that is closed: the tab sends that again when it is back,
     * and no answer finds a frame of its next page. Tabs that are gone for long are forgotten.
     */
    left(asker: A, present: (tab: string) => boolean) {
      for (const [key, frame] of frames) {
        if (frame.asker == asker) {
          frames.delete(key);
        }
      }
      tabs.get(asker.tab)?.forEach((line) => (line.queue = []));
      for (const name of [...tabs.keys()].filter((each) => !present(each))) {
        if (tabs.size > MOST_TABS) {
          tabs.delete(name);
        }
      }
    },

    save(): Numbers {
      const lost = [...followed].filter(([, { state }]) => state == "failed");
      return {
        tabs: Object.fromEntries(
          [...tabs].map(([tab, lines]) => [
            tab,
            Object.fromEntries(
              [...lines].map(([name, { last, forgotten }]) => [name, [last, forgotten]]),
            ),
          ]),
        ),
        // Those whose refusal is only about to be known here are no longer in the session.
        refusals: Object.fromEntries([...lost.map(([key]) => [key, UNKNOWN]), ...refusals]),
      };
    },

    /** Goes on as the leader before. */
    restore({ tabs: numbers, refusals: before }: Numbers) {
      for (const tab in numbers) {
        this.add(tab);
        for (const channel in numbers[tab]) {
          const line = of(tab, channel);
          [line.last, line.forgotten] = numbers[tab]![channel]!;
        }
      }
      for (const key in before) {
        refusals.set(key, before[key]!);
      }
      session().waiting().forEach(follow);
    },
  };
}
