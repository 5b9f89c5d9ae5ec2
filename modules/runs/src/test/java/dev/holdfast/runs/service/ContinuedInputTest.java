package dev.holdfast.runs.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.agui.Json;
import dev.holdfast.runs.records.RunInput;
import dev.holdfast.runs.records.RunSpec;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The input of a run that waited for its thread. */
class ContinuedInputTest {
  private static String message(String id, String content) {
    return "{\"id\":\"%s\",\"role\":\"user\",\"content\":\"%s\"}".formatted(id, content);
  }

  private static String input(String... messages) {
    return "{\"threadId\":\"t\",\"runId\":\"r\",\"state\":{\"n\":1},\"messages\":["
        + String.join(",", messages)
        + "],\"tools\":[]}";
  }

  private static byte[] document(String messages, String state) {
    String text = "{\"run\":\"r0\",\"messages\":[" + messages + "],\"state\":" + state + "}";
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String of(String input, byte[] document) {
    return ContinuedInput.of(input, document, -1).text();
  }

  @Test
  void theThreadsMessagesComeFirstAndEachIdOnce() {
    byte[] thread = document(message("a", "as it is") + "," + message("b", "said"), "{\"n\":2}");
    String all = of(input(message("a", "as it was"), message("c", "new")), thread);
    JsonNode json = Json.parse(all);
    assertEquals(3, json.path("messages").size());
    assertEquals("as it is", json.at("/messages/0/content").asText());
    assertEquals("b", json.at("/messages/1/id").asText());
    assertEquals("c", json.at("/messages/2/id").asText());
    assertEquals(2, json.at("/state/n").asInt());
    assertTrue(json.has("tools"));
    assertEquals(all, of(all, thread), "done again");
    String own = input(message("c", ""));
    assertEquals(1, Json.parse(of(own, document("", "null"))).at("/state/n").asInt());
  }

  @Test
  void theOldestMessagesGoIfThereAreTooManyOrTheyAreTooLarge() {
    String many =
        IntStream.range(0, RunInput.MOST_MESSAGES + 5)
            .mapToObj(i -> message("m" + i, ""))
            .collect(Collectors.joining(","));
    JsonNode json = Json.parse(of(input(message("c", "")), document(many, "null")));
    assertEquals(RunInput.MOST_MESSAGES, json.path("messages").size());
    assertEquals("m6", json.at("/messages/0/id").asText());
    assertEquals("c", json.at("/messages/" + (RunInput.MOST_MESSAGES - 1) + "/id").asText());

    String half = "é".repeat(RunSpec.MOST_INPUT / 5);
    String large = message("x", half) + "," + message("y", half) + "," + message("z", "");
    String left = of(input(message("c", half)), document(large, "null"));
    assertTrue(left.getBytes(StandardCharsets.UTF_8).length <= RunSpec.MOST_INPUT);
    assertEquals("y", Json.parse(left).at("/messages/0/id").asText());
  }

  @Test
  void anInputStaysAsItIsIfTheThreadsStateDoesNotFit() {
    String state = "\"" + "x".repeat(RunSpec.MOST_INPUT) + "\"";
    String own = input(message("c", ""));
    assertSame(own, of(own, document(message("a", ""), state)));
  }

  /** What the thread has lost since came back behind its messages, as if the run had said it. */
  @Test
  void anotherThreadIsContinuedAsIfItHadNotBeenDoneBefore() {
    String said = input(message("a", ""), message("c", ""));
    byte[] before = document(message("a", "") + "," + message("b", ""), "{\"n\":2}");
    ContinuedInput first = ContinuedInput.of(said, before, -1);
    assertEquals(1, first.own());
    byte[] after = document(message("d", ""), "{\"n\":3}");
    ContinuedInput again = ContinuedInput.of(first.text(), after, first.own());
    assertEquals(of(input(message("c", "")), after), again.text());
    assertEquals(1, again.own());
    assertEquals(2, ContinuedInput.of(said, document("", "null"), -1).own());
  }
}
