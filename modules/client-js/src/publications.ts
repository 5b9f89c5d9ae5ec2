import { bytes, Calls, members, withData } from "./calls.js";
import { Frame, json, millis, position, queueFull, unknown, whole } from "./frames.js";
import { line, Line, Unanswered } from "./line.js";
import { obtain } from "./maps.js";
import { promised } from "./questions.js";
import { Bounds, HoldfastError, HoldfastEvent, Publication, Stored, Times } from "./types.js";
import { Wire } from "./wire.js";

/** Most publications that a later page takes over, and characters of their data. */
const MOST_KEPT = 100;
const MOST_KEPT_CHARACTERS = 1 << 20;

/** Most positions of own publications whose events have not come. */
const MOST_OWN = 1_000;

/** So far beyond any number that the server names the one that it expects. */
const FAR = 2 ** 40;

/** A publication as an earlier page left it: id, channel, event, data and number. */
export type Kept = [id: string, channel: string, event: string, data: unknown, n: number];

/**
 * A session's durable publications: numbered per channel, kept while unanswered, and sent again in
 * order, so that each is stored once.
 */
export function publications(
  wire: Wire,
  calls: Calls,
  times: Times,
  bounds: Bounds,
  changed: () => void,
) {
  const lines = new Map<string, Line>();
  /** Where own publications are stored whose events have not come. */
  const own = new Set<string>();
  let count = 0;
  let size = 0;

  const all = () => [...lines.values()].flatMap(({ unanswered }) => unanswered);

  const of = (channel: string) => obtain(lines, channel, () => line(wire, times));

  function unanswered(
    id: string,
    channel: string,
    event: string,
    text: string,
    persist: boolean,
  ): Unanswered {
    const { answer: stored, resolve, reject } = promised<Stored>();
    return {
      line: of(channel),
      publication: { id, channel, event, data: JSON.parse(text), state: "waiting", stored },
      text,
      size: bytes(withData({ channel, event }, text)),
      persist,
      n: 0,
      sendings: 0,
      resolve,
      reject,
    };
  }

  function bound({ size: more, text, persist }: Unanswered): HoldfastError | undefined {
    if (count >= bounds.publications || size + more > bounds.bytes) {
      return queueFull(count);
    }
    const kept = persist ? all().filter((one) => one.persist) : [];
    const characters = kept.reduce((sum, one) => sum + one.text.length, text.length);
    return kept.length >= MOST_KEPT || (persist && characters > MOST_KEPT_CHARACTERS)
      ? queueFull(kept.length)
      : undefined;
  }

  /** @param refusals see {@link Line.closeUp}; none if its number is not free */
  function remove(one: Unanswered, refusals?: number) {
    if (one.line.remove(one)) {
      count--;
      size -= one.size;
      if (refusals != undefined) {
        one.line.closeUp(one, refusals);
      }
      changed();
    }
  }

  function stored(one: Unanswered, answer: Stored) {
    one.publication.state = "stored"; // First, as it is looked at when the change is reported.
    remove(one);
    if (answer.cursor) {
      own.add(place(one.publication.channel, answer.cursor));
      if (own.size > MOST_OWN) {
        own.delete(own.values().next().value!);
      }
    }
    one.resolve(answer);
  }

  function drop(one: Unanswered, failure: HoldfastError, refusals?: number) {
    one.publication.state = "failed";
    remove(one, refusals);
    one.reject(failure);
  }

  function send(one: Unanswered) {
    const { channel, event } = one.publication;
    const rest = withData({ channel, event }, one.text) + members({ n: one.n });
    const id = calls.send("publish", rest, {
      answered: (data) => answered(one, Object(data)),
      refused(failure, error) {
        // Only an error to the last sending counts.
        if (id == one.frame && one.line.unanswered.includes(one) && failure.code != "fenced") {
          refused(one, failure, error);
        }
      },
    });
    if (id) {
      one.frame = id;
      one.sendings++;
    }
  }

  function sendAll(one: Line) {
    if (calls.isConnected()) {
      one.release();
      [...one.unanswered].forEach(send);
    }
  }

  function hold(held: Line, wait: number) {
    held.hold(wait, () => sendAll(held));
  }

  function outOfSequence(one: Unanswered, expected: number) {
    const { line } = one;
    const first = line.unanswered[0]!;
    if (expected == first.n) {
      hold(line, 0);
      return;
    }
    if (expected > first.n) {
      for (const below of line.unanswered.filter(({ n }) => n < expected)) {
        stored(below, { duplicate: true });
      }
    } else if (one == first) {
      line.renumber(expected);
      changed();
    } else {
      return; // The answer to the first decides.
    }
    sendAll(line);
  }

  /** A reply to any sending means: it is stored. */
  function answered(one: Unanswered, data: Frame) {
    const { line } = one;
    line.progress();
    const duplicate = data.duplicate === true;
    if (duplicate && line.restored && one.sendings == 1) {
      // Its number was taken before it was sent: an earlier page's last state was lost.
      line.renumber(one.n + FAR);
      sendAll(line);
      return;
    }
    line.restored &&= duplicate;
    const cursor = data.epoch === undefined ? undefined : position(data);
    stored(one, cursor ? { cursor, duplicate } : { duplicate });
  }

  function refused(one: Unanswered, failure: HoldfastError, error: Frame) {
    const { line } = one;
    if (failure.code == "out_of_sequence" && error.expected !== undefined) {
      outOfSequence(one, whole(error, "expected", 1));
    } else if (failure.retryable) {
      hold(line, millis(error.retryAfter));
    } else {
      const behind = line.behind(one.n);
      drop(one, failure, 1);
      if (!line.held) {
        behind.forEach(send);
      }
    }
  }

  const disconnected = () => lines.forEach((each) => each.release());

  return {
    /**
     * Publishes. What a later page needs is reported as changed before the frame is sent.
     *
     * @param refused the reason if nothing is taken any more
     */
    publish(
      channel: string,
      event: string,
      data: unknown,
      id: string,
      persist: boolean,
      refused?: HoldfastError,
    ): Publication {
      let text = "null";
      let failure = refused;
      try {
        text = json(data);
      } catch (e) {
        failure = new HoldfastError("bad_request", String(e));
      }
      const one = unanswered(id, channel, event, text, persist);
      failure ??= calls.tooLarge(one.size) ?? bound(one);
      if (failure) {
        drop(one, failure);
        return one.publication;
      }
      count++;
      size += one.size;
      one.n = one.line.take();
      one.line.unanswered.push(one);
      changed();
      if (!one.line.held) {
        send(one);
      }
      return one.publication;
    },

    /**
     * Sends all that is unanswered.
     *
     * @param sameSession false if it is a new session, whose numbers begin at 1
     */
    connected(sameSession: boolean) {
      if (!sameSession) {
        for (const [channel, each] of lines) {
          each.restored = false;
          each.renumber(1);
          if (!each.unanswered.length) {
            lines.delete(channel);
          }
        }
      }
      // They fitted another node; here they could end the session.
      for (const one of all()) {
        const failure = calls.tooLarge(one.size);
        if (failure) {
          drop(one, failure, 0);
        }
      }
      changed();
      [...lines.values()].forEach(sendAll);
    },

    disconnected,

    /** Fails all: the client does not come back, or not as this user. */
    fail(reason: HoldfastError) {
      disconnected();
      all().forEach((one) => drop(one, reason));
    },

    waiting: () => all().map(({ publication }) => publication),

    /**
     * Returns whether this session published the event. If the answer was lost with a connection,
     * the content decides.
     */
    isOwn({ channel, cursor, event, data, user }: HoldfastEvent, me?: string): boolean {
      if (!cursor || !user || user != me) {
        return false;
      }
      return (
        own.delete(place(channel, cursor)) ||
        !!lines
          .get(channel)
          ?.unanswered.some(
            (one) => one.sendings > 0 && one.publication.event == event && one.text == json(data),
          )
      );
    },

    /** Returns the next number of each channel. */
    numbers: () => Object.fromEntries([...lines].map(([channel, each]) => [channel, each.next()])),

    /** Returns what a later page takes over. */
    kept: (): Kept[] =>
      all()
        .filter(({ persist }) => persist)
        .map(({ publication: { id, channel, event, data }, n }) => [id, channel, event, data, n]),

    /**
     * Goes on as an earlier page of this session, or as one that had the session meanwhile.
     *
     * @param kept what it has left unanswered; none if that is not known
     */
    restore(numbers: Record<string, number>, kept?: Kept[]) {
      const mine = all();
      const has = (id: string) => mine.find((one) => one.publication.id == id);
      lines.clear();
      for (const channel in numbers) {
        lines.set(channel, line(wire, times, numbers[channel]));
      }
      const left = new Set<Unanswered>();
      for (const [id, channel, event, data, n] of kept ?? []) {
        let one = has(id);
        if (!one) {
          one = unanswered(id, channel, event, json(data), true);
          count++;
          size += one.size;
        }
        one.line = of(channel);
        one.n = n;
        one.sendings = 1; // It may have been sent.
        one.line.takeOver(one);
        left.add(one);
      }
      for (const one of mine) {
        if (left.has(one)) {
          continue;
        }
        if (!one.sendings) {
          one.line = of(one.publication.channel);
          one.n = one.line.take();
          one.line.unanswered.push(one);
        } else if (one.persist && kept) {
          stored(one, { duplicate: true }); // The other page got its answer.
        } else {
          drop(one, unknown("disconnected"));
        }
      }
    },
  };
}

const place = (channel: string, [epoch, seq]: [string, number]) => `${channel} ${epoch}:${seq}`;
