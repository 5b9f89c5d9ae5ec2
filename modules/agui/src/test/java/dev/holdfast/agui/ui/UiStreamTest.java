package dev.holdfast.agui.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.EventReader;
import dev.holdfast.agui.Json;
import dev.holdfast.agui.run.Transcript;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class UiStreamTest {
  private final UiStream stream = new UiStream("a1", Set.of("old"), Json.object());
  private final List<ObjectNode> chunks = new ArrayList<>();

  @Test
  void aTextBecomesATextPart() {
    say("{'type':'RUN_STARTED','threadId':'t','runId':'r'}");
    say("{'type':'TEXT_MESSAGE_START','messageId':'m'}");
    say("{'type':'TEXT_MESSAGE_CONTENT','messageId':'m','delta':'hi'}");
    say("{'type':'TEXT_MESSAGE_END','messageId':'m'}");
    say("{'type':'RUN_FINISHED','threadId':'t','runId':'r'}");

    assertEquals(
        List.of(
            json("{'type':'start','messageId':'a1'}"),
            json("{'type':'text-start','id':'m'}"),
            json("{'type':'text-delta','id':'m','delta':'hi'}"),
            json("{'type':'text-end','id':'m'}"),
            json("{'type':'finish','finishReason':'stop'}")),
        chunks);
  }

  @Test
  void aToolCallHasItsArgumentsAndItsResultAsData() {
    call("{\\'q\\':1}");
    say("{'type':'TOOL_CALL_RESULT','messageId':'x','toolCallId':'c','content':'{\\'a\\':2}'}");

    assertEquals(json("{'q':1}"), chunks.get(2).get("input"));
    assertEquals(json("{'a':2}"), chunks.get(3).get("output"));
    assertEquals("tool-output-available", chunks.get(3).get("type").asText());
  }

  @Test
  void argumentsThatAreNoJsonAreAnError() {
    call("{broken");

    assertEquals("tool-input-error", chunks.get(2).get("type").asText());
    assertEquals("{broken", chunks.get(2).get("input").asText());
  }

  @Test
  void theResultOfACallThatThePageDoesNotKnowIsLeftOut() {
    // The AI SDK's reader breaks off there.
    say("{'type':'TOOL_CALL_RESULT','messageId':'x','toolCallId':'stranger','content':'1'}");
    assertTrue(chunks.isEmpty());

    say("{'type':'TOOL_CALL_RESULT','messageId':'y','toolCallId':'old','content':'1'}");
    assertEquals(1, chunks.size());
  }

  @Test
  void whatOthersSaidIsNotTheAssistants() {
    // Agents repeat the question, or a system prompt, which is nothing for a page.
    say("{'type':'TEXT_MESSAGE_START','messageId':'m','role':'system'}");
    say("{'type':'TEXT_MESSAGE_CONTENT','messageId':'m','delta':'secret'}");
    say("{'type':'TEXT_MESSAGE_END','messageId':'m'}");
    assertTrue(chunks.isEmpty());

    Transcript run = new Transcript("t", "r", List.of(), Json.object(), 10_000);
    String snapshot =
        "{'type':'MESSAGES_SNAPSHOT','messages':[{'id':'s','role':'system','content':'secret'},"
            + "{'id':'u','role':'user','content':'why?'},"
            + "{'id':'a','role':'assistant','content':'so'}]}";
    for (String event : List.of("{'type':'RUN_STARTED','threadId':'t','runId':'r'}", snapshot)) {
      run.accept(EventReader.read(text(event)), 1);
    }
    chunks.addAll(UiReplay.chunks(run.snapshot(), stream));

    assertEquals(List.of("start", "text-start", "text-delta", "text-end", "data-state"), types());
    assertEquals("so", chunks.get(2).get("delta").asText());
  }

  @Test
  void aStepThatEndsWithinATextIsNotSaid() {
    // The AI SDK ends all texts with a step, and its reader breaks off at the next delta.
    say("{'type':'STEP_STARTED','stepName':'s'}");
    say("{'type':'TEXT_MESSAGE_START','messageId':'m'}");
    say("{'type':'STEP_FINISHED','stepName':'s'}");
    say("{'type':'TEXT_MESSAGE_END','messageId':'m'}");

    assertEquals(List.of("start-step", "text-start", "text-end"), types());
  }

  @Test
  void aSmallStateIsSentWithEachChangeAndALargeOneInProportion() {
    say("{'type':'STATE_SNAPSHOT','snapshot':{'n':0}}");
    say("{'type':'STATE_DELTA','delta':[{'op':'replace','path':'/n','value':1}]}");
    assertEquals(json("{'n':1}"), chunks.get(1).get("data"));

    say("{'type':'STATE_SNAPSHOT','snapshot':{'n':0,'t':'" + "x".repeat(50_000) + "'}}");
    chunks.clear();
    for (int i = 0; i < 1_000; i++) {
      say("{'type':'STATE_DELTA','delta':[{'op':'replace','path':'/n','value':" + i + "}]}");
    }
    assertEquals(0, chunks.size());
    say("{'type':'RUN_ERROR','message':'x'}");
    assertEquals(List.of("data-state", "error"), types());
    assertEquals(999, chunks.get(0).at("/data/n").asInt());
  }

  @Test
  void anActivityIsSentUnderItsId() {
    say("{'type':'ACTIVITY_SNAPSHOT','messageId':'p','activityType':'PLAN','content':{'n':1}}");
    say(
        "{'type':'ACTIVITY_DELTA','messageId':'p','activityType':'PLAN','patch':"
            + "[{'op':'add','path':'/n','value':2}]}");

    assertEquals(List.of("data-activity", "data-activity"), types());
    assertEquals(1, chunks.get(0).at("/data/content/n").asInt());
    assertEquals(2, chunks.get(1).at("/data/content/n").asInt());
    assertEquals("p", chunks.get(1).get("id").asText());
  }

  @Test
  void anInterruptAboutAKnownCallAsksForApproval() {
    call("{}");
    chunks.clear();
    finish("{'type':'interrupt','interrupts':[{'id':'i','reason':'r','toolCallId':'c'}]}");

    assertEquals(List.of("tool-approval-request", "finish"), types());
    assertEquals("tool-calls", chunks.get(1).get("finishReason").asText());
  }

  @Test
  void otherInterruptsAreData() {
    finish("{'type':'interrupt','interrupts':[{'id':'i','reason':'r'}]}");

    assertEquals(List.of("data-input-request", "finish"), types());
    assertEquals("stop", chunks.get(1).get("finishReason").asText());
  }

  @Test
  void aCancelledRunIsAborted() {
    finish("{'type':'cancelled'}");

    assertEquals(List.of("abort"), types());
  }

  @Test
  void anotherAttemptTakesBackWhatIsShown() {
    var attempt =
        EventReader.read("{\"type\":\"CUSTOM\",\"name\":\"holdfast.attempt\",\"value\":{}}");
    var snapshot = EventReader.read("{\"type\":\"MESSAGES_SNAPSHOT\",\"messages\":[]}");

    assertTrue(UiStream.isRetraction(attempt));
    assertFalse(UiStream.isRetraction(snapshot));
  }

  private void call(String arguments) {
    say("{'type':'TOOL_CALL_START','toolCallId':'c','toolCallName':'look'}");
    say("{'type':'TOOL_CALL_ARGS','toolCallId':'c','delta':'" + arguments + "'}");
    say("{'type':'TOOL_CALL_END','toolCallId':'c'}");
  }

  private void finish(String outcome) {
    say("{'type':'RUN_FINISHED','threadId':'t','runId':'r','outcome':" + outcome + "}");
  }

  private List<String> types() {
    return chunks.stream().map(chunk -> chunk.get("type").asText()).toList();
  }

  private void say(String json) {
    chunks.addAll(stream.next(EventReader.read(text(json))));
  }

  private static JsonNode json(String json) {
    return Json.parse(text(json));
  }

  private static String text(String json) {
    return json.replace("\\'", "\\\"").replace('\'', '"');
  }
}
