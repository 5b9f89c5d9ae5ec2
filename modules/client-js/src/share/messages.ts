import type { SessionInfo, State } from "../types.js";

/**
 * What tabs say to all. `open` asks the leader for a connection, whose messages go over a
 * `BroadcastChannel` of its own; `lead` says who leads from now on, `bye` that it does no longer,
 * with a state if the one session is over; `end` is said by a tab without a connection, which ends the session.
 */
export type Call =
  | { type: "open"; page: string; connection: string }
  | { type: "lead"; term: number }
  | { type: "bye"; term: number; state?: State }
  | { type: "end" };

/** What a tab says over its connection to the leader of that term. */
export type Up = { term: number } & (
  | { type: "frame"; text: string }
  /** The characters that it has taken so far. */
  | { type: "taken"; characters: number }
  /** A token, as the leader has asked for one; none if it has none. */
  | { type: "token"; token?: string }
  | { type: "close" }
);

/** What the leader of a term says to a tab over its connection. */
export type Down = { term: number } & (
  | { type: "opened" }
  | { type: "frame"; text: string }
  /** The state of the one connection, and its session. */
  | { type: "shared"; state: State; info?: SessionInfo }
  /** The leader has no token that is valid. */
  | { type: "token" }
  | { type: "close"; code: number; reason: string }
);

/** The page's name for the lock that it holds while it is there. */
export const pageLock = (key: string, page: string) => `${key}/page/${page}`;

export const connectionName = (key: string, connection: string) => `${key}/${connection}`;

export const stateName = (key: string) => `${key}/state`;
export const termName = (key: string) => `${key}/term`;

/** The beginning of all names of shared connections in the storage. */
export const PREFIX = '["holdfast-share",';
