package dev.holdfast.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PublicationsTest {
  private static final String NEWS = "topic:news";

  private final List<ObjectNode> sent = new ArrayList<>();
  private final Publications publications = new Publications(sent::add);

  @Test
  void unansweredOnesAreSentAgainInOrderWithTheirNumbers() {
    publications.connected(true);
    publish(1, 2, 3);
    publications.answered(frame(0), Json.frame("x").put("epoch", "e").put("seq", 1));

    publications.disconnected();
    publish(4);
    sent.clear();
    publications.connected(true);

    assertEquals(List.of(2, 3, 4), data());
    assertEquals(List.of(2, 3, 4), numbers());
  }

  @Test
  void anotherSessionCountsFromOne() {
    publications.connected(true);
    publish(1, 2);
    publications.answered(frame(0), Json.frame("x"));
    publications.disconnected();
    sent.clear();

    publications.connected(false);

    assertEquals(List.of(2), data());
    assertEquals(List.of(1), numbers());
  }

  @Test
  void whereTheStoreForgotNumbersGoOnFromWhatIsExpected() {
    publications.connected(true);
    publish(1, 2, 3, 4);
    publications.answered(frame(0), Json.frame("x"));
    publications.answered(frame(1), Json.frame("x"));
    String first = frame(2);
    String second = frame(3);
    sent.clear();

    publications.refused(first, error("out_of_sequence").put("expected", 1));
    publications.refused(second, error("out_of_sequence").put("expected", 1));

    assertEquals(List.of(3, 4), data());
    assertEquals(List.of(1, 2), numbers());
  }

  /** Numbered from 6, the fifth would be stored twice: only its answer was lost. */
  @Test
  void whatIsUnansweredBelowTheExpectedNumberIsStoredAndKeepsItsNumber() {
    publications.connected(true);
    publish(1, 2, 3);
    String first = frame(0);
    sent.clear();

    publications.refused(first, error("out_of_sequence").put("expected", 2));

    assertEquals(List.of(1, 2, 3), data());
    assertEquals(List.of(1, 2, 3), numbers());
  }

  @Test
  void aRetryableErrorIsTriedAgainOnceForAllBehindIt() {
    publications.connected(true);
    publish(1, 2);
    String first = frame(0);
    String second = frame(1);
    sent.clear();

    long wait = publications.refused(first, error("unavailable").put("retryable", true));
    long behind = publications.refused(second, error("out_of_sequence").put("retryable", true));
    publications.again(NEWS);

    assertTrue(wait > 0);
    assertEquals(Publications.DONE, behind);
    assertEquals(List.of(1, 2), data());
  }

  @Test
  void whatIsRefusedForGoodFails() {
    publications.connected(true);
    var answer = publications.add(NEWS, "e", IntNode.valueOf(1));
    publications.refused(frame(0), error("forbidden"));

    assertTrue(answer.isCompletedExceptionally());
    assertEquals(0, publications.unanswered());
    assertFalse(publications.has(frame(0)));
  }

  private void publish(int... values) {
    for (int value : values) {
      publications.add(NEWS, "e", IntNode.valueOf(value));
    }
  }

  private String frame(int index) {
    return sent.get(index).get("id").asText();
  }

  private List<Integer> data() {
    return sent.stream().map(frame -> frame.get("data").asInt()).toList();
  }

  private List<Integer> numbers() {
    return sent.stream().map(frame -> frame.get("n").asInt()).toList();
  }

  private static ObjectNode error(String code) {
    return Json.frame("error").put("code", code);
  }
}
