import { bytes, Calls } from "./calls.js";
import { json } from "./frames.js";
import { Cursor, From } from "./types.js";

/** Most channels that are named as wanted; a server allows no more for one session. */
const MOST = 256;

/** Whether a channel is read only if it is asked for. */
export const isAsked = (name: string) => /^(topic|run):/.test(name);

/**
 * Writes the hello of a session that goes on, with all channels that are wanted, unless these are
 * too many for a server.
 *
 * @param wanted subscriptions without an answer, with where they begin
 */
export function resuming(
  hello: { resume: string; channels: Record<string, Cursor> },
  wanted: Record<string, From>,
  calls: Calls,
): string {
  for (const name in hello.channels) {
    if (isAsked(name)) {
      wanted[name] = "latest";
    }
  }
  const whole = json({ ...hello, subscriptions: wanted });
  return Object.keys(wanted).length > MOST || calls.tooLarge(bytes(whole)) ? json(hello) : whole;
}
