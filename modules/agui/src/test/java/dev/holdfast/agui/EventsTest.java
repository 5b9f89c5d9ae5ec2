package dev.holdfast.agui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class EventsTest {
  static java.util.List<String> samples() {
    return Samples.ALL;
  }

  @ParameterizedTest
  @MethodSource("samples")
  void whatIsReadIsWrittenAgain(String json) {
    AguiEvent event = EventReader.read(json);

    assertEquals(Json.parse(json), Json.parse(EventWriter.write(event)));
    assertEquals(event, EventReader.read(EventWriter.write(event)));
  }

  @Test
  void everyTypeHasASample() {
    Set<EventType> seen = EnumSet.noneOf(EventType.class);
    Samples.ALL.forEach(json -> seen.add(EventReader.read(json).type()));

    assertEquals(EnumSet.allOf(EventType.class), seen);
    assertEquals(31, EventType.values().length);
  }

  @ParameterizedTest
  @MethodSource("samples")
  void anyEventTakesATimeAndKeepsItsOtherMembers(String json) {
    AguiEvent event = EventReader.read(json);
    AguiEvent timed = event.with(event.extras().at(17));

    assertEquals(17, timed.extras().timestamp());
    assertEquals(event, timed.with(event.extras()));
  }

  @Test
  void membersThatAguiDoesNotKnowArePassedOn() {
    String json =
        "{\"type\":\"TEXT_MESSAGE_END\",\"messageId\":\"m1\",\"subagentRunId\":\"s\",\"later\":[1]}";

    assertEquals(Json.parse(json), EventWriter.tree(EventReader.read(json)));
  }

  @Test
  void anEventOfALaterTypeIsPassedOnWhole() {
    String json = "{\"type\":\"VIDEO_START\",\"anything\":{\"a\":null}}";
    AguiEvent event = EventReader.read(json);

    assertNull(event.type());
    assertEquals("VIDEO_START", event.typeName());
    assertEquals(json, EventWriter.write(event));
  }

  @Test
  void anOutcomeOfALaterKindIsPassedOn() {
    String json =
        "{\"type\":\"RUN_FINISHED\",\"threadId\":\"t\",\"runId\":\"r\",\"outcome\":{\"type\":\"paused\",\"x\":1}}";

    assertEquals(Json.parse(json), EventWriter.tree(EventReader.read(json)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[] | an object",
        "{\"type\":7} | type: a string",
        "{\"type\":\"a b\"} | type: 1 to 128",
        "{\"type\":\"TEXT_MESSAGE_END\"} | messageId: missing",
        "{\"type\":\"TEXT_MESSAGE_END\",\"messageId\":1} | messageId: a string",
        "{\"type\":\"TEXT_MESSAGE_END\",\"messageId\":null} | messageId: a string",
        "{\"type\":\"TEXT_MESSAGE_START\",\"messageId\":\"m\",\"role\":\"tool\"} | role: one of",
        "{\"type\":\"STEP_STARTED\",\"stepName\":\"s\",\"timestamp\":1.5} | timestamp: an integer",
        "{\"type\":\"STEP_STARTED\",\"stepName\":\"s\",\"metadata\":[]} | metadata: an object",
        "{\"type\":\"STATE_DELTA\",\"delta\":{}} | delta: an array",
        "{\"type\":\"MESSAGES_SNAPSHOT\",\"messages\":[{\"id\":\"a\",\"role\":\"user\"}]} | messages/0/content: missing",
        "{\"type\":\"STEP_STARTED\",\"stepName\":\"s\",\"stepName\":\"t\"} | stands twice",
        "{\"type\":\"STEP_STARTED\",\"stepName\":\"s\"} x | not valid JSON",
      })
  void aMalformedEventIsRefusedByName(String json, String message) {
    var refused = assertThrows(HoldfastException.class, () -> EventReader.read(json));

    assertEquals(ErrorCode.BAD_REQUEST, refused.code());
    assertTrue(refused.getMessage().contains(message), refused.getMessage());
  }

  @Test
  void anOptionalMemberThatIsNullCountsAsAbsent() {
    // .NET and Python write what is not there as null.
    var start =
        (ToolEvent.Start)
            EventReader.read(
                "{\"type\":\"TOOL_CALL_START\",\"toolCallId\":\"c\",\"toolCallName\":\"n\","
                    + "\"parentMessageId\":null,\"metadata\":null}");

    assertNull(start.parentMessageId());
    assertSame(null, start.extras().metadata());
    assertEquals(
        "{\"type\":\"TOOL_CALL_START\",\"toolCallId\":\"c\",\"toolCallName\":\"n\"}",
        EventWriter.write(start));
  }

  @Test
  void anEventThatIsNestedTooDeeplyIsRefused() {
    // The parser alone would let some more pass, and a snapshot of them could not be read.
    String deep = "[".repeat(Json.MAX_DEPTH) + "]".repeat(Json.MAX_DEPTH);
    var event = Json.parse("{\"type\":\"RAW\",\"event\":" + deep + "}");

    assertThrows(HoldfastException.class, () -> EventReader.read(event));
  }

  @Test
  void halvesOfASurrogatePairSurviveTheWayThroughUtf8() {
    String first = throughUtf8("\ud83d");
    String second = throughUtf8("\ude00 and \ude00\ud83d");

    assertEquals("\ud83d\ude00 and \ude00\ud83d", first + second);
  }

  private static String throughUtf8(String delta) {
    String json = EventWriter.write(new TextEvent.Content("m", delta, Extras.NONE));
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    return ((TextEvent.Content) EventReader.read(new String(bytes, StandardCharsets.UTF_8)))
        .delta();
  }

  @Test
  void aWholePairIsWrittenAsItIs() {
    String json = EventWriter.write(new TextEvent.Content("m", "😀", Extras.NONE));

    assertTrue(json.contains("😀"), json);
  }
}
