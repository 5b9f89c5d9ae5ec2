package dev.holdfast.runs.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.agui.Json;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.runs.ThreadMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Pages of a thread's messages, cut out of its document. */
class MessagePageTest {
  private static byte[] document(String messages) {
    String text =
        "{\"run\":\"r\",\"end\":{\"messages\":[{\"id\":\"no\"}]},\"messages\":["
            + messages
            + "],\"state\":{\"messages\":[1]},\"trimmed\":7}";
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String message(String id, String content) {
    return "{\"role\":\"user\",\"parts\":[{\"id\":\"inner\"}],\"id\":\"%s\",\"content\":\"%s\"}"
        .formatted(id, content);
  }

  @Test
  void thePagesTogetherAreTheMessagesAsTheyAreWritten() {
    Random random = new Random(7);
    List<String> all = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      all.add(message("m" + i, "ä€😀 } ]".repeat(random.nextInt(9))).replace("user", "u1.00"));
    }
    assertEquals(String.join(",", all), read(all, random));
  }

  /** Clients make ids: those between two messages of one id were in no page. */
  @Test
  void noMessageIsLeftOutIfSeveralHaveTheSameId() {
    for (int seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      List<String> all = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        all.add(message(List.of("a", "b", "1~a", "2~b", "").get(random.nextInt(5)), "" + i));
      }
      assertEquals(String.join(",", all), read(all, random), "seed " + seed);
    }
    byte[] twice = document(message("a", "1") + "," + message("b", "") + "," + message("a", "2"));
    assertEquals(List.of("a", "b"), ids(MessagePage.of(twice, "a", 9, 0)), "before the last");
  }

  /** Reads page by page, each of up to nine messages, as a client does. */
  private static String read(List<String> all, Random random) {
    byte[] document = document(String.join(" , ", all));
    List<String> read = new ArrayList<>();
    String before = null;
    do {
      MessagePage page = MessagePage.of(document, before, 1 + random.nextInt(9), 0);
      read.add(0, page.messages().substring(1, page.messages().length() - 1));
      assertEquals(7, page.trimmed());
      before = page.before();
    } while (before != null);
    return String.join(",", read);
  }

  @Test
  void aPageIsBoundedByBytesButHasOneMessage() {
    String half = "x".repeat(ThreadMessage.MOST_BYTES / 2);
    String large = half.repeat(3);
    byte[] document =
        document(
            String.join(
                ",", message("a", large), message("b", half), message("c", "c"), message("d", "")));
    MessagePage last = MessagePage.of(document, null, 100, 0);
    assertEquals(List.of("b", "c", "d"), ids(last));
    assertEquals("b", last.before());
    MessagePage first = MessagePage.of(document, "b", 100, 0);
    assertEquals(List.of("a"), ids(first));
    assertNull(first.before());
    assertEquals(List.of(), ids(MessagePage.of(document, "a", 100, 0)));
  }

  /** Frames have no room for those that HTTP sends. */
  @Test
  void aPageThatMayHaveFewBytesHasNoMessageThatIsLarger() {
    String large = message("b", "x".repeat(100));
    String[] all = {message("a", ""), large, message("c", ""), message("d", "")};
    byte[] document = document(String.join(",", all));
    int fits = large.length() - 1;
    MessagePage last = MessagePage.of(document, null, 100, fits);
    assertEquals(List.of("c", "d"), ids(last));
    assertEquals("c", last.before());
    var refusal =
        assertThrows(HoldfastException.class, () -> MessagePage.of(document, "c", 100, fits));
    assertEquals(ErrorCode.TOO_LARGE, refusal.code());
    assertEquals(List.of("b"), ids(MessagePage.of(document, "c", 1, large.length())));
    assertEquals(List.of("a"), ids(MessagePage.of(document, "b", 100, fits)));
  }

  @Test
  void aMessageThatIsNotThereIsNoPlaceToGoOn() {
    for (byte[] document : List.of(document(message("a", "")), document(""), new byte[0])) {
      var refusal =
          assertThrows(HoldfastException.class, () -> MessagePage.of(document, "inner", 9, 0));
      assertEquals(ErrorCode.NOT_FOUND, refusal.code());
      assertTrue(refusal.publicMessage().startsWith("before:"));
    }
    assertEquals("[]", MessagePage.of(document(""), null, 9, 0).messages());
    assertEquals(
        "[]", MessagePage.of("{}".getBytes(StandardCharsets.UTF_8), null, 9, 0).messages());
  }

  private static List<String> ids(MessagePage page) {
    List<String> ids = new ArrayList<>();
    for (JsonNode one : Json.parse(page.messages())) {
      ids.add(one.path("id").asText());
    }
    return ids;
  }
}
