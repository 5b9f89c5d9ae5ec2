package dev.holdfast.testkit.attacks.kinds;

import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/**
 * Counts the answers that an attacker got: statuses, codes of errors, ends of connections. Any
 * thread.
 */
public final class Answers {
  private static final int MOST = 5;

  private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();
  private final LongAdder tries = new LongAdder();

  void tried(int times) {
    tries.add(times);
  }

  void add(String answer) {
    counts.computeIfAbsent(answer, first -> new LongAdder()).increment();
  }

  public long tries() {
    return tries.sum();
  }

  /** The most frequent first: {@code 429 rate_limited × 310, 200 × 40}. */
  public String text() {
    return counts.entrySet().stream()
        .sorted(
            Comparator.comparingLong((Map.Entry<String, LongAdder> one) -> -one.getValue().sum()))
        .limit(MOST)
        .map(one -> one.getKey() + " × " + one.getValue())
        .collect(Collectors.joining(", "));
  }
}
