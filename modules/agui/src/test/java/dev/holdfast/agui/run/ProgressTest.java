package dev.holdfast.agui.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.AguiEvent;
import dev.holdfast.agui.EventReader;
import dev.holdfast.agui.Json;
import dev.holdfast.agui.RandomRun;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private static final UserEvent.About ABOUT = new UserEvent.About("ann", "t1", "r1", "researcher");
  private static final Map<UserEvent.Name, Validator> SCHEMAS = new EnumMap<>(UserEvent.Name.class);

  private final Transcript run = TranscriptTest.fresh();
  private final List<UserEvent> news = new ArrayList<>();
  private long now = 1_000;

  @Test
  void aRunWithAToolIsReportedInFiveEventsInOrder() {
    say("{'type':'RUN_STARTED','threadId':'t1','runId':'r1'}");
    say("{'type':'REASONING_START','messageId':'s'}");
    say("{'type':'REASONING_END','messageId':'s'}");
    say("{'type':'TEXT_MESSAGE_START','messageId':'m'}");
    say("{'type':'TOOL_CALL_START','toolCallId':'c','toolCallName':'look','parentMessageId':'m'}");
    say("{'type':'TOOL_CALL_ARGS','toolCallId':'c','delta':'{\\'q\\':'}");
    say("{'type':'TOOL_CALL_ARGS','toolCallId':'c','delta':'1}'}");
    say("{'type':'TOOL_CALL_END','toolCallId':'c'}");
    say("{'type':'TOOL_CALL_RESULT','messageId':'r','toolCallId':'c','content':'42'}");
    say("{'type':'TEXT_MESSAGE_END','messageId':'m'}");
    say("{'type':'TEXT_MESSAGE_START','messageId':'m2'}");
    say("{'type':'TEXT_MESSAGE_END','messageId':'m2'}");
    say("{'type':'RUN_FINISHED','threadId':'t1','runId':'r1'}");

    assertEquals(
        List.of(
            "agent_started",
            "agent_thinking",
            "tool_executing",
            "tool_completed",
            "agent_thinking",
            "agent_completed"),
        names());
    assertEquals("{\"q\":1}", news.get(2).details().get("arguments").asText());
    assertEquals("look", news.get(3).details().get("tool_name").asText());
    assertEquals(100, news.get(3).details().get("duration_ms").asLong());
    assertEquals(1_200, news.get(5).details().get("duration_ms").asLong());
  }

  @Test
  void anInterruptIsReportedAsAnEndAndAQuestion() {
    say("{'type':'RUN_STARTED','threadId':'t1','runId':'r1'}");
    say(
        "{'type':'RUN_FINISHED','threadId':'t1','runId':'r1','outcome':{'type':'interrupt',"
            + "'interrupts':[{'id':'i1','reason':'approval','message':'May I?','toolCallId':'c',"
            + "'responseSchema':{'type':'object'},'expiresAt':'2026-12-01T00:00:00Z'}]}}");

    assertEquals(List.of("agent_started", "agent_completed", "agent_input_required"), names());
    assertEquals("interrupt", news.get(1).details().get("outcome").asText());
    assertEquals("i1", news.get(2).details().get("request_id").asText());
  }

  @Test
  void anotherWorkerIsReportedAsAThought() {
    say("{'type':'RUN_STARTED','threadId':'t1','runId':'r1'}");
    say("{'type':'CUSTOM','name':'holdfast.attempt','value':{'attempt':2}}");
    say("{'type':'CUSTOM','name':'holdfast.input_request','value':{'id':'i'}}");
    say("{'type':'CUSTOM','name':'holdfast.input_resolved','value':{'id':'i','status':'expired'}}");
    say("{'type':'RUN_ERROR','message':'broken','code':'worker_lost'}");

    assertEquals(
        List.of(
            "agent_started",
            "agent_thinking",
            "agent_input_required",
            "agent_input_resolved",
            "agent_completed"),
        names());
    assertEquals("restart", news.get(1).details().get("step").asText());
    assertEquals(2, news.get(1).details().get("attempt").asInt());
    assertEquals("worker_lost", news.get(4).details().get("code").asText());
  }

  @Test
  void aRunThatFailsBeforeItBeganIsStartedAndCompleted() {
    say("{'type':'RUN_ERROR','message':'nobody is there','code':'no_worker'}");

    assertEquals(List.of("agent_started", "agent_completed"), names());
  }

  @Test
  void aLongResultIsCutBetweenCharacters() {
    say("{'type':'RUN_STARTED','threadId':'t1','runId':'r1'}");
    String long1 = "x" + "😀".repeat(4_000);
    say("{'type':'TOOL_CALL_RESULT','messageId':'r','toolCallId':'c','content':'" + long1 + "'}");
    JsonNode details = news.get(1).details();
    String result = details.get("result").asText();

    assertTrue(details.get("truncated").asBoolean());
    assertTrue(result.getBytes(StandardCharsets.UTF_8).length <= 8_192);
    assertFalse(Character.isHighSurrogate(result.charAt(result.length() - 1)));
    assertNull(details.get("tool_name"));
  }

  @Test
  void whateverAnAgentSaysItsOwnersEventsStaySmall() {
    String long1 = "x".repeat(100_000);
    say("{'type':'RUN_STARTED','threadId':'t1','runId':'r1'}");
    say("{'type':'TOOL_CALL_START','toolCallId':'" + long1 + "','toolCallName':'" + long1 + "'}");
    say("{'type':'TOOL_CALL_END','toolCallId':'" + long1 + "'}");
    say(
        "{'type':'CUSTOM','name':'holdfast.input_request','value':{'id':'i','reason':'"
            + long1
            + "','responseSchema':{'type':'"
            + long1
            + "'}}}");
    say("{'type':'CUSTOM','name':'holdfast.input_resolved','value':{'id':'" + long1 + "'}}");
    say(
        "{'type':'RUN_ERROR','message':'m','code':'"
            + long1
            + "','usage':[{'model':'"
            + long1
            + "'}]}");

    assertEquals(5, names().size());
    for (UserEvent event : news.subList(1, news.size())) {
      assertTrue(event.details().get("truncated").asBoolean());
      assertTrue(Json.text(event.details()).length() < 40_000, event.name()::toString);
    }
  }

  @Test
  void everyRunIsStartedAndCompletedOnceAndFitsTheSchemas() {
    Set<UserEvent.Name> seen = EnumSet.noneOf(UserEvent.Name.class);
    for (int seed = 0; seed < 60; seed++) {
      Transcript random = TranscriptTest.fresh();
      List<UserEvent> events = new ArrayList<>();
      for (ObjectNode event : RandomRun.events(seed, 80)) {
        events.addAll(random.accept(EventReader.read(event), 5).news());
      }
      events.forEach(event -> seen.add(event.name()));
      events.forEach(ProgressTest::fits);

      assertEquals(UserEvent.Name.AGENT_STARTED, events.get(0).name());
      assertEquals(UserEvent.Name.AGENT_COMPLETED, events.get(events.size() - 1).name());
      assertEquals(1, count(events, UserEvent.Name.AGENT_STARTED));
      assertEquals(1, count(events, UserEvent.Name.AGENT_COMPLETED));
    }
    assertTrue(seen.size() >= 5, seen::toString);
  }

  private static long count(List<UserEvent> events, UserEvent.Name name) {
    return events.stream().filter(event -> event.name() == name).count();
  }

  private List<String> names() {
    news.forEach(ProgressTest::fits);
    return news.stream().map(event -> event.name().wireName).toList();
  }

  private void say(String json) {
    AguiEvent event = EventReader.read(json.replace("\\'", "\\\"").replace('\'', '"'));
    news.addAll(run.accept(event, now).news());
    now += 100;
  }

  private static void fits(UserEvent event) {
    Validator schema = SCHEMAS.computeIfAbsent(event.name(), ProgressTest::schema);
    JsonObject data = new JsonObject(Json.text(event.data(ABOUT, 7)));
    OutputUnit result = schema.validate(data);
    assertTrue(result.getValid(), () -> data + " " + result.getErrors());
  }

  private static Validator schema(UserEvent.Name name) {
    try (InputStream file = UserEvent.class.getResourceAsStream(name.schema())) {
      var json = new JsonObject(new String(file.readAllBytes(), StandardCharsets.UTF_8));
      var options =
          new JsonSchemaOptions().setDraft(Draft.DRAFT202012).setBaseUri("urn:holdfast:test");
      return Validator.create(JsonSchema.of(json), options);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
