import { millis } from "./frames.js";
import { renewAfter } from "./token.js";
import { State, Times } from "./types.js";
import { alarm, Socket, Wire } from "./wire.js";

const NO_CODE = 1006;
const UNAUTHORIZED = 4501;
const ELSEWHERE = 4011;

/** The number of addresses at which a client reports that it was asked to move. */
const MOST_MOVES = 2;

/** Follows the life of the connections. */
interface Life {
  /** Returns the first frame of a connection. */
  hello(attempt: number, token: string, move: boolean): string;
  /** Takes a frame of the current connection. */
  text(text: string): void;
  /** Reports that the connection is no longer listened to. */
  detached(): void;
  /** Reports that no connection follows. */
  stopped(reason: string): void;
  /** Reports that there was no token. */
  noToken(reason: string): void;
  state(state: State): void;
}

export const state = (name: State["name"], retryIn = 0, code = 0, reason = ""): State => ({
  name,
  retryIn,
  code,
  reason,
});

/**
 * The life of a client's connections: token, upgrade, hello, welcome; loss, wait, next attempt; the
 * move to another connection while the one before still works. Only the current connection is
 * listened to.
 */
export function connector(wire: Wire, urls: string[], times: Times, life: Life) {
  const limit = alarm(wire);
  const pause = alarm(wire);
  const steady = alarm(wire);
  const move = alarm(wire);
  let asks = 0;
  let asking = false;
  let turn = 0;
  let hellos = 0;
  let opening: Socket | undefined;
  let current: Socket | undefined;
  let leaving: Socket | undefined;
  let token = "";
  let renewed: string | undefined;
  let attached = false;
  let unauthorized = false;
  let ending = false;
  let stopped = false;
  let suspended = false;
  let bound = times.firstWait;
  let atLeast = 0;
  let notBefore = 0;
  let lastAttempt = 0;
  /** Addresses at which the move has still to be reported. */
  let moves = 0;
  /** Whether the hello that waits for its welcome reported a move. */
  let saidMove = false;
  /** Whether the client was asked to move, and no connection has been steady since. */
  let movedLately = false;

  /**
   * Returns the next wait, at least 1 ms. The first is 0 to its bound, later ones are in the upper
   * half: so a server that closes at once is not asked more than six times a minute for long.
   */
  function nextWait(): number {
    const least = bound > times.firstWait ? bound / 2 : 0;
    const wait = 1 + Math.floor(least + wire.random() * (bound - least));
    bound = Math.min(times.longestWait, bound * 2);
    return wait;
  }

  /** Tries to connect, or to move to another connection; one attempt at a time. */
  function attempt() {
    if (stopped || suspended || ending || asking || opening || (current && !attached)) {
      return;
    }
    pause.cancel();
    move.cancel();
    asking = true;
    lastAttempt = wire.now();
    const ask = ++asks;
    if (!attached) {
      life.state(state("connecting"));
    }
    if (!asking) {
      return; // A handler of the state closed the client.
    }
    limit.set(times.attempt, () => noToken(ask, "no token in time"));
    wire.token().then(
      (answer) => {
        if (typeof answer != "string" || !answer) {
          noToken(ask, "the supplier returned no text");
        } else if (asking && ask == asks) {
          asking = false;
          token = answer;
          open();
        }
      },
      (failure) => noToken(ask, String(failure)),
    );
  }

  function noToken(ask: number, reason: string) {
    if (asking && ask == asks) {
      asking = false;
      life.noToken(reason);
      failed(NO_CODE, reason);
    }
  }

  function open() {
    limit.set(times.attempt, () => {
      opening?.close();
      opening = undefined;
      failed(NO_CODE, "no connection in time");
    });
    const socket: Socket = wire.open(urls[turn++ % urls.length]!, {
      opened: () => opened(socket),
      text: (text) => {
        if (socket == current) {
          life.text(text);
        }
      },
      closed: (code, reason, retryAfter) => closed(socket, code, reason, retryAfter),
    });
    opening = socket;
  }

  function opened(socket: Socket) {
    if (socket != opening) {
      socket.close();
      return;
    }
    opening = undefined;
    if (current) {
      leaving = current;
      detach();
    }
    if (stopped || suspended) {
      socket.close(); // What failed with the connection before made the application leave.
      return;
    }
    current = socket;
    saidMove = moves > 0;
    moves -= saidMove ? 1 : 0;
    limit.set(times.attempt, () => giveUp("no welcome in time"));
    socket.send(life.hello(++hellos, token, saidMove));
  }

  /** @param now the server's clock, ms since 1970 */
  function welcomed(now: number) {
    limit.cancel();
    attached = true;
    unauthorized = false;
    atLeast = moves = 0;
    saidMove = false;
    closeLeaving();
    steady.set(times.steady, () => {
      bound = times.firstWait;
      movedLately = false;
    });
    const renew = renewAfter(token, now);
    if (renew > 0 && token != renewed) {
      // A supplier that has no newer token is asked only once.
      move.set(renew, () => {
        renewed = token;
        attempt();
      });
    }
  }

  function closed(socket: Socket, code: number, reason: string, retryAfter?: number) {
    if (stopped) {
      return;
    }
    if (socket == leaving) {
      leaving = undefined;
    } else if (socket == opening) {
      opening = undefined;
      waitAtLeast(retryAfter);
      failed(code, reason);
    } else if (socket == current) {
      lost(code, reason);
    }
  }

  function waitAtLeast(ms: any) {
    atLeast = Math.max(atLeast, millis(ms));
  }

  /** Gives up the current connection, whose close may never come. */
  function giveUp(reason: string) {
    if (current) {
      current.close();
      lost(NO_CODE, reason);
    }
  }

  function lost(code: number, reason: string) {
    current = undefined;
    detach();
    if (stopped || suspended) {
      return;
    }
    if (ending) {
      stop(code, reason);
    } else if (code == ELSEWHERE && saidMove) {
      // The node is believed only if the client reported a move, or it would be asked in a loop.
      saidMove = false;
      limit.cancel();
      pause.set(atLeast, attempt);
      atLeast = 0;
    } else {
      moves = 0;
      abandon();
      failed(code, reason);
    }
  }

  /** Abandons a move that is under way: it leads nowhere. */
  function abandon() {
    move.cancel();
    pause.cancel();
    limit.cancel();
    asking = false;
    opening?.close();
    opening = undefined;
  }

  /** Handles an attempt that failed, or whose connection is over. */
  function failed(code: number, reason: string) {
    limit.cancel();
    closeLeaving();
    const isFinal = code >= 4500 && code < 5000;
    if (isFinal && !attached && (code != UNAUTHORIZED || unauthorized)) {
      stop(code, reason);
      return;
    }
    unauthorized ||= code == UNAUTHORIZED;
    const wait = Math.max(nextWait(), atLeast);
    notBefore = wire.now() + atLeast;
    atLeast = 0;
    pause.set(wait, attempt);
    if (!attached) {
      life.state(state("offline", wait, code, reason));
    }
  }

  function detach() {
    steady.cancel();
    move.cancel();
    attached = false;
    life.detached();
  }

  function closeLeaving() {
    leaving?.close();
    leaving = undefined;
  }

  function closeAll() {
    abandon();
    closeLeaving();
    current?.close();
    current = undefined;
    detach();
  }

  function stop(code: number, reason: string) {
    stopped = true;
    closeAll();
    life.stopped(reason);
    life.state(state("stopped", 0, code, reason));
  }

  /** Closes the connection, and stays away. The session lingers. */
  function leave(reason: string) {
    if (!stopped) {
      stop(1000, reason);
    }
  }

  return {
    attempt,
    welcomed,
    waitAtLeast,
    giveUp,
    leave,
    isAttached: () => attached,
    isStopped: () => stopped,

    /** Sends on the current connection, if there is one. */
    send(frame: string) {
      current?.send(frame);
    },

    /**
     * Opens another connection and goes on there. If two nodes send the client to and fro, it does
     * not follow them in a loop.
     *
     * @param asked whether a node asked for it, which the next one may send on
     */
    moveAfter(ms: number, asked: boolean) {
      const wait = movedLately ? Math.max(ms, nextWait()) : ms;
      movedLately = true;
      moves = asked ? MOST_MOVES : moves;
      move.set(wait, attempt);
    },

    /** Ends the session: the server closes the connection, and no other follows. */
    end(frame: string) {
      if (ending || stopped) {
        return;
      }
      if (!attached) {
        leave("ended while it was not connected");
        return;
      }
      ending = true;
      abandon();
      current!.send(frame);
      limit.set(times.attempt, () => leave("the end was not confirmed in time"));
    },

    /** Closes the connection for a while, as the page is put away. */
    suspend() {
      if (!stopped && !suspended) {
        suspended = true;
        closeAll();
        life.state(state("offline", 0, 1000, "the page is hidden away"));
      }
    },

    /** Goes on after {@link suspend}. */
    resume() {
      if (suspended) {
        suspended = false;
        attempt();
      }
    },

    /** Tries sooner, as the network or the user is back; but not sooner than a server asked. */
    wake() {
      const now = wire.now();
      if (pause.isSet() && now >= notBefore && now - lastAttempt >= times.firstWait) {
        attempt();
      }
    },
  };
}
