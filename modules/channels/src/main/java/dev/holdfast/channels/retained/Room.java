package dev.holdfast.channels.retained;

import java.util.List;

/**
 * Room for a message's publications to one channel, until they are answered. Confined to the
 * context of its {@link Retained}.
 */
public final class Room {
  /** Room of publications that are not counted. */
  public static final Room UNCOUNTED = new Room("", List.of(), Amount.NONE, "");

  /** Room of a service that is held to no limit. */
  public static final Room COUNTED = new Room("+", List.of(), Amount.NONE, "");

  private final String who;
  private final List<Share> shares;
  private final Amount amount;
  private final String over;
  private boolean left;

  Room(String who, List<Share> shares, Amount amount, String over) {
    this.who = who;
    this.shares = shares;
    this.over = over;
    boolean bytes = over.isEmpty() || over.equals("c");
    this.amount =
        new Amount(over.contains("c") ? 0 : amount.channels(), bytes ? amount.bytes() : 0);
    shares.forEach(share -> share.reserve(this.amount));
  }

  /** Returns the publisher in the form that {@code log_count} takes. */
  public String who() {
    return who;
  }

  /** Returns the limits that are reached in the form that {@code log_room} takes. */
  public String over() {
    return over;
  }

  /** Gives the room back. Must be called once all is answered and the changes are noted. */
  public void leave() {
    if (!left) {
      left = true;
      shares.forEach(share -> share.release(amount));
    }
  }
}
