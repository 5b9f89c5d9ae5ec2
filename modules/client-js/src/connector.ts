import { backOff } from "./backoff.js";
import { millis } from "./frames.js";
import { Life, state } from "./life.js";
import { lifeLeft } from "./token.js";
import { Times } from "./types.js";
import { alarm, Socket, Wire } from "./wire.js";

const NO_CODE = 1006;
const UNAUTHORIZED = 4501;
const ELSEWHERE = 4011;

/** A token is renewed 30 s before its end, or a fifth of its remaining time if that is less. */
const LONGEST_AHEAD = 30_000;

/** Below it there is no time to renew a token before it ends, ms. */
const SHORTEST_LIFE = 5_000;

/** The number of addresses at which a client reports that it was asked to move. */
const MOST_MOVES = 2;

/**
 * The life of a client's connections: token, upgrade, hello, welcome; loss, wait, next attempt; the
 * move to another connection while the one before still works. Only the current connection is
 * listened to.
 */
export function connector(wire: Wire, urls: string[], times: Times, life: Life) {
  const limit = alarm(wire);
  const pause = alarm(wire);
  const move = alarm(wire);
  const renewal = alarm(wire);
  const waits = backOff(wire, times);
  let asks = 0;
  let asking = false;
  let turn = 0;
  let hellos = 0;
  let opening: Socket | undefined;
  let current: Socket | undefined;
  let leaving: Socket | undefined;
  let token = "";
  /** Whether the next token is for the connection that there is, and not for another one. */
  let inBand = false;
  /** Whether the next attempt is for the token's end alone: the same token again is of no use. */
  let renewing = false;
  let attached = false;
  let attachedAt = 0;
  let unauthorized = false;
  let ending = false;
  let stopped = false;
  let suspended = false;
  let atLeast = 0;
  let notBefore = 0;
  let lastAttempt = 0;
  /** Addresses at which the move has still to be reported. */
  let moves = 0;
  /** Whether the hello that waits for its welcome reported a move. */
  let saidMove = false;
  /** Whether the client was asked to move, and no connection has been steady since. */
  let movedLately = false;

  /** Tries to connect, or to move to another connection; one attempt at a time. */
  function attempt() {
    if (stopped || suspended || ending || asking || opening || (current && !attached)) {
      return;
    }
    pause.cancel();
    if (!inBand) {
      move.cancel();
    }
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
          noToken(ask, "no token");
        } else if (!isAsked(ask)) {
          // It comes too late.
        } else if (inBand || (renewing && answer == token)) {
          refresh(ask, answer);
        } else {
          asking = false;
          token = answer;
          open();
        }
      },
      (failure) => noToken(ask, String(failure)),
    );
  }

  const isAsked = (ask: number) => asking && ask == asks;

  /** Sends another token. If it is refused, the session goes on with the one before. */
  function refresh(ask: number, fresh: string) {
    if (fresh == token) {
      noToken(ask, "no newer token");
      return;
    }
    limit.cancel();
    life.refresh(fresh).then(
      (data) => {
        if (isAsked(ask)) {
          asking = false;
          token = fresh;
          if (inBand) {
            inBand = false;
            renewIn(Object(data).expiresIn);
          } else {
            attempt(); // A move was asked for meanwhile.
          }
          life.noToken();
        }
      },
      (failure) => {
        // Another user's token is for another connection.
        inBand &&= failure.code != "forbidden";
        noToken(ask, String(failure));
      },
    );
  }

  /** Sets when to go on by another connection, if the token is not renewed on this one before. */
  function renewIn(left: number) {
    renewal.cancel();
    if (left >= SHORTEST_LIFE) {
      renewal.set(left - Math.min(LONGEST_AHEAD, left / 5), () => goElsewhere(true));
    }
  }

  /** Tries to move to another connection. */
  function goElsewhere(forToken?: boolean) {
    inBand = false;
    renewing = !!forToken;
    attempt();
  }

  function noToken(ask: number, reason: string) {
    if (isAsked(ask)) {
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
    attachedAt = wire.now();
    unauthorized = false;
    atLeast = moves = 0;
    saidMove = false;
    closeLeaving();
    renewIn(lifeLeft(token, now));
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
    const wait = Math.max(waits.next(), atLeast);
    notBefore = wire.now() + atLeast;
    atLeast = 0;
    pause.set(wait, attempt);
    if (!attached) {
      life.state(state("offline", wait, code, reason));
    }
  }

  /** Lets the waits begin anew after a connection that stayed for a while. */
  function checkSteady() {
    if (attached && wire.now() - attachedAt >= times.steady) {
      waits.begin();
      movedLately = false;
    }
  }

  function detach() {
    checkSteady();
    move.cancel();
    renewal.cancel();
    attached = inBand = renewing = false;
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
      checkSteady();
      const wait = movedLately ? Math.max(ms, waits.next()) : ms;
      movedLately = true;
      moves = asked ? MOST_MOVES : moves;
      move.set(wait, goElsewhere);
    },

    /** Asks for another token for this connection, unless one is asked for already. */
    expiring() {
      if (!asking && !opening && !pause.isSet()) {
        inBand = true;
        attempt();
      }
    },

    /** Ends the session: the server closes the connection, and no other follows. */
    end(frame: string) {
      if (ending || stopped) {
        return;
      }
      if (!attached) {
        leave("not connected");
        return;
      }
      ending = true;
      abandon();
      current!.send(frame);
      limit.set(times.attempt, () => leave("no end in time"));
    },

    /** Closes the connection for a while, as the page is put away. */
    suspend() {
      if (!stopped && !suspended) {
        suspended = true;
        closeAll();
        life.state(state("offline", 0, 1000, "hidden"));
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
