package dev.holdfast.model;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.model.Tlc.Outcome;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The log of a channel, as designed, and with one part of the design taken away at a time. */
class ChannelLogTest {
  private static final Tlc CALM =
      new Tlc(
          "ChannelLog",
          Map.ofEntries(
              Map.entry("Appends", "3"),
              Map.entry("Promotions", "0"),
              Map.entry("Most", "2"),
              Map.entry("Lost", "FALSE"),
              Map.entry("Fails", "0"),
              Map.entry("Idles", "FALSE"),
              Map.entry("Leaves", "FALSE"),
              Map.entry("Lapses", "0"),
              Map.entry("StampsEmpty", "TRUE"),
              Map.entry("TokenChanges", "TRUE"),
              Map.entry("BytesStartAnew", "TRUE"),
              Map.entry("ChecksAgain", "TRUE"),
              Map.entry("KeepsSince", "TRUE")));

  private static final List<String> IN_EACH_STATE =
      List.of("NothingSkipped", "BytesAreTrue", "NoFalseAlarm");
  private static final List<String> RETENTION = List.of("KeepsItsRetention");
  private static final List<String> ARRIVAL = List.of("EverythingArrives");

  @Test
  void overAFailoverAndBackNothingIsSkipped() throws Exception {
    holds(failback().checkUnlessKnown(IN_EACH_STATE, RETENTION));
  }

  @Test
  void withLostHintsAndIdleTimesEverythingArrives() throws Exception {
    Tlc faults = CALM.with("Lost", "TRUE").with("Idles", "TRUE").with("Appends", 4);
    holds(
        faults.checkUnlessKnown(IN_EACH_STATE, List.of("KeepsItsRetention", "EverythingArrives")));
  }

  @Test
  void withLostHintsAndLooksThatFailEverythingArrives() throws Exception {
    Tlc faults = CALM.with("Lost", "TRUE").with("Fails", 2);
    holds(faults.checkUnlessKnown(IN_EACH_STATE, ARRIVAL));
  }

  /** A beat moves the time on before the look from the time before is done. */
  @Test
  void aLookThatIsRepeatedFromALaterTimeMissesWhatWasLostBefore() throws Exception {
    Tlc forgetful = CALM.with("Lost", "TRUE").with("Fails", 1).with("KeepsSince", "FALSE");
    fails(forgetful.check(List.of(), ARRIVAL));
  }

  @Test
  void withLostHintsAndAFailoverEverythingArrives() throws Exception {
    Tlc faults = CALM.with("Lost", "TRUE").with("Promotions", 1).with("Appends", 2);
    holds(faults.checkUnlessKnown(IN_EACH_STATE, ARRIVAL));
  }

  /**
   * A process keeps its run id when it is demoted and promoted again: one position, two entries.
   */
  @Test
  void aRunIdAloneSkipsWhatWasWrittenAfterAFailback() throws Exception {
    fails(failback().with("TokenChanges", "FALSE").check(List.of("NothingSkipped"), List.of()));
  }

  /**
   * The stream goes by its TTL, and the count of its bytes stayed: in the end one entry was kept.
   */
  @Test
  void bytesThatOutliveTheirStreamTakeTheRetentionAway() throws Exception {
    Tlc idle = CALM.with("Idles", "TRUE").with("Appends", 5).with("BytesStartAnew", "FALSE");
    fails(idle.check(List.of("BytesAreTrue"), List.of()));
    fails(idle.check(List.of(), RETENTION));
  }

  /** What a check that is under way answers may be of before the loss. */
  @Test
  void aCheckUnderWayHidesALossWhereNoneFollows() throws Exception {
    fails(CALM.with("Lost", "TRUE").with("ChecksAgain", "FALSE").check(List.of(), ARRIVAL));
  }

  @Test
  void aLogWithoutPublicationsGoesAndWhoComesBackHearsOfNoLoss() throws Exception {
    holds(CALM.with("Leaves", "TRUE").with("Lapses", 2).checkUnlessKnown(IN_EACH_STATE, RETENTION));
    Tlc failover = failback().with("Lapses", 2).with("Promotions", 1).with("Appends", 2);
    holds(failover.checkUnlessKnown(IN_EACH_STATE, RETENTION));
  }

  /** Channels that only had readers left their metas for 7 days; with them went the epoch. */
  @Test
  void anEpochThatDoesNotSayThatTheLogWasEmptyIsTakenForALoss() throws Exception {
    Tlc lapsing = CALM.with("Leaves", "TRUE").with("Lapses", 2).with("StampsEmpty", "FALSE");
    fails(lapsing.check(List.of("NoFalseAlarm"), List.of()));
  }

  private static Tlc failback() {
    return CALM.with("Promotions", 2).with("Leaves", "TRUE");
  }

  private static void holds(Outcome outcome) {
    assertFalse(outcome.violated(), outcome::output);
  }

  private static void fails(Outcome outcome) {
    assertTrue(outcome.violated(), outcome::output);
  }
}
