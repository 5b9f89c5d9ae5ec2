/** A position in a channel: the epoch names one state of its log, `seq` counts within it. */
export type Cursor = [epoch: string, seq: number];

/** Any value that JSON has. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** The place at which reading begins: with new events, with the oldest kept, or behind a cursor. */
export type From = "latest" | "earliest" | Cursor;

export type StateName = "connecting" | "catching-up" | "online" | "offline" | "stopped";

/** Something that is wrong while the client goes on. */
export interface Problem {
  /**
   * - `storage_full`, `storage_forbidden`: the page's state is not kept, so a reload begins anew;
   * - `storage_version`: the state kept is another version's, and is not used;
   * - `behind`: handlers are so slow that a channel is not read until they have caught up;
   * - `token`: there was no new token in time, or it was refused.
   */
  code: "storage_full" | "storage_forbidden" | "storage_version" | "behind" | "token";
  message: string;
}

/** The state of a client. It comes back from every state but `stopped`. */
export interface State {
  name: StateName;
  /** ms to the next attempt, if it is offline; else 0. */
  retryIn: number;
  /** The close code that ended the last connection; 0 if none did, 1006 if there was none. */
  code: number;
  /** The cause if it is offline or stopped; else empty. */
  reason: string;
  problem?: Problem;
}

/** The session that a connection holds. */
export interface SessionInfo {
  id: string;
  /** False if it is a new one. */
  resumed: boolean;
  generation: number;
  node: string;
}

export interface HoldfastEvent<T = any> {
  channel: string;
  event: string;
  data: T;
  /** Absent if the event is volatile. */
  cursor?: Cursor;
  /** ms since 1970, by the server's clock. */
  at: number;
  /** The publisher, if it is a user. */
  user?: string;
  /** The publisher, if it is a service. */
  service?: string;
  /** Whether this session published it, durably. */
  own: boolean;
}

/** Reports that the events between two positions can't be delivered. */
export interface Gap {
  channel: string;
  from: Cursor;
  to: Cursor;
  reason: string;
}

/** The place at which a publication is stored; without a cursor if others were stored behind it. */
export interface Stored {
  cursor?: Cursor;
  /** Whether an earlier sending had stored it. */
  duplicate: boolean;
}

/** A durable publication. */
export interface Publication {
  /** Unique, also over reloads of the page. */
  readonly id: string;
  readonly channel: string;
  readonly event: string;
  readonly data: any;
  readonly state: "waiting" | "stored" | "failed";
  /** Rejects with a {@link HoldfastError}. */
  readonly stored: Promise<Stored>;
}

/** The times that a client waits, in ms. */
export interface Times {
  /** Longest wait for a token, for a connection to open, and for its welcome. */
  attempt: number;
  /** Upper bound of the random wait before the first attempt after a loss. */
  firstWait: number;
  /** Upper bound of any such wait; the bound doubles up to it. */
  longestWait: number;
  /** Time after which a connection is a success, so that the waits begin anew. */
  steady: number;
  /** Between two frames with cursors. */
  ack: number;
  /** Before the first repetition of what was refused for now; doubles up to 5 s. */
  retry: number;
}

/** What a client keeps at most. Beyond a bound an operation fails at once as `queue_full`. */
export interface Bounds {
  /** Unanswered publications, in all channels. */
  publications: number;
  /** Bytes of them. */
  bytes: number;
  /** Unanswered requests and volatile publications. */
  requests: number;
  /** Events that wait for handlers, in one channel. Beyond it the channel is not read. */
  events: number;
  /** Characters of their frames, in one channel. */
  characters: number;
}

/** A failure: the server's code, or one of the client's own. */
export class HoldfastError extends Error {
  /**
   * @param code the server's, or `disconnected` and `no_answer` (the outcome is unknown),
   *     `stopped`, `queue_full`, `too_large`
   */
  constructor(
    readonly code: string,
    message: string,
    readonly retryable = false,
  ) {
    super(message ? `${code}: ${message}` : code);
    this.name = "HoldfastError";
  }
}
