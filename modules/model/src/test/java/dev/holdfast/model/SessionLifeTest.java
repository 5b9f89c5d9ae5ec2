package dev.holdfast.model;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.model.Tlc.Outcome;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The life of a session, as designed, and with one part of the design taken away at a time. */
class SessionLifeTest {
  private static final Tlc CALM =
      new Tlc(
          "SessionLife",
          Map.ofEntries(
              Map.entry("Nodes", "{n1, n2}"),
              Map.entry("Conns", "{c1, c2}"),
              Map.entry("Lost", "FALSE"),
              Map.entry("Late", "FALSE"),
              Map.entry("Kills", "FALSE"),
              Map.entry("Failovers", "0"),
              Map.entry("Ends", "FALSE"),
              Map.entry("GreatestWins", "TRUE"),
              Map.entry("HasDeadline", "TRUE"),
              Map.entry("LowerIsLost", "TRUE"),
              Map.entry("GenerationsLeap", "TRUE"),
              Map.entry("LeapsApart", "TRUE"),
              Map.entry("Compares", "TRUE")));

  private static final List<String> IN_EACH_STATE = List.of("OneWriter");
  private static final List<String> IN_EACH_STEP = List.of("ReplacedByAnother", "NoZombie");
  private static final List<String> IN_THE_END = List.of("SupersededIsClosed", "NothingDangles");

  @Test
  void withFaultsOfBusAndRedisThereIsOneWriterAndNobodyIsReplacedByNobody() throws Exception {
    Tlc faults = CALM.with("Lost", "TRUE").with("Late", "TRUE").with("Ends", "TRUE");
    holds(faults.with("Failovers", "1").checkUnlessKnown(IN_EACH_STATE, IN_EACH_STEP));
  }

  @Test
  void withLateAttachesAndKilledNodesEverythingIsMendedInTheEnd() throws Exception {
    Tlc faults = CALM.with("Late", "TRUE").with("Kills", "TRUE").with("Lost", "TRUE");
    holds(faults.checkUnlessKnown(IN_EACH_STATE, IN_EACH_STEP));
    holds(faults.with("Lost", "FALSE").checkUnlessKnown(IN_EACH_STATE, IN_THE_END));
  }

  @Test
  void afterAFailoverToAnOlderStateEverythingIsMendedInTheEnd() throws Exception {
    Tlc faults = CALM.with("Failovers", "1").with("Ends", "TRUE").with("Lost", "TRUE");
    holds(faults.checkUnlessKnown(IN_EACH_STATE, IN_THE_END));
  }

  /** Two resumes that race: the loser's node heard of 38, then of 37, and kept what came last. */
  @Test
  void aNoticeThatComesLateAndOlderLeavesTwoConnectionsWhereTheLatestWins() throws Exception {
    Tlc racing = CALM.with("Compares", "FALSE").with("Conns", "{c1, c2, c3}");
    List<String> closed = List.of("SupersededIsClosed");
    fails(racing.with("GreatestWins", "FALSE").check(List.of(), closed));
    holds(racing.checkUnlessKnown(IN_EACH_STATE, closed));
  }

  /** Clients that had attached just before a failover were refused for good. */
  @Test
  void aLowerGenerationTakenForReplacedSendsAwayWhoIsAlone() throws Exception {
    Tlc fenced = CALM.with("LowerIsLost", "FALSE").with("Failovers", "1");
    fails(fenced.check(List.of(), List.of("ReplacedByAnother")));
  }

  /** After a failover the next attach had the generation of one that the replica never got. */
  @Test
  void aGenerationThatIsGivenTwiceLetsTwoWriteAndSendsAwayWhoIsAlone() throws Exception {
    Tlc counted = CALM.with("GenerationsLeap", "FALSE").with("Failovers", "1");
    fails(counted.check(IN_EACH_STATE, List.of()));
    fails(counted.with("Conns", "{c1, c2, c3}").check(List.of(), List.of("ReplacedByAnother")));
  }

  /** After a failover and back, both servers had leapt from one copy, to one generation. */
  @Test
  void twoServersThatLeapToOneGenerationLetTwoWrite() throws Exception {
    Tlc twice = CALM.with("Failovers", "2");
    fails(twice.with("LeapsApart", "FALSE").check(IN_EACH_STATE, List.of()));
    holds(twice.checkUnlessKnown(IN_EACH_STATE, IN_EACH_STEP));
  }

  /** An attach that Redis read 14 s late threw out the client that had come back. */
  @Test
  void anAttachWithoutADeadlineThrowsOutWhoCameBackAndDangles() throws Exception {
    Tlc late = CALM.with("HasDeadline", "FALSE").with("Late", "TRUE");
    fails(late.check(List.of(), List.of("NoZombie")));
    fails(late.with("Compares", "FALSE").check(List.of(), List.of("NothingDangles")));
  }

  /** A session that was ended or taken over went on reading where one hint was lost. */
  @Test
  void aLostNoticeLeavesAReaderForEverWhereNothingIsCompared() throws Exception {
    Tlc deaf = CALM.with("Compares", "FALSE").with("Lost", "TRUE");
    fails(deaf.check(List.of(), List.of("SupersededIsClosed")));
  }

  private static void holds(Outcome outcome) {
    assertFalse(outcome.violated(), outcome::output);
  }

  private static void fails(Outcome outcome) {
    assertTrue(outcome.violated(), outcome::output);
  }
}
