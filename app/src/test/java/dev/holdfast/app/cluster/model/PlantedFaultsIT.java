package dev.holdfast.app.cluster.model;

import static org.junit.jupiter.api.Assertions.fail;

import dev.holdfast.app.cluster.BusService;
import dev.holdfast.testkit.ClusterExtension;
import dev.holdfast.testkit.ClusterOptions;
import dev.holdfast.testkit.PlantedFault;
import dev.holdfast.testkit.faults.Setting;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The model is worth nothing if it does not find what is broken: here it is broken on purpose. The
 * first are broken always; the rest, faults that once were there, with {@code
 * -Dholdfast.model.planted=all}.
 */
@ExtendWith(ClusterExtension.class)
class PlantedFaultsIT {
  private static final Logger LOG = LoggerFactory.getLogger(PlantedFaultsIT.class);
  private static final int MOST_SEEDS = 200;
  private static final String APPEND = "dev/holdfast/channels/log_append.lua";
  private static final String NUMBER = "dev/holdfast/channels/log_number.lua";
  private static final String READ = "dev/holdfast/channels/log_read.lua";
  private static final String TRIM = "dev/holdfast/channels/log_trim.lua";
  private static final String META = "dev/holdfast/channels/log_meta.lua";
  private static final String RUN = "dev/holdfast/runs/run_prelude.lua";
  private static final String SESSION = "dev/holdfast/sessions/session_prelude.lua";

  @Test
  void fencingThatIsOffIsFound() {
    assertFound(
        new PlantedFault()
            .change(NUMBER, "^  if g < g0 then return .*$", "")
            .change(SESSION, "^  if kept > carried then .*$", ""),
        Weather.CALM,
        "fencing:");
  }

  @Test
  @EnabledIfSystemProperty(named = "holdfast.model.planted", matches = "all")
  void publishersPositionsThatAreNotKeptAreFound() {
    assertFound(
        new PlantedFault()
            .change(
                NUMBER,
                "^  local g0, n0 = .*$",
                "  local g0, n0 = tonumber(kept[1] or '0'), n - 1"),
        Weather.CALM,
        "stored twice:");
  }

  @Test
  @EnabledIfSystemProperty(named = "holdfast.model.planted", matches = "all")
  void aDroppedHintThatNobodyNoticesIsFound() {
    assertFound(
        new PlantedFault()
            .change(
                APPEND,
                "^  return \\{'stored'.*$",
                """
                if tonumber(seq) % 3 == 0 then nodes, version = {}, '' end
                return {'stored', epoch, seq, whole(now), nodes, rows, version}\
                """),
        Weather.CALM,
        "lost:");
  }

  @Test
  @EnabledIfSystemProperty(named = "holdfast.model.planted", matches = "all")
  void aSkippedLogEntryIsFound() {
    assertFound(
        new PlantedFault()
            .change(
                READ,
                "^return \\{epoch.*$",
                """
                if #entries > 1 then table.remove(entries, 1) end
                return {epoch, whole(top), whole(base), reason, entries}\
                """),
        Weather.CALM,
        "lost");
  }

  /** Logs that were idle kept one entry from then on. */
  @Test
  @EnabledIfSystemProperty(named = "holdfast.model.planted", matches = "all")
  void bytesThatAreStillCountedWhenTheLogHasExpiredAreFound() {
    assertFound(
        new PlantedFault().change(TRIM, "^  if entries == 1 then$", "  if false then"),
        Weather.CALM,
        "reason=trimmed] where nothing was lost");
  }

  /** Of two logs at the same place only one was read. */
  @Test
  @EnabledIfSystemProperty(named = "holdfast.model.planted", matches = "all")
  void dataThatOnlyTheServersRunDistinguishesAreFound() {
    assertFound(
        new PlantedFault()
            .change(
                META,
                "^  if m\\[3\\] ~= token then$",
                "  if string.sub(m[3], 1, 20) ~= string.sub(token, 1, 20) then"),
        Weather.FAILOVER,
        "lost");
  }

  /** Clients that came back last before a fail-over heard that others had replaced them. */
  @Test
  @EnabledIfSystemProperty(named = "holdfast.model.planted", matches = "all")
  void sessionsLostToAnOlderStateThatAreCalledFencedAreFound() {
    assertFound(
        new PlantedFault()
            .change(
                SESSION,
                "^  if kept < carried then return 'lost' end$",
                "  if kept < carried then return 'fenced' end"),
        Weather.FAILOVER,
        "for good");
  }

  /** A loss that was reported while a check was under way waited for the next renewal. */
  @Test
  @EnabledIfSystemProperty(named = "holdfast.model.planted", matches = "all")
  void aLookUnderWayThatIsTakenForALaterOneIsFound() {
    assertFound(
        new PlantedFault()
            .changeClass(
                "channels/src/main/java/dev/holdfast/channels/fanout/Peers.java",
                "^    peer.owed = Math.min\\(peer.owed, peer.until\\);$",
                "    peer.owed = peer.looking ? NOTHING : peer.until;"),
        Weather.HINTS,
        "lost for");
  }

  /** A late attach threw out the client that had come back elsewhere. */
  @Test
  @EnabledIfSystemProperty(named = "holdfast.model.planted", matches = "all")
  void whatIsDoneAfterItsDeadlineIsFound() {
    assertFound(
        new PlantedFault()
            .change(SESSION, "^  if now_ms\\(\\) > tonumber\\(deadline\\) then.*$", ""),
        Weather.LATE,
        "for good");
  }

  /** Who was replaced went on reading, where nobody could say so. */
  @Test
  @EnabledIfSystemProperty(named = "holdfast.model.planted", matches = "all")
  void connectionsThatAreNeverComparedAreFound() {
    assertFound(
        new PlantedFault()
            .changeClass(
                "gateway/src/main/java/dev/holdfast/gateway/attachment/Holds.java",
                "\\(double\\) tick\\.toNanos\\(\\) / period\\.toNanos\\(\\)",
                "0"),
        Weather.NOTICES,
        "connections of");
  }

  /** A worker that had lost its run wrote behind its end. */
  @Test
  @EnabledIfSystemProperty(named = "holdfast.model.planted", matches = "all")
  void workersThatAreNotFencedAreFound() {
    assertFound(
        new PlantedFault().change(RUN, "^  redis.call\\('HSET', publisher, 'g', g\\)$", ""),
        Weather.CALM,
        "lost it wrote",
        true);
  }

  /** Pages that were loaded late had a piece of the text twice. */
  @Test
  @EnabledIfSystemProperty(named = "holdfast.model.planted", matches = "all")
  void aSnapshotWithMoreThanItsPositionSaysIsFound() {
    assertFound(
        new PlantedFault()
            .changeClass(
                "runs/src/main/java/dev/holdfast/runs/ingest/Snapshots.java",
                "RunStore\\.Kept\\(at,",
                "RunStore.Kept(new Position(at.epoch(), at.seq() - 1),"),
        Weather.CALM,
        " has {",
        true);
  }

  private static void assertFound(PlantedFault fault, Weather weather, String words) {
    assertFound(fault, weather, words, false);
  }

  private static void assertFound(
      PlantedFault fault, Weather weather, String words, boolean ofRuns) {
    List<String> others = new ArrayList<>();
    ClusterOptions options =
        RunsPlay.options(Model.options(ClusterOptions.of(3))).withFault(fault.folder());
    try (var setting = Setting.replicated(options);
        var service = BusService.join(setting.cluster(), "model")) {
      for (long seed = 0; seed < MOST_SEEDS; seed += ModelBatch.SIZE) {
        List<String> violations = new ModelBatch(setting, service, weather, seed, ofRuns).run();
        if (violations.stream().anyMatch(violation -> violation.contains(words))) {
          LOG.info("Found within {} seeds: {}", seed + ModelBatch.SIZE, words);
          return;
        }
        others.addAll(violations);
      }
    }
    fail("not found in " + MOST_SEEDS + " seeds; but: " + others);
  }
}
