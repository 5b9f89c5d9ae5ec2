package dev.holdfast.testkit.attacks;

import dev.holdfast.core.Ids;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.attacks.kinds.Attack;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plays one attack: bystanders before, during and after it, and the verdict. What the attacker left
 * in Redis is erased at the end.
 */
public final class Play {
  private static final Logger LOG = LoggerFactory.getLogger(Play.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final Duration BACK = Duration.ofSeconds(2);
  private static final int MOST_LISTED = 10;
  private static final int MOST_SERIES = 10_000;

  /** From there on nodes refuse what grows. */
  private static final double MOST_OF_STORE = 0.9;

  private static final int BATCH = 500;

  private final TestCluster cluster;
  private final Attacker attacker;
  private final Scale scale;
  private final String tenant = "a-" + Ids.fresh();
  private final List<String> violations = new ArrayList<>();

  /**
   * The scale of a play.
   *
   * @param tenants of bystanders
   * @param users of each tenant
   * @param perSecond publications of all bystanders together
   * @param time of the attack
   * @param window how long it is measured before, and after
   */
  public record Scale(int tenants, int users, int perSecond, Duration time, Duration window) {
    private static final Duration SHORT = Duration.ofMillis(300);

    /** Returns a scale of so long an attack, around which little is measured. */
    public Scale lasting(Duration other) {
      return new Scale(tenants, users, perSecond, other, SHORT);
    }
  }

  /**
   * Moments by {@link System#nanoTime}; the intervals between them are before, during, and after.
   */
  private record Times(long before, long begin, long end, long after, long over) {}

  private Play(TestCluster cluster, Attacker attacker, Scale scale) {
    this.cluster = cluster;
    this.attacker = attacker;
    this.scale = scale;
  }

  /** Returns when all is over. */
  public static Outcome of(TestCluster cluster, Attacker attacker, Scale scale, Attack attack) {
    var play = new Play(cluster, attacker, scale);
    try (var bystanders =
            Bystanders.of(cluster, scale.tenants(), scale.users(), scale.perSecond());
        var vitals = new Vitals(cluster)) {
      Outcome outcome = play.outcome(attack, bystanders, vitals);
      LOG.info("{}: {}", attack.name(), outcome);
      return outcome;
    } finally {
      play.erase();
    }
  }

  private Outcome outcome(Attack attack, Bystanders bystanders, Vitals vitals) {
    Duration usual = bystanders.round(TIMEOUT);
    long before = System.nanoTime();
    lasts(before);
    long begin = System.nanoTime();
    Attacker.Result result = attacker.attack(attack, cluster, tenant, scale.time()).join();
    long end = System.nanoTime();
    Duration back = back(bystanders);
    long after = System.nanoTime();
    lasts(after);
    var times = new Times(before, begin, end, after, System.nanoTime());
    settle(bystanders);
    Outcome.Taken taken = vitals.taken();
    check(result, taken);
    violations.addAll(summary(bystanders.errors()));
    checkBack(back, usual);
    var delivery = phases(times, bystanders::deliveries);
    var requests = phases(times, bystanders::requests);
    return new Outcome(attack.name(), result, delivery, requests, back, taken, violations);
  }

  private interface Measure {
    Latencies between(long from, long to);
  }

  private static Outcome.Phases phases(Times times, Measure measure) {
    return new Outcome.Phases(
        measure.between(times.before(), times.begin()),
        measure.between(times.begin(), times.end()),
        measure.between(times.after(), times.over()));
  }

  /** Waits until the time to measure in is over, which is a time and nothing else. */
  private void lasts(long since) {
    Awaitility.await()
        .atMost(scale.window().plus(TIMEOUT))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(10))
        .until(() -> System.nanoTime() - since >= scale.window().toNanos());
  }

  /** The timeout if it never was. */
  private Duration back(Bystanders bystanders) {
    Duration took = TIMEOUT;
    try {
      took = bystanders.round(TIMEOUT);
    } catch (ConditionTimeoutException never) {
      violations.add("bystanders were not served within " + TIMEOUT);
    }
    return took;
  }

  private void settle(Bystanders bystanders) {
    try {
      bystanders.settle();
    } catch (ConditionTimeoutException never) {
      violations.add("not everything was answered and read: " + never.getMessage());
    }
  }

  private void check(Attacker.Result result, Outcome.Taken taken) {
    if (result.tries() == 0) {
      violations.add("nothing was attacked");
    }
    if (taken.budget() > 1) {
      violations.add("over its budget: " + taken.fullest());
    }
    if (taken.store() > MOST_OF_STORE) {
      violations.add("into the reserve of Redis: %.0f %%".formatted(100 * taken.store()));
    }
    if (taken.series() > MOST_SERIES) {
      violations.add(taken.series() + " lines of metrics");
    }
    cluster.nodes().stream()
        .filter(node -> !node.isReady())
        .forEach(node -> violations.add(node.id() + " is not ready"));
  }

  /** Service is as before within two seconds: then all is done in the time that it took before. */
  private void checkBack(Duration back, Duration usual) {
    if (back.compareTo(BACK.plus(usual)) > 0) {
      violations.add(
          "service was back after " + back.toMillis() + " ms, before " + usual.toMillis());
    }
  }

  /** Each kind once, with how often it came. */
  private static List<String> summary(List<String> errors) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    errors.forEach(error -> counts.merge(error, 1, Integer::sum));
    return counts.entrySet().stream()
        .limit(MOST_LISTED)
        .map(one -> one.getValue() + " × " + one.getKey())
        .toList();
  }

  /** Erases the data that one attacker stored, so that the next one does not meet it. */
  private void erase() {
    String found = cluster.redis().text("KEYS", "*" + tenant + "*");
    List<String> keys = found.lines().filter(key -> !key.isEmpty()).toList();
    for (int i = 0; i < keys.size(); i += BATCH) {
      List<String> words = new ArrayList<>(keys.subList(i, Math.min(keys.size(), i + BATCH)));
      words.add(0, "UNLINK");
      cluster.redis().call(words.toArray(String[]::new));
    }
  }
}
