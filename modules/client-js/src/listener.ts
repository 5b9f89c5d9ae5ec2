import { Kept } from "./publications.js";
import { Bounds, Cursor, Gap, HoldfastEvent, SessionInfo, State, Times } from "./types.js";

export interface SessionOptions {
  urls: string[];
  name: string;
  version: string;
  /** Unique to this page or process, 1 to 64 of `A–Z a–z 0–9 _ -`. */
  instance: string;
  times: Times;
  bounds: Bounds;
}

/** What a later page needs to go on as the same session. */
export interface Saved {
  session?: string;
  /** Whose session it is. */
  who?: string;
  cursors: Record<string, Cursor>;
  /** The channels among them to which the application subscribed. */
  asked: string[];
  numbers: Record<string, number>;
  publications: Kept[];
}

export interface Listener {
  state(state: State): void;
  session(session: SessionInfo): void;
  /**
   * Takes an event.
   *
   * @param characters of its frame
   * @returns false if there is no room for it: the channel is then not read until
   *     {@link ClientSession.caughtUp}
   */
  event(event: HoldfastEvent, characters: number): boolean;
  /** Takes a gap, as an event. */
  gap(gap: Gap): boolean;
  /** Reports that the server has ended the reading; returns whether another token follows. */
  goesOn?(channel: string): boolean;
  unsubscribed(channel: string, code: string): void;
  /** Reports that {@link ClientSession.save} gives something else. */
  changed(urgent: boolean): void;
}
