package dev.holdfast.loadtest.run.figures;

import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import dev.holdfast.loadtest.plan.Flow;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a run; complete and within bounds.
 *
 * @param connections clients in all
 * @param rate publications per second in all
 * @param payload bytes of JSON in each
 * @param warmup seconds of load before the measuring
 * @param duration seconds of measuring
 * @param connectRate connects per second in all workers; 0: as fast as they go
 * @param tenant that the clients are of
 * @param via how flows are published, if the scenario doesn't say
 * @param limit seconds that the run may take in all
 */
public record Settings(
    int connections,
    double rate,
    int payload,
    double warmup,
    double duration,
    double connectRate,
    String tenant,
    Flow.Via via,
    double limit) {
  static final int MOST_CONNECTIONS = 500_000;
  static final int LEAST_PAYLOAD = 60;
  static final int MOST_PAYLOAD = 60_000;
  static final double DAY = 86_400;

  public Settings {
    within("--connections", connections, 1, MOST_CONNECTIONS);
    within("--rate", rate, 0.1, 1_000_000);
    within("--payload", payload, LEAST_PAYLOAD, MOST_PAYLOAD);
    within("--warmup", warmup, 0, 3_600);
    within("--duration", duration, 1, DAY);
    within("--connect-rate", connectRate, 0, 100_000);
    within("--limit", limit, 1, DAY);
    if (warmup + duration > limit) {
      throw new IllegalArgumentException(
          "--warmup and --duration take %s s, which is more than the --limit of %s min"
              .formatted(text(warmup + duration), text(limit / 60)));
    }
    try {
      Names.tenant(tenant);
    } catch (HoldfastException e) {
      throw new IllegalArgumentException("--tenant: " + e.getMessage());
    }
  }

  static void within(String option, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw new IllegalArgumentException(
          "%s: %s to %s, not %s".formatted(option, text(least), text(most), text(value)));
    }
  }

  /** Returns them for the report, without those that the scenario does not use. */
  public Map<String, String> text(Defaults used) {
    var text = new LinkedHashMap<String, String>();
    text.put("connections", Integer.toString(connections));
    put(text, "rate", used.rate(), text(rate) + " /s");
    put(text, "payload", used.payload(), payload + " B");
    put(text, "warmup", used.warmup(), text(warmup) + " s");
    put(text, "duration", used.duration(), text(duration) + " s");
    text.put("connectRate", connectRate == 0 ? "as fast as it goes" : text(connectRate) + " /s");
    text.put("tenant", tenant);
    text.put("via", via.name().toLowerCase());
    return text;
  }

  private static void put(
      Map<String, String> text, String name, @Nullable Number used, String value) {
    if (used != null) {
      text.put(name, value);
    }
  }

  public static String text(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }
}
