package dev.holdfast.loadtest.worker.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.loadtest.plan.Group;
import dev.holdfast.loadtest.plan.LedgerCount;
import dev.holdfast.loadtest.worker.measure.AnswerText;
import dev.holdfast.loadtest.worker.measure.Timings;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AnswerLedgerTest {
  private static final String RUN = "q0S3aQ";

  private final GroupTally tally =
      new GroupTally(new Group("users", "acme", 1, 0, Group.Kind.CHAT), new Timings());
  private final AnswerLedger ledger = new AnswerLedger(tally, RUN);

  @Test
  void aTextThatCameInPiecesIsWhole() {
    assertEquals(1, add("a1", tokens(1, 0)));
    assertEquals(29, add("a1", tokens(1, IntStream.range(1, 30).toArray())));
    ledger.end(30);

    assertNull(ledger.difference());
    assertEquals(new LedgerCount(30, 30, 0, 0, 0, 0, 0), count());
  }

  @Test
  void theTextOfEachRunAndAttemptIsAnother() {
    String one = tokens(1, IntStream.range(0, 100).toArray());

    assertTrue(!one.equals(tokens(2, IntStream.range(0, 100).toArray())));
    add("a2", one);
    assertTrue(ledger.difference() != null);
  }

  @Test
  void whatIsMissingInBetweenIsLost() {
    add("a1", tokens(1, 0, 1, 4));
    ledger.end(5);

    assertDifference("token 2 of an event", "its number is 4");
    assertEquals(new LedgerCount(5, 3, 2, 0, 0, 0, 0), count());
  }

  @Test
  void anEndThatIsMissingIsLost() {
    add("a1", tokens(1, 0, 1));
    ledger.end(5);

    assertDifference("it has 2 tokens of 5");
    assertEquals(3, count().lost());
  }

  @Test
  void whatComesAgainIsRepeated() {
    add("a1", tokens(1, 0, 1, 1));
    ledger.end(2);

    assertDifference("token 2 of an event", "its number is 1");
    assertEquals(1, count().duplicated());
  }

  @Test
  void whatComesLaterIsOutOfOrder() {
    add("a1", tokens(1, 1, 0));
    ledger.end(2);

    assertDifference("token 0 of an event");
    assertEquals(1, count().outOfOrder());
    assertEquals(0, count().lost());
  }

  @Test
  void aPieceOfAnotherAttemptIsADifference() {
    add("a1", tokens(1, 0));
    add("a2", tokens(2, 1));

    assertDifference("token 1 of an event", "nothing of another message");
  }

  @Test
  void halfATokenIsADifference() {
    add("a1", tokens(1, 0, 1).substring(0, AnswerText.TOKEN + 2));

    assertDifference("token 1 of an event");
  }

  @Test
  void aSnapshotIsHeldAgainstTheTextAndEventsFollowBehindIt() {
    ledger.begin("a1", tokens(1, 0, 1, 2));
    add("a1", tokens(1, 3));
    ledger.end(4);

    assertNull(ledger.difference());
    assertEquals(new LedgerCount(1, 1, 0, 0, 0, 0, 0), count(), "only what came as events");
  }

  @Test
  void aSnapshotWithAHoleIsADifference() {
    ledger.begin("a1", tokens(1, 0, 2));

    assertDifference("token 1 of a snapshot");
  }

  @Test
  void anEventThatASnapshotHasIsRepeated() {
    ledger.begin("a1", tokens(1, 0, 1, 2));
    add("a1", tokens(1, 2));

    assertEquals(1, count().duplicated());
    assertDifference("token 3 of an event");
  }

  @Test
  void someTokensEndWithACharacterOfTwoHalves() {
    String text = tokens(1, IntStream.range(0, 1_000).toArray());

    long pairs = text.codePoints().filter(Character::isSupplementaryCodePoint).count();
    assertTrue(pairs > 50, pairs + " pairs");
    assertEquals(1_000 * AnswerText.TOKEN, text.length());
  }

  private int add(String message, String piece) {
    return ledger.add(message, piece, number -> 0, 1);
  }

  private LedgerCount count() {
    return Objects.requireNonNull(tally.ledgers.get(Kind.RUN)).count();
  }

  private void assertDifference(String... parts) {
    String difference = String.valueOf(ledger.difference());
    for (String part : parts) {
      assertTrue(difference.contains(part), difference);
    }
  }

  private static String tokens(int attempt, int... numbers) {
    AnswerText text = new AnswerText(RUN, attempt);
    return IntStream.of(numbers).mapToObj(text::token).collect(Collectors.joining());
  }
}
