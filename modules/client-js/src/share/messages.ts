import type { SessionInfo, State } from "../types.js";

/**
 * What tabs say to all. `open` asks the leader for a connection, whose messages go over a
 * `BroadcastChannel` of its own; `lead` says who leads from now on, `bye` that it does no longer.
 */
export type Call =
  | { type: "open"; page: string; connection: string }
  | { type: "lead"; term: number }
  | { type: "bye"; term: number };

/** What a tab says over its connection to the leader of that term. */
export type Up = { term: number } & (
  | { type: "frame"; text: string }
  /** The characters that it has taken so far. */
  | { type: "taken"; characters: number }
  | { type: "close" }
);

/** What the leader of a term says to a tab over its connection. */
export type Down = { term: number } & (
  | { type: "opened" }
  | { type: "frame"; text: string }
  /** The state of the one connection, and its session. */
  | { type: "shared"; state: State; info?: SessionInfo }
  /** The one session is over. */
  | { type: "stop"; state: State }
  | { type: "close"; code: number; reason: string }
);

/** The page's name for the lock that it holds while it is there. */
export const pageLock = (key: string, page: string) => `${key}/page/${page}`;

export const connectionName = (key: string, connection: string) => `${key}/${connection}`;
