import { isCovered, Nonsense } from "./frames.js";
import { obtain } from "./maps.js";
import { Cursor, SessionInfo } from "./types.js";

interface Reading {
  /** Last position that came. */
  received?: Cursor;
  /** Last position that handlers are done with. */
  handled?: Cursor;
  acked?: Cursor;
  live?: boolean;
  /** Whether it can't be read on this connection, but is still the session's. */
  away?: boolean;
  /** Whether the server has ended the reading, which goes on with another token. */
  left?: boolean;
  /** Whether an event was dropped, as too many wait. What follows is dropped, too. */
  behind?: boolean;
}

/** Most channels; a server allows fewer for one session. */
const MOST = 4_096;

/** The channels that a session reads, each with the positions received and handled. */
export function readings() {
  const all = new Map<string, Reading>();
  let own = "session:";

  const of = (channel: string): Reading =>
    obtain(all, channel, () => {
      if (all.size >= MOST) {
        throw new Nonsense("too many channels");
      }
      return {};
    });

  /** Sets the first position: there is nothing before it that handlers have to do. */
  function first(reading: Reading, at: Cursor) {
    reading.received = at;
    reading.handled ??= reading.acked = at;
  }

  const isLive = ({ live, away, left }: Reading) => live || away || left;

  return {
    /** Notes that a connection is welcomed: channels are caught up from here on. */
    welcomed(session: SessionInfo) {
      own = "session:" + session.id;
      for (const [name, reading] of all) {
        reading.live = reading.away = reading.behind = false;
        if (name.startsWith("session:") && name != own) {
          all.delete(name);
        }
      }
    },

    subscribed(channel: string, at: Cursor, recovered: boolean) {
      const reading = of(channel);
      reading.away = reading.left = false;
      if (!reading.received) {
        first(reading, at);
      } else if (recovered && !reading.behind && !isCovered(at, reading.received)) {
        reading.received = at;
      }
    },

    /** Returns whether an event at this position is to be handled; absent if it is volatile. */
    isNew(channel: string, at?: Cursor): boolean {
      const reading = of(channel);
      return !reading.behind && !(at && isCovered(at, reading.received));
    },

    isBehind: (channel: string) => !!all.get(channel)?.behind,

    /** Notes that what comes can't be kept: the channel is read again from where it is now. */
    behind(channel: string, at?: Cursor) {
      of(channel).behind = true;
      of(channel).received = at;
    },

    received: (channel: string) => all.get(channel)?.received,
    done: (channel: string) => all.get(channel)?.handled,

    moved(channel: string, to: Cursor) {
      of(channel).received = to;
    },

    live(channel: string, at: Cursor) {
      const reading = of(channel);
      reading.live = true;
      if (!reading.received) {
        first(reading, at);
      }
    },

    /**
     * Notes that a channel can't be read on this connection.
     *
     * @param left whether it is not the session's any more: its position is for the application's
     *     next subscription
     */
    away(channel: string, left: boolean) {
      const reading = all.get(channel);
      if (reading) {
        reading.away = true;
        reading.left = left;
      }
    },

    forget: (channel: string) => all.delete(channel),
    has: (channel: string) => all.has(channel),
    /** Forgets all channels but those that go on with another token. */
    clear: () => all.forEach(({ left }, name) => left || all.delete(name)),

    allLive: () =>
      ["tenant", own].every((name) => isLive(all.get(name) ?? {})) && [...all.values()].every(isLive),

    /** Returns the channel with this beginning. A session reads one `user:` channel. */
    named: (start: string) => [...all.keys()].find((name) => name.startsWith(start)),

    /** Returns the last position of each channel. */
    cursors(which: "received" | "handled"): Record<string, Cursor> {
      const cursors: Record<string, Cursor> = {};
      for (const [name, reading] of all) {
        const at = reading[which];
        if (at && !(reading.left && which == "received")) {
          cursors[name] = at;
        }
      }
      return cursors;
    },

    /** Takes over the positions that an earlier page had handled, if this one has none. */
    restore(cursors: Record<string, Cursor>) {
      for (const name in cursors) {
        if (!all.has(name)) {
          first(of(name), cursors[name]!);
        }
      }
    },

    /** Returns whether the position moved. */
    handled(channel: string, at: Cursor): boolean {
      const reading = all.get(channel);
      if (!reading || isCovered(at, reading.handled)) {
        return false;
      }
      reading.handled = at;
      return true;
    },

    /** Takes the positions handled since the last time, by channel; none if nothing was. */
    takeUnacked(): Record<string, Cursor> | undefined {
      let moved: Record<string, Cursor> | undefined;
      for (const [name, reading] of all) {
        if (reading.handled && reading.handled != reading.acked) {
          reading.acked = reading.handled;
          (moved ??= {})[name] = reading.handled;
        }
      }
      return moved;
    },
  };
}
