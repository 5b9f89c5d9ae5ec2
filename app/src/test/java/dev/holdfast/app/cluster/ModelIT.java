package dev.holdfast.app.cluster;

import static org.junit.jupiter.api.Assertions.fail;

import dev.holdfast.testkit.ClusterExtension;
import dev.holdfast.testkit.TestCluster;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Random runs against a real cluster, judged by what Holdfast promises. {@code
 * -Dholdfast.model.seeds} says how many, {@code -Dholdfast.model.seed} which comes first.
 */
@ExtendWith(ClusterExtension.class)
class ModelIT {
  private static final Logger LOG = LoggerFactory.getLogger(ModelIT.class);
  private static final int DEFAULT_SEEDS = 5;

  @Test
  void randomRunsKeepWhatIsPromised() {
    long first = Long.getLong("holdfast.model.seed", new Random().nextInt(1_000_000));
    int seeds = Integer.getInteger("holdfast.model.seeds", DEFAULT_SEEDS);
    try (var cluster = TestCluster.start(3);
        var service = BusService.join(cluster, "model")) {
      for (long seed = first; seed < first + seeds; seed++) {
        long started = System.nanoTime();
        judge(seed, new Model(cluster, service, seed, true));
        LOG.info("Seed {}: {} ms", seed, (System.nanoTime() - started) / 1_000_000);
        // What the run killed.
        cluster.startAll();
      }
    }
  }

  private static void judge(long seed, Model model) {
    List<String> violations = model.run();
    if (!violations.isEmpty()) {
      fail(
          """
          seed %d (again with -Dholdfast.model.seed=%d -Dholdfast.model.seeds=1):
            %s
          after:
            %s"""
              .formatted(
                  seed, seed, String.join("\n  ", violations), String.join("\n  ", model.trace())));
    }
  }
}
