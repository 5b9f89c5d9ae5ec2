import { isCovered } from "../frames.js";
import type { Cursor } from "../types.js";

/** Most characters of frames that are kept for tabs that come later, of all channels. */
export const RING_CHARACTERS = 1 << 20;

/** Most of these frames. */
const RING_FRAMES = 5_000;

interface Entry {
  channel: string;
  cursor: Cursor;
  text: string;
}

/** The last frames of the channels. What is in it has no holes, from a channel's floor on. */
export function ring() {
  let entries: Entry[] = [];
  let first = 0;
  let characters = 0;
  const floors = new Map<string, Cursor>();

  function shrink() {
    while (characters > RING_CHARACTERS || entries.length - first > RING_FRAMES) {
      const { channel, cursor, text } = entries[first++]!;
      characters -= text.length;
      floors.set(channel, cursor);
    }
    if (first > RING_FRAMES) {
      entries = entries.slice(first);
      first = 0;
    }
  }

  return {
    /** Notes that a channel is known without holes from here on. */
    begin(channel: string, at: Cursor) {
      if (!floors.has(channel)) {
        floors.set(channel, at);
      }
    },

    has: (channel: string) => floors.has(channel),

    add(channel: string, cursor: Cursor, text: string) {
      entries.push({ channel, cursor, text });
      characters += text.length;
      shrink();
    },

    /** Forgets a channel. */
    drop(channel: string) {
      floors.delete(channel);
      entries = entries.slice(first).filter((entry) => entry.channel != channel);
      first = 0;
      characters = entries.reduce((sum, { text }) => sum + text.length, 0);
    },

    floor: (channel: string) => floors.get(channel),

    /** Returns the frames behind a position; none if something before them is missing. */
    after(channel: string, at: Cursor): Entry[] | undefined {
      const all = entries.slice(first).filter((entry) => entry.channel == channel);
      const floor = floors.get(channel);
      const last = all.map(({ cursor }) => isCovered(cursor, at)).lastIndexOf(true);
      return last >= 0 || (floor && isCovered(floor, at)) ? all.slice(last + 1) : undefined;
    },
  };
}
