package dev.holdfast.loadtest.targets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures the heap that nodes really hold: bytes in use after a full collection. If the node's
 * process is ours, a collection is asked for; otherwise the last one counts. Blocks.
 */
public final class LiveHeap {
  private static final Logger LOG = LoggerFactory.getLogger(LiveHeap.class);
  private static final long PATIENCE_S = 20;

  private LiveHeap() {}

  /**
   * @return bytes of all nodes together; none: one of them is not known
   */
  public static @Nullable Double of(Target target) throws InterruptedException {
    double sum = 0;
    for (TargetNode node : target.nodes()) {
      Double heap = of(target, node);
      if (heap == null) {
        return null;
      }
      sum += heap;
    }
    return sum;
  }

  private static @Nullable Double of(Target target, TargetNode node) throws InterruptedException {
    OptionalLong pid = target.pid(node);
    boolean collected = pid.isPresent() && collect(pid.getAsLong());
    try {
      var metrics = new MetricsText(Http.get(node.url(), "/metrics", null).body());
      if (collected) {
        return metrics.sum("jvm_memory_used_bytes", "area=\"heap\"");
      }
      Double live = metrics.sum("jvm_gc_live_data_size_bytes", "");
      return live == null || live == 0 ? null : live;
    } catch (IOException e) {
      return null;
    }
  }

  private static boolean collect(long pid) throws InterruptedException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    if (!Files.isExecutable(jcmd)) {
      return false;
    }
    try {
      var process =
          new ProcessBuilder(jcmd.toString(), Long.toString(pid), "GC.run")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      boolean ended = process.waitFor(PATIENCE_S, TimeUnit.SECONDS);
      return ended && process.exitValue() == 0;
    } catch (IOException e) {
      LOG.debug("no collection of {}", pid, e);
      return false;
    }
  }
}
