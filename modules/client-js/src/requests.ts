import { bytes, Calls } from "./calls.js";
import { queueFull, unknown } from "./frames.js";
import { promised } from "./questions.js";
import { onAbort } from "./signals.js";
import { Bounds, HoldfastError } from "./types.js";
import { Wire } from "./wire.js";

/** The client's wait in ms beyond the service's time, after which the server answers itself. */
const GRACE = 5_000;

interface Request {
  id?: string;
  send(): void;
  fail(failure: unknown): void;
}

/**
 * Frames that may be sent once only: requests to services, and volatile publications. Those that
 * were sent fail with their connection, as their outcome is unknown then.
 */
export function requests(wire: Wire, calls: Calls, bounds: Bounds) {
  const open = new Set<Request>();

  return {
    /**
     * Sends a frame.
     *
     * @param rest the frame's text behind its id
     * @param waits whether it waits for a connection if there is none; else it fails
     */
    async ask(type: string, rest: string, timeout: number, waits: boolean, signal?: AbortSignal) {
      signal?.throwIfAborted();
      const size = bytes(rest);
      const failure =
        calls.tooLarge(size) ??
        (open.size >= bounds.requests
          ? queueFull(open.size)
          : !waits && !calls.isConnected()
            ? new HoldfastError("disconnected", "there is no connection", true)
            : undefined);
      if (failure) {
        throw failure;
      }
      const { answer, resolve, reject } = promised<any>();
      const lost = () => reject(unknown("disconnected"));
      const request: Request = {
        send() {
          const failure = calls.tooLarge(size);
          if (failure) {
            reject(failure);
          } else {
            request.id ??= calls.send(type, rest, { answered: resolve, refused: reject, lost });
          }
        },
        fail: reject,
      };
      const stop = wire.after(timeout + GRACE, () => reject(unknown("no_answer")));
      const forget = onAbort(signal, () => reject(signal!.reason));
      open.add(request);
      request.send();
      try {
        return await answer;
      } finally {
        open.delete(request);
        calls.take(request.id!);
        stop();
        forget();
      }
    },

    connected: () => open.forEach((request) => request.send()),
    fail: (reason: HoldfastError) => open.forEach((request) => request.fail(reason)),
  };
}
