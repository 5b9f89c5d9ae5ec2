package dev.holdfast.app.cluster;

import static org.junit.jupiter.api.Assertions.fail;

import dev.holdfast.testkit.ClusterExtension;
import dev.holdfast.testkit.ClusterOptions;
import dev.holdfast.testkit.PlantedFault;
import dev.holdfast.testkit.TestCluster;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The model is worth nothing if it does not find what is broken: here it is broken on purpose. */
@ExtendWith(ClusterExtension.class)
class PlantedFaultsIT {
  private static final int MOST_SEEDS = 30;
  private static final String APPEND = "dev/holdfast/channels/log_append.lua";
  private static final String READ = "dev/holdfast/channels/log_read.lua";
  private static final String SESSION = "dev/holdfast/sessions/session_prelude.lua";

  @Test
  void fencingThatIsOffIsFound() {
    assertFound(
        new PlantedFault()
            .change(APPEND, "^if g < g0 then return .*$", "")
            .change(SESSION, "^  if kept > carried then return 'fenced' end$", ""),
        "fencing:");
  }

  @Test
  void publishersPositionsThatAreNotKeptAreFound() {
    assertFound(
        new PlantedFault()
            .change(
                APPEND, "^local g0, n0 = .*$", "local g0, n0 = tonumber(kept[1] or '0'), n - 1"),
        "stored twice:");
  }

  @Test
  void aDroppedHintThatNobodyNoticesIsFound() {
    assertFound(
        new PlantedFault()
            .change(
                APPEND,
                "^return \\{'stored'.*$",
                """
                local told = interested(KEYS[3], kind, now)
                if told and tonumber(seq) % 3 == 0 then told = {} end
                return {'stored', epoch, seq, whole(now), told}"""),
        "lost:");
  }

  @Test
  void aSkippedLogEntryIsFound() {
    assertFound(
        new PlantedFault()
            .change(
                READ,
                "^return \\{epoch.*$",
                """
                if #entries > 1 then table.remove(entries, 1) end
                return {epoch, whole(top), whole(base), reason, entries}"""),
        "lost");
  }

  private static void assertFound(PlantedFault fault, String words) {
    List<String> others = new ArrayList<>();
    try (var cluster = TestCluster.start(ClusterOptions.of(2).withFault(fault.folder()));
        var service = BusService.join(cluster, "model")) {
      for (long seed = 1; seed <= MOST_SEEDS; seed++) {
        List<String> violations = new Model(cluster, service, seed, false).run();
        if (violations.stream().anyMatch(violation -> violation.contains(words))) {
          return;
        }
        others.addAll(violations);
      }
    }
    fail("not found in " + MOST_SEEDS + " seeds; but: " + others);
  }
}
