import { bytes, FRAME_LIMIT, queueFull, tooLarge, unknown } from "./frames.js";
import { promised } from "./questions.js";
import { Bounds, HoldfastError } from "./types.js";
import { Wire } from "./wire.js";

/** The client's wait in ms beyond the service's time, after which the server answers itself. */
const GRACE = 5_000;

interface Request {
  type: string;
  rest: string;
  sent?: boolean;
  stop: () => void;
  resolve(data: unknown): void;
  reject(failure: unknown): void;
}

/**
 * Frames that may be sent once only: requests to services, and volatile publications. Those that
 * were sent fail with their connection, as their outcome is unknown then.
 */
export function requests(
  wire: Wire,
  nextId: () => string,
  bounds: Bounds,
  out: (frame: string) => void,
) {
  const open = new Map<string, Request>();
  let connected = false;
  let frameLimit = FRAME_LIMIT;

  function send(id: string, request: Request) {
    if (connected) {
      request.sent = true;
      out(`{"type":"${request.type}","id":"${id}"${request.rest}`);
    }
  }

  /** Takes a request that is over; none if it is over already. */
  function take(id: string): Request | undefined {
    const request = open.get(id);
    open.delete(id);
    request?.stop();
    return request;
  }

  return {
    /**
     * Sends a frame.
     *
     * @param rest the frame's text behind its id
     * @param waits whether it waits for a connection if there is none; else it fails
     */
    async ask(type: string, rest: string, timeout: number, waits: boolean, signal?: AbortSignal) {
      signal?.throwIfAborted();
      const failure =
        tooLarge(bytes(rest), frameLimit) ??
        (open.size >= bounds.requests
          ? queueFull(open.size)
          : !waits && !connected
            ? new HoldfastError("disconnected", "there is no connection", true)
            : undefined);
      if (failure) {
        throw failure;
      }
      const id = nextId();
      const abort = () => take(id)?.reject(signal!.reason);
      signal?.addEventListener("abort", abort);
      try {
        const late = () => take(id)?.reject(unknown("no_answer"));
        const stop = wire.after(timeout + GRACE, late);
        const request = { type, rest, stop, ...promised<any>() };
        open.set(id, request);
        send(id, request);
        return await request.answer;
      } finally {
        signal?.removeEventListener("abort", abort);
      }
    },

    /** @param limit bytes of one frame */
    connected(limit: number) {
      connected = true;
      frameLimit = limit;
      for (const [id, request] of [...open]) {
        const failure = tooLarge(bytes(request.rest), limit);
        if (failure) {
          take(id)?.reject(failure);
        } else {
          send(id, request);
        }
      }
    },

    disconnected() {
      connected = false;
      for (const [id, request] of [...open]) {
        if (request.sent) {
          take(id)?.reject(unknown("disconnected"));
        }
      }
    },

    answered: (id: string, data: unknown) => take(id)?.resolve(data),
    refused: (id: string, error: HoldfastError) => take(id)?.reject(error),
    fail: (reason: HoldfastError) => [...open.keys()].forEach((id) => take(id)?.reject(reason)),
  };
}
