package dev.holdfast.redis.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who is believed, of three sentinels. */
class ElectionTest {
  private static Opinion opinion(String master) {
    String[] parts = master.split("@");
    return new Opinion(new ServerAddress(parts[0], 6_379), Long.parseLong(parts[1]));
  }

  /**
   * @param opinions as master@epoch
   */
  private static List<String> candidates(@Nullable String known, String... opinions) {
    List<Opinion> all = new ArrayList<>();
    for (String opinion : opinions) {
      all.add(opinion(opinion));
    }
    return Election.candidates(all, 3, known == null ? null : opinion(known)).stream()
        .map(found -> found.master().host() + "@" + found.epoch())
        .toList();
  }

  @Test
  void whoeverAloneIsNamedIsBelieved() {
    assertEquals(List.of("a@0"), candidates(null, "a@0"));
    assertEquals(List.of("a@7"), candidates(null, "a@7", "a@6", "a@7"));
    assertEquals(List.of("a@1"), candidates("a@1", "a@1"));
  }

  /** Right after a failover not all know. */
  @Test
  void theNewestConfigurationComesFirstAndWhatMostNameSecond() {
    assertEquals(List.of("b@1", "a@0"), candidates("a@0", "a@0", "b@1", "a@0"));
    assertEquals(List.of("b@1", "a@0"), candidates(null, "a@0", "b@1", "a@0"));
    assertEquals(List.of("b@1"), candidates(null, "a@0", "b@1"));
  }

  @Test
  void whereTwoDisagreeAtTheSameEpochNobodyIsBelieved() {
    assertEquals(List.of(), candidates(null, "a@0", "b@0"));
    assertEquals(List.of(), candidates("a@0", "a@0", "b@0"));
    assertEquals(List.of("b@0"), candidates("a@0", "a@0", "b@0", "b@0"));
    assertEquals(List.of(), candidates(null));
  }

  /** It was away for the last failover, and is the only one that answers. */
  @Test
  void aSentinelThatIsBehindLeadsNobodyBack() {
    assertEquals(List.of(), candidates("b@5", "a@4"));
    assertEquals(List.of(), candidates("b@5", "c@5"));
    assertEquals(List.of("b@5"), candidates("b@5", "a@4", "b@5"));
  }

  /** The one that leads it names the old master, as long as the replicas do not follow the new. */
  @Test
  void theLeaderOfAFailoverHoldsNobodyBack() {
    assertEquals(List.of("b@6"), candidates("a@5", "a@-1", "b@6"));
    assertEquals(List.of("b@6"), candidates("a@5", "a@-1", "a@5", "b@6").subList(0, 1));
    assertEquals(List.of("a@-1"), candidates(null, "a@-1"));
  }

  /** Their epochs begin at 0 again if they were set up anew. */
  @Test
  void mostOfThemAreBelievedWhateverTheirEpoch() {
    assertEquals(List.of("a@0"), candidates("b@5", "a@0", "a@0"));
  }
}
