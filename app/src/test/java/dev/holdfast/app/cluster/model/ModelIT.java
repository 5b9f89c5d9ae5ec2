package dev.holdfast.app.cluster.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.app.cluster.BusService;
import dev.holdfast.testkit.ClusterExtension;
import dev.holdfast.testkit.ClusterOptions;
import dev.holdfast.testkit.faults.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Random runs against a real cluster, judged by what Holdfast promises. {@code
 * -Dholdfast.model.seeds} says how many, {@code -Dholdfast.model.seed} which comes first: runs go
 * in batches of ten, and the batch of a seed decides the weather, so that one seed is repeated with
 * the nine beside it.
 */
@ExtendWith(ClusterExtension.class)
class ModelIT {
  private static final Logger LOG = LoggerFactory.getLogger(ModelIT.class);
  private static final List<Weather> WEATHERS =
      List.of(
          Weather.NODES,
          Weather.FAILOVER,
          Weather.HINTS,
          Weather.FULL,
          Weather.LATE,
          Weather.NOTICES);

  /** Half of the weathers, by chance. */
  private static final int DEFAULT_SEEDS = WEATHERS.size() / 2 * ModelBatch.SIZE;

  /** Runs of agents take longer: they are played if the seeds are asked for. */
  private static final boolean RUNS = System.getProperty("holdfast.model.seeds") != null;

  /** Batches with failures that are enough to be looked at. */
  private static final int MOST = 3;

  @Test
  void randomRunsKeepWhatIsPromised() {
    int size = ModelBatch.SIZE;
    long first = Long.getLong("holdfast.model.seed", new Random().nextInt(1_000_000)) / size * size;
    int seeds = Integer.getInteger("holdfast.model.seeds", DEFAULT_SEEDS);
    List<String> failures = new ArrayList<>();
    try (var setting = Setting.replicated(RunsPlay.options(Model.options(ClusterOptions.of(3))));
        var service = BusService.join(setting.cluster(), "model")) {
      for (long seed = first; seed < first + seeds && failures.size() < MOST; seed += size) {
        long started = System.nanoTime();
        Weather weather = weather(seed / size);
        judge(seed, new ModelBatch(setting, service, weather, seed, RUNS), failures);
        LOG.info("Seeds from {}, {}: {} ms", seed, weather, millisSince(started));
      }
    }
    assertEquals("", String.join("\n", failures));
  }

  private static Weather weather(long batch) {
    String wanted = System.getProperty("holdfast.model.weather");
    return wanted == null
        ? WEATHERS.get((int) Math.floorMod(batch, (long) WEATHERS.size()))
        : Weather.valueOf(wanted);
  }

  private static long millisSince(long nanoTime) {
    return (System.nanoTime() - nanoTime) / 1_000_000;
  }

  private static void judge(long seed, ModelBatch batch, List<String> failures) {
    List<String> violations = batch.run();
    if (!violations.isEmpty()) {
      LOG.warn("Seeds from {}: {}", seed, violations);
      failures.add(
          """
          seeds from %d (again with -Dholdfast.model.seed=%d -Dholdfast.model.seeds=%d):
            %s
          after:
            %s\
          """
              .formatted(
                  seed, seed, ModelBatch.SIZE, String.join("\n  ", violations), batch.trace()));
    }
  }
}
