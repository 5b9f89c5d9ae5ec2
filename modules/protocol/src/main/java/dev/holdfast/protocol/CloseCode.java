package dev.holdfast.protocol;

import java.util.Locale;

/**
 * The reasons for which the server closes a WebSocket: the one table. The number's range says what
 * the client does next: 4000 to 4499, it reconnects and resumes; 4500 to 4999, it does not come
 * back as this session. (The idea of ranges that decide is that of Centrifugo's disconnect codes.)
 */
public enum CloseCode {
  SHUTDOWN(4000, "the node is stopping"),
  SLOW(4001, "did not read for too long"),
  NO_PONG(4002, "silent for two heartbeats"),
  HELLO_TIMEOUT(4003, "no hello in time"),
  UNAVAILABLE(4004, "the store is away"),
  EXPIRED(4005, "the token has expired, and the grace time after it"),
  DISCONNECTED(4006, "closed by a service or operator"),
  INTERNAL(4007, "something went wrong"),
  TOO_FAST(4008, "published faster than its rate for too long"),
  LOST(4009, "the store does not know that this connection holds the session"),
  LIMITED(4010, "a limit of the user or tenant is reached"),
  ELSEWHERE(4011, "the client was asked to move, and this node has its share, too"),
  REPLACED(4500, "another connection holds the session"),
  UNAUTHORIZED(4501, "no token, or not a valid one"),
  FORBIDDEN(4502, "not permitted here"),
  ENDED(4503, "the session has ended"),
  REVOKED(4504, "the session's rights were withdrawn"),
  PROTOCOL(4505, "malformed frames, or one over the limit"),
  TENANT_SUSPENDED(4506, "the tenant is suspended"),
  TENANT_UNKNOWN(4507, "the tenant is not one of those admitted here");

  public final short number;
  public final String meaning;

  CloseCode(int number, String meaning) {
    this.number = (short) number;
    this.meaning = meaning;
  }

  /** Returns whether the client is to come back as the same session. */
  public boolean reconnects() {
    return number < 4500;
  }

  /** The name that goes with the number as the reason, for example {@code no_pong}. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
