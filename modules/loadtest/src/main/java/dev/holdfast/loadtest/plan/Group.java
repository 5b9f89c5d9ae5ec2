package dev.holdfast.loadtest.plan;

/**
 * Clients that are alike. Client {@code i} is the user {@code <name>-<i>} of the tenant, and reads
 * its session's own channels, and {@code topic:<name>-<i mod topics>}. Worker {@code w} of {@code
 * n} has the clients with {@code i mod n == w}.
 *
 * @param name 1–32 letters, digits and {@code -}; unique in the plan
 * @param clients how many in all workers
 * @param topics how many topics they are spread over; 0: none is subscribed
 * @param kind what they speak
 */
public record Group(String name, String tenant, int clients, int topics, Kind kind) {
  /** The behaviour of a group's clients. */
  public enum Kind {
    /** Speaks {@code holdfast.v1}, and keeps a ledger. */
    SESSION,
    /** The same, but stops reading once it is attached; keeps no ledger, does not come back. */
    SLOW,
    /** A plain WebSocket without a hello: the baseline. Keeps a ledger of one channel. */
    BARE,
    /** Speaks {@code holdfast.v1}, asks an agent, and reads the runs. Keeps a ledger of tokens. */
    CHAT,
    /** The same; at random it loses its connection, or its page is loaded again. */
    RELOADING;

    public boolean chats() {
      return this == CHAT || this == RELOADING;
    }
  }

  public String user(int client) {
    return name + "-" + client;
  }

  /** The name of a channel. */
  public String topic(int number) {
    return "topic:" + name + "-" + number;
  }
}
