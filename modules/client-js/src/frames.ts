import { Cursor, HoldfastError, HoldfastEvent } from "./types.js";

/** What a server that keeps the protocol does not send. */
export class Nonsense extends Error {}

export type Frame = Record<string, any>;

/** Longest frame that is taken, in characters. */
const LONGEST = 4 << 20;

/** Most bytes of a frame, before a welcome names another limit. */
export const FRAME_LIMIT = 65_536;

/** Most bytes that the id and the number of a frame take. */
const HEAD = 48;

const isObject = (value: any): value is Frame =>
  typeof value == "object" && value != null && !Array.isArray(value);

export function parse(text: string): Frame {
  let frame;
  try {
    frame = text.length > LONGEST ? 0 : JSON.parse(text);
  } catch {
    // No frame.
  }
  if (!isObject(frame)) {
    throw new Nonsense("no JSON object");
  }
  return frame;
}

export function member(frame: Frame, name: string): any {
  if (frame[name] === undefined) {
    throw new Nonsense(`${name}: missing`);
  }
  return frame[name];
}

export function object(frame: Frame, name: string): Frame {
  const value = member(frame, name);
  if (!isObject(value)) {
    throw new Nonsense(`${name}: no object`);
  }
  return value;
}

export function string(frame: Frame, name: string): string {
  const value = member(frame, name);
  if (typeof value != "string" || !value) {
    throw new Nonsense(`${name}: no text`);
  }
  return value;
}

export function whole(frame: Frame, name: string, min: number): number {
  const value = member(frame, name);
  if (!Number.isSafeInteger(value) || value < min) {
    throw new Nonsense(`${name}: no whole number`);
  }
  return value;
}

/** Reads the members `epoch` and `seq`. */
export const position = (frame: Frame): Cursor => [string(frame, "epoch"), whole(frame, "seq", 0)];

/** Reads a member `[epoch, seq]`. */
export function cursor(frame: Frame, name: string): Cursor {
  const [epoch, seq] = Object(member(frame, name)) as any;
  return position({ epoch, seq });
}

export const isCovered = (at: Cursor, by?: Cursor) =>
  !!by && at[0] == by[0] && at[1] <= by[1];

export function event(frame: Frame): HoldfastEvent {
  const from = Object(frame.from);
  return {
    channel: string(frame, "channel"),
    event: string(frame, "event"),
    data: member(frame, "data"),
    cursor: frame.class == "volatile" ? undefined : position(frame),
    at: frame.at,
    user: from.user,
    service: from.service,
    own: false,
  };
}

export const refusal = (error: Frame) =>
  new HoldfastError(string(error, "code"), String(error.message ?? ""), error.retryable === true);

export const millis = (value: any): number => (value > 0 ? Number(value) : 0);

const encoder = new TextEncoder();

/** Returns the bytes on the wire of a frame with these texts, without its id and number. */
export const bytes = (text: string) => encoder.encode(text).length + HEAD;

/** Returns the failure of what is larger than the server takes, if it is. */
export const tooLarge = (size: number, limit: number) =>
  size > limit ? new HoldfastError("too_large", `${size} bytes, of ${limit}`) : undefined;

export const queueFull = (count: number) =>
  new HoldfastError("queue_full", `${count} are unanswered`, true);

export const unknown = (code: string) => new HoldfastError(code, "the outcome is unknown");

/** Writes data as JSON; what JSON does not have is null. */
export const json = (data: unknown): string => JSON.stringify(data) ?? "null";
