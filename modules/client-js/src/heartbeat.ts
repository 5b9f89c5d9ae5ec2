import { alarm, Wire } from "./wire.js";

/** The wait for an answer to a ping when the machine may have slept. */
const PROBE = 5_000;

/**
 * Notices a connection that is silent: it asks after one heartbeat, and gives up after two. A timer
 * that comes far too late shows that the machine or the page slept: the silence was its own then,
 * so it asks again, and gives up if there is no answer soon.
 */
export function heartbeat(wire: Wire, ping: () => void, giveUp: (reason: string) => void) {
  const timer = alarm(wire);
  let period = 0;
  let heard = 0;
  let asked = false;
  let due = 0;
  let wall = 0;

  function wait(ms: number) {
    due = wire.now() + ms;
    wall = wire.wall() + ms;
    timer.set(ms, look);
  }

  function look() {
    const late = Math.max(wire.now() - due, wire.wall() - wall);
    const silence = wire.now() - heard;
    if (late > period) {
      probe();
    } else if (silence >= 2 * period) {
      giveUp("silent");
    } else {
      if (silence >= period && !asked) {
        asked = true;
        ping();
      }
      wait((asked ? 2 : 1) * period - silence);
    }
  }

  function probe() {
    asked = true;
    ping();
    const until = Math.min(PROBE, period);
    wait(until);
    timer.set(until, () => {
      if (asked) {
        giveUp("silent");
      } else {
        look();
      }
    });
  }

  return {
    /** @param ms one heartbeat */
    start(ms: number) {
      period = ms;
      heard = wire.now();
      asked = false;
      wait(period);
    },

    heard() {
      heard = wire.now();
      asked = false;
    },

    /** Asks if the other side is still there, and gives up if it does not answer soon. */
    probe() {
      if (timer.isSet()) {
        probe();
      }
    },

    stop: timer.cancel,
  };
}
