import { Times } from "./types.js";
import { Wire } from "./wire.js";

/**
 * The waits before attempts to connect, at least 1 ms. The first is 0 to its bound, later ones are
 * in the upper half: so a server that closes at once is not asked more than six times a minute for
 * long.
 */
export function backOff(wire: Wire, times: Times) {
  let bound = times.firstWait;

  return {
    begin() {
      bound = times.firstWait;
    },

    next(): number {
      const least = bound > times.firstWait ? bound / 2 : 0;
      const wait = 1 + Math.floor(least + wire.random() * (bound - least));
      bound = Math.min(times.longestWait, bound * 2);
      return wait;
    },
  };
}
