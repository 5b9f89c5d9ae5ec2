/** What a reader has of numbered lines. It is as small as what is missing, however much was read. */
export interface Read {
  /** The next number of each writer, and the numbers below it that have not come. */
  next: Record<string, number>;
  missing: Record<string, number[]>;
  received: number;
  repeated: number;
  reordered: number;
  /** Reports of events that are gone. */
  gapped: number;
  /** A hash of all lines in their order. */
  order: number;
}

/** @param state of an earlier page, which this one goes on from */
export function ledger(state?: Read | null) {
  const read: Read = state ?? {
    ...{ next: {}, missing: {}, received: 0, repeated: 0, reordered: 0, gapped: 0, order: 0 },
  };

  return {
    state: read,

    /** Notes that a line was handled: the writer and its number, from 1. */
    take(by: string, n: number) {
      const next = read.next[by] ?? 1;
      const missing = (read.missing[by] ??= []);
      const late = missing.indexOf(n);
      read.received++;
      for (const character of `${by} ${n}`) {
        read.order = (Math.imul(read.order, 31) + character.charCodeAt(0)) | 0;
      }
      if (n >= next) {
        for (let skipped = next; skipped < n; skipped++) {
          missing.push(skipped);
        }
        read.next[by] = n + 1;
      } else if (late >= 0) {
        missing.splice(late, 1);
        read.reordered++;
      } else {
        read.repeated++;
      }
    },

    gap() {
      read.gapped++;
    },
  };
}

/**
 * Compares what the readers of one channel have.
 *
 * @param said the number of lines of each writer, all of which each reader has to have
 * @returns what was lost, repeated and reordered. A reader whose order is not that of most others
 *     counts as one that is reordered, even if each writer's lines are in order
 */
export function compare(said: Map<string, number>, readers: Read[]) {
  const sum = (count: (read: Read) => number) => readers.reduce((all, read) => all + count(read), 0);
  const orders = new Map<number, number>();
  readers.forEach(({ order }) => orders.set(order, (orders.get(order) ?? 0) + 1));
  const lost = sum((read) =>
    [...said].reduce(
      (all, [by, count]) =>
        all + (read.missing[by]?.length ?? 0) + Math.max(0, count + 1 - (read.next[by] ?? 1)),
      0,
    ),
  );
  const repeated = sum((read) => read.repeated);
  const late = sum((read) => read.reordered);
  const others = readers.length - Math.max(0, ...orders.values());
  return { lost, repeated, reordered: late || lost || repeated ? late : others };
}
