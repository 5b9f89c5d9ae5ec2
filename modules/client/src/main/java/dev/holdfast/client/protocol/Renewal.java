package dev.holdfast.client.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.client.session.ClientTimes;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Renews the token of a connection while it stays: asks the application for another one, and sends
 * it. What fails is tried again after a wait, until the connection ends. Confined to the session's
 * thread.
 */
final class Renewal {
  private final Wire wire;
  private final ClientTimes times;
  private final Use use;
  private final BackOff backOff;
  private final Alarm alarm;
  private boolean busy;
  private int ask;
  private int round;
  private boolean failed;

  /** The connection whose token it is. */
  interface Use {
    /**
     * Returns the number of one more question for a token; 0: an attempt to connect asks already.
     */
    int nextAsk();

    /** Returns the token of the connection. */
    String token();

    /** Sends another token. Completes when the server has taken it. */
    CompletableFuture<JsonNode> refresh(String token);

    /**
     * Reports that the token is in force.
     *
     * @param left ms that are left of it; 0: it has no end
     */
    void renewed(String token, long left);

    /**
     * Reports that there is no new token yet, or that there is after such a report.
     *
     * @param reason empty: there is
     * @param wait ms to the next attempt
     */
    void failed(String reason, long wait);
  }

  Renewal(Wire wire, ClientTimes times, Use use) {
    this.wire = wire;
    this.times = times;
    this.use = use;
    this.backOff = new BackOff(times);
    this.alarm = new Alarm(wire);
  }

  /** Begins, unless that is under way. */
  void begin() {
    if (!busy) {
      busy = true;
      backOff.begin();
      ask();
    }
  }

  private void ask() {
    int asked = use.nextAsk();
    if (asked == 0) {
      busy = false;
      return;
    }
    ask = asked;
    alarm.set(times.attempt().toMillis(), () -> noToken(asked, "no token in time"));
    wire.token(asked);
  }

  /** Takes the application's answer; returns whether it is to a question of this renewal. */
  boolean token(int asked, String token) {
    if (!isAsked(asked)) {
      return false;
    }
    ask = 0;
    alarm.cancel();
    if (token.equals(use.token())) {
      again("no newer token");
      return true;
    }
    int of = round;
    use.refresh(token)
        .whenComplete(
            (data, failure) -> {
              if (of == round) {
                settled(token, data, failure);
              }
            });
    return true;
  }

  /** Takes the report that there is no token; returns whether it answers this renewal. */
  boolean noToken(int asked, String reason) {
    if (!isAsked(asked)) {
      return false;
    }
    ask = 0;
    again(reason);
    return true;
  }

  private boolean isAsked(int asked) {
    return ask != 0 && ask == asked;
  }

  private void settled(String token, @Nullable JsonNode data, @Nullable Throwable failure) {
    if (failure != null || data == null) {
      again("the token was refused: " + failure);
      return;
    }
    end();
    use.renewed(token, data.path("expiresIn").asLong(0));
    if (failed) {
      failed = false;
      use.failed("", 0);
    }
  }

  private void again(String reason) {
    failed = true;
    long wait = backOff.next();
    alarm.set(wait, this::ask);
    use.failed(reason, wait);
  }

  /** Ends, as the connection does. */
  void end() {
    busy = false;
    ask = 0;
    round++;
    alarm.cancel();
  }
}
