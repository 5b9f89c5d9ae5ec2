package dev.holdfast.client.session;

/**
 * The state of a client.
 *
 * @param retryIn ms to the next attempt, if it is offline, or has no new token; else 0
 * @param code the close code that ended the last connection; 0 if none did, 1006 if there was none
 * @param reason the cause if it is offline or stopped; if it is not, why its token could not be
 *     renewed yet; else empty
 */
public record ClientState(Kind kind, long retryIn, int code, String reason) {
  /** The kinds of a state. */
  public enum Kind {
    CONNECTING,
    CATCHING_UP,
    ONLINE,
    OFFLINE,
    STOPPED
  }

  /** Returns a state without a wait and without a close. */
  public static ClientState of(Kind kind) {
    return new ClientState(kind, 0, 0, "");
  }
}
