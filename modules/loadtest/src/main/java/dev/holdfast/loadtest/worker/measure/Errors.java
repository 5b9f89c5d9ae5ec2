package dev.holdfast.loadtest.worker.measure;

import java.util.HashMap;
import java.util.Map;

/**
 * Counts errors by message: at most 20 messages, the rest as {@code other}. Confined to one event
 * loop.
 */
public final class Errors {
  private static final int MOST = 20;
  private static final int LONGEST = 160;
  private static final String OTHER = "other";

  private final Map<String, Long> counts = new HashMap<>();

  public void count(String message) {
    add(counts, message, 1);
  }

  /** A failure by what people need of it: its kind if the message alone says little. */
  public void count(String what, Throwable failure) {
    String message = failure.getMessage();
    String name = failure.getClass().getSimpleName();
    count(what + ": " + (message == null ? name : message.lines().findFirst().orElse(name)));
  }

  public Map<String, Long> counts() {
    return Map.copyOf(counts);
  }

  /** The same with at most 20 messages. */
  static Map<String, Long> bounded(Map<String, Long> many) {
    Map<String, Long> few = new HashMap<>();
    many.forEach((message, count) -> add(few, message, count));
    return few;
  }

  private static void add(Map<String, Long> to, String message, long count) {
    String line = message.length() > LONGEST ? message.substring(0, LONGEST) + "…" : message;
    boolean room = to.containsKey(line) || to.size() < MOST - 1;
    to.merge(room ? line : OTHER, count, Long::sum);
  }
}
