import { isCovered, json, parse } from "../frames.js";
import type { Saved } from "../listener.js";
import type { ClientSession } from "../session.js";
import type { Cursor, From, Gap, HoldfastError, HoldfastEvent } from "../types.js";
import type { Wire } from "../wire.js";
import { ring } from "./ring.js";

/** Between two looks for channels that no tab reads, ms. */
const SWEEP = 30_000;

/** Channels that a session reads without a subscription. */
const isOwn = (channel: string) => /^(tenant$|user:|session:)/.test(channel);

interface Join {
  channel: string;
  from: From;
  /** The frame that asked for it; none if it was the hello. */
  frame?: string;
  /** Whether the channel was read anew for it. */
  again?: boolean;
  /** The ms that are left of the channel token by which it asked; none: it asked without. */
  expiresIn?: number;
}

/** A connection of a tab. */
export interface Line {
  page: string;
  port: BroadcastChannel;
  /** The tab's name, which is its session's; empty before its hello. */
  tab: string;
  /** The positions that its hello named. */
  known: Record<string, Cursor>;
  backlog: string[];
  size: number;
  /** The channels that the tab reads, with the last position sent. */
  reads: Map<string, Cursor | undefined>;
  joins: Set<Join>;
  sent: number;
  taken: number;
  /** Wait for a token of the tab. */
  tokens: ((token?: string) => void)[];
  asks: AbortController;
}

/**
 * The channels that tabs read, each from a position of its own, over the one session. What a tab
 * lacks comes from the ring, or by a new subscription; what others have already is not sent again.
 */
export function readingFor(
  lines: Map<string, Line>,
  wire: Wire,
  session: () => ClientSession,
  send: (line: Line, text: string) => void,
) {
  const kept = ring();
  /** The last position that came of a channel, which reading anew does not set back. */
  const last = new Map<string, Cursor>();
  const asked = new Set<string>();
  /** The channel tokens in force, to read a channel anew by. */
  const shown = new Map<string, string>();
  const showing = new Set<Join>();
  /** Channels that a service lets the session read, whoever asked for them or not. */
  const granted = new Set<string>();
  /** The session's id, also before it is welcomed. */
  let id: string | undefined;
  let me: string | undefined;
  let over = false;
  let stopSweep = () => {};

  /** Leaves the channels that no tab reads. */
  function sweep() {
    stopSweep = wire.after(SWEEP, () => {
      for (const channel of asked) {
        const isShown = [...showing].some((join) => join.channel == channel);
        if (!isShown && ![...lines.values()].some((line) => reads(line, channel))) {
          forget(channel);
          session().unsubscribe(channel).catch(() => {});
        }
      }
      sweep();
    });
  }

  function forget(channel: string) {
    asked.delete(channel);
    shown.delete(channel);
    kept.drop(channel);
    last.delete(channel);
  }

  const reads = (line: Line, channel: string) =>
    line.reads.has(channel) || [...line.joins].some((join) => join.channel == channel);

  /** The name that a tab's channel has in the session. */
  const upstream = ({ tab }: Line, channel: string) =>
    channel == `session:${tab}` ? `session:${id}` : channel;

  const downstream = ({ tab }: Line, channel: string) =>
    channel == `session:${id}` ? `session:${tab}` : channel;

  function leave(line: Line, channel: string): boolean {
    let left = line.reads.delete(channel);
    for (const join of line.joins) {
      if (join.channel == channel) {
        left = line.joins.delete(join);
      }
    }
    return left;
  }

  function end(channel: string, code: string) {
    for (const line of [...lines.values()]) {
      if (leave(line, channel)) {
        send(line, json({ type: "unsubscribed", channel, code }));
      }
    }
  }

  function rejoin(line: Line, channel: string) {
    if (line.reads.delete(channel)) {
      line.joins.add({ channel, from: "latest" });
    }
  }

  /** Takes a frame of a channel, and gives it to the tabs that have not got as far. */
  function came(channel: string, cursor: Cursor | undefined, text: (name: string) => string) {
    const frame = text(channel);
    if (cursor) {
      begins(channel);
      grant(channel);
      kept.add(channel, cursor, frame);
      if (!isCovered(cursor, last.get(channel))) {
        last.set(channel, cursor);
      }
    }
    for (const line of [...lines.values()]) {
      const name = downstream(line, channel);
      if (line.reads.has(name) && !(cursor && isCovered(cursor, line.reads.get(name)))) {
        line.reads.set(name, cursor ?? line.reads.get(name));
        send(line, name == channel ? frame : text(name));
      }
    }
    if (cursor) {
      session().handled(channel, cursor);
    }
  }

  /** Returns whether a channel is read, and notes from where on it is. */
  function begins(channel: string): boolean {
    const at = kept.has(channel) ? undefined : session().save().cursors[channel];
    if (at) {
      kept.begin(channel, at);
      if (!last.has(channel)) {
        last.set(channel, at);
      }
    }
    return kept.has(channel);
  }

  /** Notes channels that no tab has asked for, and lets all tabs read them from their beginning. */
  function grant(channel: string) {
    if (!isOwn(channel) && !asked.has(channel) && !granted.has(channel) && begins(channel)) {
      granted.add(channel);
      lines.forEach((line) => line.tab && joinGranted(line, channel, kept.floor(channel)!));
      meet();
    }
  }

  function joinGranted(line: Line, channel: string, from: From) {
    if (!reads(line, channel)) {
      line.joins.add({ channel, from: line.known[channel] ?? from });
    }
  }

  /** Lets tabs read the channels that they wait for, as far as these are read. */
  function meet() {
    if (me == undefined && (me = session().ownChannel("user:"))) {
      for (const { tab, known, joins } of lines.values()) {
        if (tab) {
          joins.add({ channel: me, from: known[me] ?? "latest" });
        }
      }
    }
    for (const line of [...lines.values()]) {
      line.joins.forEach((join) => join && tryJoin(line, join));
    }
  }

  function tryJoin(line: Line, join: Join) {
    const channel = upstream(line, join.channel);
    if (!isOwn(channel) && !asked.has(channel) && !granted.has(channel)) {
      subscribe(channel, join.from);
    } else if (begins(channel)) {
      const { from } = join;
      const floor = kept.floor(channel)!;
      const at: Cursor = from == "latest" ? last.get(channel)! : from == "earliest" ? [floor[0], 0] : from;
      const behind = kept.after(channel, at);
      if (behind) {
        joined(line, join, at, behind);
      } else if (asked.has(channel) && !join.again) {
        join.again = true;
        readAgain(channel, from);
      } else if (join.again) {
        joined(line, join, at, []); // The gap that follows names what is missing.
      } else {
        const gap = { type: "gap", channel: join.channel, from: at, to: floor, reason: "trimmed" };
        joined(line, join, floor, kept.after(channel, floor)!, json(gap));
      }
    }
  }

  /** @param gap the frame that names what is missing before the position, if something is */
  function joined(line: Line, join: Join, at: Cursor, behind: { cursor: Cursor; text: string }[], gap = "") {
    const { channel, frame: id, expiresIn } = join;
    const [epoch, seq] = at;
    line.joins.delete(join);
    line.reads.set(channel, behind.at(-1)?.cursor ?? at);
    if (id) {
      send(line, json({ type: "reply", id, data: { epoch, seq, expiresIn } }));
    }
    send(line, json({ type: "subscribed", channel, epoch, seq, recovered: !gap }));
    if (gap) {
      send(line, gap);
    }
    for (const { text } of behind) {
      const isRenamed = channel.startsWith("session:");
      send(line, isRenamed ? json({ ...parse(text), channel }) : text);
    }
    send(line, json({ type: "live", channel, epoch, seq }));
  }

  function subscribe(channel: string, from: From) {
    asked.add(channel);
    const token = shown.get(channel);
    session().subscribe(channel, from, token).catch(({ code, message }: HoldfastError) => {
      if (!over) {
        forget(channel);
        refuse(channel, code, message);
        end(channel, token ? "forbidden" : code); // Tabs may have another token.
      }
    });
  }

  /** Shows a tab's channel token to the node; then the tab reads the channel, or goes on. */
  async function show(line: Line, join: Join, token: string) {
    const { channel, from, frame: id } = join;
    const isFirst = !asked.has(channel);
    asked.add(channel);
    showing.add(join);
    try {
      const answer = await session().subscribe(channel, from, token);
      asked.add(channel);
      shown.set(channel, token);
      join.expiresIn = answer.expiresIn;
      add(line, join);
    } catch (failure) {
      if (!over) {
        const { code, message } = failure as HoldfastError;
        const text = message.slice(code.length + 2);
        send(line, json({ type: "error", id, code, message: text, retryable: false }));
        if (isFirst && !shown.has(channel)) {
          forget(channel);
          refuse(channel, code, message);
        }
      }
    } finally {
      showing.delete(join);
    }
  }

  /** Lets a tab read a channel. If it does so already, or its hello named it, that decides. */
  function add(line: Line, join: Join) {
    const { channel, frame: id, expiresIn } = join;
    const before = [...line.joins].find((join) => join.channel == channel);
    const at = line.reads.get(channel);
    if (before) {
      Object.assign(before, { frame: id, expiresIn });
    } else if (at) {
      const [epoch, seq] = at;
      send(line, json({ type: "reply", id, data: { epoch, seq, expiresIn } }));
    } else {
      line.joins.add(join);
    }
    meet();
  }

  function refuse(channel: string, code: string, message: string) {
    for (const line of [...lines.values()]) {
      for (const join of line.joins) {
        if (join.channel == channel) {
          line.joins.delete(join);
          send(
            line,
            join.frame
              ? json({ type: "error", id: join.frame, code, message, retryable: false })
              : json({ type: "unsubscribed", channel, code }),
          );
        }
      }
    }
  }

  /** Reads a channel from a position that the ring no longer has. Other tabs have it already. */
  function readAgain(channel: string, from: From) {
    kept.drop(channel);
    session().unsubscribe(channel).catch(() => {});
    subscribe(channel, from);
  }

  return {
    meet,
    upstream,
    leave,

    /** Goes on as the leader before. */
    begin(saved?: Saved) {
      saved?.asked.forEach((channel) => asked.add(channel));
      for (const channel in saved?.cursors) {
        if (!isOwn(channel) && !asked.has(channel)) {
          granted.add(channel);
        }
      }
      id = saved?.session;
      me = session().ownChannel("user:");
      sweep();
    },

    stop() {
      over = true;
      stopSweep();
    },

    /** Lets a tab read its own channels, and those that its hello named. */
    welcome(line: Line) {
      const own = `session:${line.tab}`;
      const { known } = line;
      for (const channel of new Set(["tenant", own, ...(me ? [me] : []), ...Object.keys(known)])) {
        if (!/^(user|session):/.test(channel) || channel == own || channel == me) {
          line.joins.add({ channel, from: known[channel] ?? "latest" });
        }
      }
      granted.forEach((channel) => joinGranted(line, channel, "latest"));
      meet();
    },

    join(line: Line, channel: string, from: From, frame: string, token?: string) {
      const join = { channel, from, frame };
      if (token) {
        show(line, join, token);
      } else {
        add(line, join);
      }
    },

    /** Notes the channels that the session reads. */
    reads(channels: string[]) {
      channels.forEach(grant);
    },

    /** Notes that the session has that id. */
    named(next: string) {
      if (id != next) {
        kept.drop(`session:${id}`);
        last.delete(`session:${id}`);
        lines.forEach((line) => rejoin(line, `session:${line.tab}`));
        id = next;
      }
    },

    event({ channel, cursor, event, data, at, user, service }: HoldfastEvent): boolean {
      const text = (name: string) =>
        `{"type":"event","channel":${json(name)},"event":${json(event)},"data":${json(data)},` +
        (cursor ? `"epoch":${json(cursor[0])},"seq":${cursor[1]}` : '"class":"volatile"') +
        `,"at":${at},"from":${json({ user, service })}}`;
      came(channel, cursor, text);
      return true;
    },

    gap({ channel, from, to, reason }: Gap): boolean {
      came(channel, to, (name) => json({ type: "gap", channel: name, from, to, reason }));
      return true;
    },

    unsubscribed(channel: string, code: string) {
      if (code != "requested" && code != "internal") {
        forget(channel);
        granted.delete(channel);
        end(channel, code);
      }
    },
  };
}
