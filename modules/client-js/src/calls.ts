import { Frame, json } from "./frames.js";
import { HoldfastError } from "./types.js";

/** Most bytes of a frame, before a welcome names another limit. */
export const FRAME_LIMIT = 65_536;

/** Most bytes that the type, the id and the number of a frame take. */
const HEAD = 64;

/** Takes the answer to a frame; one of the functions is called, once. */
export interface Call {
  answered(data: any): void;
  refused(failure: HoldfastError, error: Frame): void;
  /** The connection is lost, and the outcome unknown. */
  lost?(): void;
}

export type Calls = ReturnType<typeof calls>;

const encoder = new TextEncoder();

/** Returns the bytes on the wire of a frame with this text, which begins behind its id. */
export const bytes = (rest: string) => encoder.encode(rest).length + HEAD;

/** Writes members for the text of a frame, behind its id. */
export const members = (all: object) => "," + json(all).slice(1, -1);

/** The same, with data that are written as JSON already. */
export const withData = (all: object, data: string) => `${members(all)},"data":${data}`;

/** The frames that were sent on the current connection and wait for their answers. */
export function calls(out: (frame: string) => void) {
  const open = new Map<string, Call>();
  let ids = 0;
  let connected = false;
  let limit = FRAME_LIMIT;

  return {
    isConnected: () => connected,

    /** @param frame the most bytes of one frame */
    connected(frame: number) {
      connected = true;
      limit = frame;
    },

    disconnected() {
      connected = false;
      const lost = [...open.values()];
      open.clear();
      lost.forEach((call) => call.lost?.());
    },

    /**
     * Sends a frame, if there is a connection.
     *
     * @param rest the frame's text behind its id
     * @returns the id; none if it is not sent
     */
    send(type: string, rest: string, call: Call): string | undefined {
      if (!connected) {
        return undefined;
      }
      const id = String(++ids);
      open.set(id, call);
      out(`{"type":"${type}","id":"${id}"${rest}}`);
      return id;
    },

    /** Takes the call that a frame answers, if it waits. */
    take(id: string): Call | undefined {
      const call = open.get(id);
      open.delete(id);
      return call;
    },

    /** Returns the failure of what is larger than the server takes, if it is. */
    tooLarge: (size: number, most = limit) =>
      size > most ? new HoldfastError("too_large", `${size} bytes, of ${most}`) : undefined,
  };
}
