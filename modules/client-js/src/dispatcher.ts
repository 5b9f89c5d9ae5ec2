import { obtain } from "./maps.js";
import { Bounds, Cursor, Gap, HoldfastEvent } from "./types.js";

type Result = unknown;

export type EventHandler<T = any> = (data: T, event: HoldfastEvent<T>) => Result;

interface Handlers {
  events: Set<{ name: string; handler: EventHandler }>;
  gaps: Set<(gap: Gap) => Result>;
  ends: Set<(code: string) => Result>;
}

interface Item {
  call(handlers: Handlers): (() => Result)[];
  characters: number;
  cursor?: Cursor;
}

interface Queue {
  items: Item[];
  characters: number;
  busy?: boolean;
  /** Whether an item was refused because the queue was full. */
  refused?: boolean;
}

/** Reports what a handler threw as an uncaught error of its own, which stops nothing else. */
function report(failure: unknown) {
  if (typeof reportError == "function") {
    reportError(failure);
  } else {
    console.error(failure);
  }
}

/** Returns a call for each member of a set. */
export const calls = <T>(all: Set<T>, call: (one: T) => Result) =>
  [...all].map((one) => () => call(one));

/** Calls handlers, each of which may throw; returns what has to be waited for. */
export function callAll(calls: (() => Result)[]): PromiseLike<void>[] {
  const waits: PromiseLike<void>[] = [];
  for (const call of calls) {
    try {
      const result = call() as any;
      if (typeof result?.then == "function") {
        waits.push(result.then(() => {}, report));
      }
    } catch (failure) {
      report(failure);
    }
  }
  return waits;
}

/**
 * Calls the application's handlers: in each channel one event after the other, the next when the
 * promises of the one before are settled. Channels do not wait for each other.
 */
export function dispatcher(
  bounds: Bounds,
  handled: (channel: string, at: Cursor) => void,
  caughtUp: (channel: string) => void,
) {
  const byName = new Map<string, Handlers>();
  const queues = new Map<string, Queue>();
  /** Channels of an earlier page that no handler has asked for yet: their events wait. */
  const expected = new Set<string>();

  const of = (name: string): Handlers =>
    obtain(byName, name, () => ({ events: new Set(), gaps: new Set(), ends: new Set() }));

  /** Those of a channel; `user` and `session` stand for the session's own. */
  const handlersOf = (channel: string) =>
    [channel, /^(user|session):/.exec(channel)?.[1] ?? ""].flatMap((name) => byName.get(name) ?? []);

  function put(channel: string, item: Item): boolean {
    const queue = obtain(queues, channel, () => ({ items: [], characters: 0 }));
    const { items } = queue;
    if (
      items.length &&
      (items.length >= bounds.events || queue.characters + item.characters > bounds.characters)
    ) {
      queue.refused = true;
      return false;
    }
    items.push(item);
    queue.characters += item.characters;
    work(channel, queue);
    return true;
  }

  async function work(channel: string, queue: Queue) {
    if (queue.busy) {
      return;
    }
    queue.busy = true;
    const { items } = queue;
    while (items[0] && !expected.has(channel) && queues.get(channel) == queue) {
      const waits = callAll(handlersOf(channel).flatMap(items[0].call));
      if (waits.length) {
        await Promise.all(waits);
      }
      const { cursor, characters } = items.shift()!;
      queue.characters -= characters;
      if (cursor && queues.get(channel) == queue) {
        handled(channel, cursor);
      }
      if (
        queue.refused &&
        items.length <= bounds.events / 2 &&
        queue.characters <= bounds.characters / 2
      ) {
        queue.refused = false;
        caughtUp(channel);
      }
    }
    queue.busy = false;
    if (!items.length && queues.get(channel) == queue) {
      queues.delete(channel);
    }
  }

  return {
    of,

    /** Lets the events of a channel wait for its first handler. */
    expect(channel: string) {
      if (!byName.get(channel)?.events.size) {
        expected.add(channel);
      }
    },

    /** Returns the channels that still wait for a handler, and waits no longer. */
    unclaimed(): string[] {
      const left = [...expected];
      expected.clear();
      return left;
    },

    /** Notes that a channel has a handler: what waits is handled, behind the caller. */
    claim(channel: string) {
      const queue = queues.get(channel);
      if (expected.delete(channel) && queue) {
        queueMicrotask(() => work(channel, queue));
      }
    },

    /** Drops what waits of a channel. */
    forget: (channel: string) => queues.delete(channel),

    /** Returns false if there is no room. */
    event: (event: HoldfastEvent, characters: number) =>
      put(event.channel, {
        characters,
        cursor: event.cursor,
        call: ({ events }) =>
          calls(events, ({ name, handler }) => {
            if (name == "*" || name == event.event) {
              return handler(event.data, event);
            }
          }),
      }),

    gap: (gap: Gap) =>
      put(gap.channel, {
        characters: 0,
        cursor: gap.to,
        call: ({ gaps }) => calls(gaps, (handler) => handler(gap)),
      }),

    unsubscribed(channel: string, code: string) {
      callAll(handlersOf(channel).flatMap(({ ends }) => calls(ends, (handler) => handler(code))));
    },
  };
}
