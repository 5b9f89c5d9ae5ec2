import { json } from "./frames.js";
import { readings } from "./readings.js";
import { Times } from "./types.js";
import { alarm, Wire } from "./wire.js";

/** Reports the positions handled to the server now and then. */
export function acks(
  wire: Wire,
  times: Times,
  reading: ReturnType<typeof readings>,
  isAttached: () => boolean,
  out: (frame: string) => void,
) {
  const timer = alarm(wire);
  let due = false;

  /** Sends the positions that moved, if there is a connection. */
  function send() {
    if (isAttached()) {
      due = false;
      const cursors = reading.takeUnacked();
      if (cursors) {
        out(json({ type: "ack", cursors }));
      }
    }
  }

  return {
    send,
    stop: timer.cancel,

    handled() {
      if (!due) {
        due = true;
        timer.set(times.ack, send);
      }
    },

    /** Notes that a connection is welcomed: positions that could not be sent are still due. */
    connected() {
      if (due) {
        timer.set(times.ack, send);
      }
    },
  };
}
