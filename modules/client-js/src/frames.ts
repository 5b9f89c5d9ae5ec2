import { Cursor, HoldfastError, HoldfastEvent } from "./types.js";

/** What a server that keeps the protocol does not send. */
export class Nonsense extends Error {}

export type Frame = Record<string, any>;

/** Longest frame that is taken, in characters. */
const LONGEST = 4 << 20;

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
    throw new Nonsense("JSON");
  }
  return frame;
}

/** Reads a member; if it is not as it has to be, the failure has its name. */
function read(frame: Frame, name: string, fits: (value: any) => unknown): any {
  const value = frame[name];
  if (!fits(value)) {
    throw new Nonsense(name);
  }
  return value;
}

export const member = (frame: Frame, name: string) =>
  read(frame, name, (value) => value !== undefined);

export const object = (frame: Frame, name: string): Frame => read(frame, name, isObject);

export const string = (frame: Frame, name: string): string =>
  read(frame, name, (value) => typeof value == "string" && value);

export const whole = (frame: Frame, name: string, min: number): number =>
  read(frame, name, (value) => Number.isSafeInteger(value) && value >= min);

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

export const queueFull = (count: number) =>
  new HoldfastError("queue_full", `${count} are unanswered`, true);

export const unknown = (code: string) => new HoldfastError(code, "the outcome is unknown");

/** Writes data as JSON; what JSON does not have is null. */
export const json = (data: unknown): string => JSON.stringify(data) ?? "null";
