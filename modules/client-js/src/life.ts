import { State } from "./types.js";

/** Follows the life of the connections. */
export interface Life {
  /** Returns the first frame of a connection. */
  hello(attempt: number, token: string, move: boolean): string;
  /** Takes a frame of the current connection. */
  text(text: string): void;
  /** Reports that the connection is no longer listened to. */
  detached(): void;
  /** Reports that no connection follows. */
  stopped(reason: string): void;
  /** Reports that there was no token, or none that the server takes; without a reason: there is. */
  noToken(reason?: string): void;
  /** Sends another token on the current connection; resolves with the answer's data. */
  refresh(token: string): Promise<any>;
  state(state: State): void;
}

export const state = (name: State["name"], retryIn = 0, code = 0, reason = ""): State => ({
  name,
  retryIn,
  code,
  reason,
});
