/** The I/O of a session. Nothing is reported from within these calls, only later. */
export interface Wire {
  /** Asks the application for a token. */
  token(): Promise<string>;
  /** Opens a WebSocket with the sub-protocol `holdfast.v1`. */
  open(url: string, to: SocketEvents): Socket;
  /** Returns the ms of a clock that does not jump. It may stand still while the machine sleeps. */
  now(): number;
  /** Returns the ms of a clock that goes on while the machine sleeps. It may jump. */
  wall(): number;
  /** Returns a random number from 0 to less than 1. */
  random(): number;
  /** Runs the task later; the result cancels it. */
  after(ms: number, task: () => void): () => void;
}

export interface Socket {
  /** Sends a frame; does nothing if the socket is gone. */
  send(text: string): void;
  /** Closes the socket, also one that is not open yet. The close may or may not be reported. */
  close(): void;
}

export interface SocketEvents {
  opened(): void;
  text(text: string): void;
  /**
   * @param code 1006 if there was none
   * @param retryAfter ms to wait at least, if an upgrade was refused with a time
   */
  closed(code: number, reason: string, retryAfter?: number): void;
}

/** Longest time of a timer: beyond 2^31 ms they fire at once. */
const LONGEST = 86_400_000;

/** A timer that can be set again. */
export function alarm(wire: Wire) {
  let stop: (() => void) | undefined;
  const cancel = () => {
    stop?.();
    stop = undefined;
  };
  return {
    set(ms: number, task: () => void) {
      cancel();
      stop = wire.after(Math.min(ms, LONGEST), () => {
        stop = undefined;
        task();
      });
    },
    cancel,
    isSet: () => !!stop,
  };
}
