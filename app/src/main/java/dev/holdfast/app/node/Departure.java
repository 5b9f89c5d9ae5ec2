package dev.holdfast.app.node;

import java.util.List;

/**
 * The clients and sessions that a node hands on when it ends, for the person who ends it.
 *
 * @param clients open sockets when it began
 * @param sessions attached then
 * @param others ids of the live nodes that clients may go to
 */
record Departure(int clients, int sessions, List<String> others) {
  String begins() {
    return "%s with %s asked to reconnect; %s"
        .formatted(
            count(clients, "client"),
            count(sessions, "session"),
            others.isEmpty()
                ? "no other node is live: the sessions wait in Redis until one is, at most for sessions.linger"
                : "the other nodes take them: " + String.join(", ", others));
  }

  /**
   * @param left sessions that are still attached here
   */
  String ended(int left) {
    String handedOn = "Ended: %s handed on".formatted(count(sessions - left, "session"));
    return left == 0
        ? handedOn
        : handedOn + "; %s left to the other nodes when the lease is over".formatted(left);
  }

  private static String count(int number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }
}
