package dev.holdfast.client.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.client.session.ClientState;
import dev.holdfast.client.session.ClientState.Kind;
import dev.holdfast.client.session.ClientTimes;
import dev.holdfast.client.session.SessionOptions;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The life of a client's connections: token, upgrade, hello, welcome; loss, wait, next attempt; the
 * move to another connection while the one before still works. Only the current connection is
 * listened to. Confined to the session's thread.
 */
final class Connector {
  private static final int NO_CODE = 1006;
  private static final int NORMAL = 1000;
  private static final int UNAUTHORIZED = 4501;
  private static final int FIRST_FINAL = 4500;
  private static final int LAST_FINAL = 4999;
  private static final int NOT_PERMITTED = 401;
  private static final int ELSEWHERE = 4011;

  /**
   * The number of addresses at which a client reports that it was asked to move; after them every
   * node takes it.
   */
  private static final int MOST_MOVES = 2;

  private final Wire wire;
  private final List<URI> addresses;
  private final ClientTimes times;
  private final Life life;
  private final BackOff backOff;
  private final Alarm limit;
  private final Alarm pause;
  private final Alarm steady;
  private final Alarm move;
  private final Renewal renewal;

  private int asks;
  private boolean asking;
  private int links;
  private int opening;
  private int current;
  private int leaving;
  private int hellos;
  private String token = "";
  private @Nullable String renewed;
  private boolean attached;
  private boolean unauthorized;
  private boolean ending;
  private boolean stopped;
  private long atLeast;

  /** Addresses at which the move has still to be reported. */
  private int moves;

  /** True if the hello that waits for its welcome reported a move. */
  private boolean saidMove;

  /** True if the client was asked to move, and no connection has been steady since. */
  private boolean movedLately;

  Connector(Wire wire, SessionOptions options, Life life) {
    this.wire = wire;
    this.addresses = options.addresses();
    this.times = options.times();
    this.life = life;
    this.backOff = new BackOff(times);
    this.limit = new Alarm(wire);
    this.pause = new Alarm(wire);
    this.steady = new Alarm(wire);
    this.move = new Alarm(wire);
    this.renewal = new Renewal(wire, times, new Held());
  }

  /** The token of the current connection. */
  private final class Held implements Renewal.Use {
    @Override
    public int nextAsk() {
      return asking || opening != 0 || ending ? 0 : ++asks;
    }

    @Override
    public String token() {
      return token;
    }

    @Override
    public CompletableFuture<JsonNode> refresh(String fresh) {
      return life.refresh(fresh);
    }

    @Override
    public void renewed(String fresh, long left) {
      token = fresh;
      if (moves == 0) {
        renewAfter(TokenLife.renewAfter(left));
      }
    }

    @Override
    public void failed(String reason, long wait) {
      life.tokens(reason, wait);
    }
  }

  /** Begins to renew the token of this connection: it ends soon. */
  void expiring() {
    renewal.begin();
  }

  /** Tries to connect, or to move to another connection; one attempt at a time. */
  void attempt() {
    boolean greeting = current != 0 && !attached;
    if (stopped || ending || asking || opening != 0 || greeting) {
      return;
    }
    pause.cancel();
    move.cancel();
    asking = true;
    int ask = ++asks;
    if (!attached) {
      life.state(ClientState.of(Kind.CONNECTING));
    }
    limit.set(times.attempt().toMillis(), () -> noToken(ask, "no token in time"));
    wire.token(ask);
  }

  void token(int ask, String answer) {
    if (renewal.token(ask, answer) || !asking || ask != asks) {
      return;
    }
    asking = false;
    token = answer;
    opening = ++links;
    limit.set(times.attempt().toMillis(), this::notOpen);
    wire.open(opening, addresses.get((opening - 1) % addresses.size()));
  }

  void noToken(int ask, String reason) {
    if (!renewal.noToken(ask, reason) && asking && ask == asks) {
      asking = false;
      failed(NO_CODE, reason);
    }
  }

  private void notOpen() {
    wire.close(opening);
    opening = 0;
    failed(NO_CODE, "no connection in time");
  }

  void opened(int link) {
    if (link != opening) {
      wire.close(link);
      return;
    }
    opening = 0;
    if (current != 0) {
      leaving = current;
      detach();
    }
    if (stopped) {
      wire.close(link); // What failed with the connection before made the application leave.
      return;
    }
    current = link;
    saidMove = moves > 0;
    moves -= saidMove ? 1 : 0;
    limit.set(times.attempt().toMillis(), () -> giveUp("no welcome in time"));
    wire.send(current, life.hello(++hellos, token, saidMove));
  }

  /** Returns whether frames of this connection count. */
  boolean listensTo(int link) {
    return link == current && !stopped;
  }

  boolean isAttached() {
    return attached;
  }

  boolean isStopped() {
    return stopped;
  }

  /**
   * Notes that the current connection is welcomed.
   *
   * @param now the server's clock, ms since 1970
   */
  void welcomed(long now) {
    limit.cancel();
    attached = true;
    unauthorized = false;
    atLeast = 0;
    moves = 0;
    saidMove = false;
    closeLeaving();
    steady.set(times.steady().toMillis(), this::settled);
    renewAfter(TokenLife.renewAfter(token, now));
  }

  /** Sets when to go on by another connection, if the token is not renewed on this one before. */
  private void renewAfter(long millis) {
    move.cancel();
    if (millis > 0 && !token.equals(renewed)) {
      move.set(millis, this::renew);
    }
  }

  private void settled() {
    backOff.begin();
    movedLately = false;
  }

  /** Asks for a newer token. A supplier that has none is asked only once. */
  private void renew() {
    renewed = token;
    attempt();
  }

  /** Sends on the current connection, if there is one. */
  void send(String frame) {
    if (current != 0) {
      wire.send(current, frame);
    }
  }

  /** Handles the end of a connection, or one that could not be opened. */
  void closed(int link, int code, String reason) {
    if (stopped) {
      return;
    }
    if (link == leaving) {
      leaving = 0;
    } else if (link == opening) {
      opening = 0;
      failed(code, reason);
    } else if (link == current) {
      lost(code, reason);
    }
  }

  /**
   * Handles a refused upgrade.
   *
   * @param retryAfter ms to wait at least
   */
  void refused(int link, int status, long retryAfter, String reason) {
    if (link == opening && !stopped) {
      waitAtLeast(retryAfter);
      closed(link, status == NOT_PERMITTED ? UNAUTHORIZED : NO_CODE, reason);
    }
  }

  /** Delays the next attempt by at least this time. */
  void waitAtLeast(long millis) {
    atLeast = Math.max(atLeast, millis);
  }

  /** Gives up the current connection, whose close may never come. */
  void giveUp(String reason) {
    if (current != 0) {
      wire.close(current);
      lost(NO_CODE, reason);
    }
  }

  /**
   * Opens another connection and goes on there, as a node asks. If two nodes send the client to and
   * fro, it does not follow them in a loop.
   */
  void moveAfter(long millis) {
    long wait = movedLately ? Math.max(millis, backOff.next()) : millis;
    movedLately = true;
    moves = MOST_MOVES;
    move.set(wait, this::attempt);
  }

  /** Ends the session: the server closes the connection, and no other follows. */
  void end() {
    if (!attached) {
      leave("ended while it was not connected");
      return;
    }
    ending = true;
    abandonAttempt();
    wire.send(current, Frames.CLOSE);
    limit.set(times.attempt().toMillis(), () -> leave("the end was not confirmed in time"));
  }

  /** Closes the connection, and stays away. The session lingers. */
  void leave(String reason) {
    if (!stopped) {
      stop(NORMAL, reason);
    }
  }

  private void lost(int code, String reason) {
    current = 0;
    detach();
    if (stopped) {
      return;
    }
    if (ending) {
      stop(code, reason);
    } else if (code == ELSEWHERE && saidMove) {
      sentOn();
    } else {
      moves = 0;
      abandonAttempt();
      failed(code, reason);
    }
  }

  /**
   * Handles a node that sends the client on: it has more than its share, too, and has not touched
   * the session. The next address is tried without a pause. If the client did not report a move,
   * the node is not believed, or it would be asked in a loop.
   */
  private void sentOn() {
    saidMove = false;
    limit.cancel();
    long wait = atLeast;
    atLeast = 0;
    pause.set(wait, this::attempt);
  }

  /** Abandons a move that is under way: it leads nowhere. */
  private void abandonAttempt() {
    move.cancel();
    pause.cancel();
    asking = false;
    closeLink(opening);
    opening = 0;
  }

  /** Handles an attempt that failed, or whose connection is over. */
  private void failed(int code, String reason) {
    limit.cancel();
    closeLeaving();
    boolean isFinal = code >= FIRST_FINAL && code <= LAST_FINAL;
    if (isFinal && !attached && (code != UNAUTHORIZED || unauthorized)) {
      stop(code, reason);
      return;
    }
    unauthorized |= code == UNAUTHORIZED;
    long wait = Math.max(backOff.next(), atLeast);
    atLeast = 0;
    if (!attached) {
      life.state(new ClientState(Kind.OFFLINE, wait, code, reason));
    }
    pause.set(wait, this::attempt);
  }

  private void detach() {
    steady.cancel();
    move.cancel();
    renewal.end();
    attached = false;
    life.detached();
  }

  private void stop(int code, String reason) {
    stopped = true;
    asking = false;
    limit.cancel();
    pause.cancel();
    closeLink(opening);
    closeLeaving();
    closeLink(current);
    opening = 0;
    current = 0;
    detach();
    life.stopped(reason);
    life.state(new ClientState(Kind.STOPPED, 0, code, reason));
  }

  private void closeLeaving() {
    closeLink(leaving);
    leaving = 0;
  }

  private void closeLink(int link) {
    if (link != 0) {
      wire.close(link);
    }
  }
}
