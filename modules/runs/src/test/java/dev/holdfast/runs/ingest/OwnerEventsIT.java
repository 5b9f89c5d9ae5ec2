package dev.holdfast.runs.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.agui.run.UserEvent;
import dev.holdfast.channels.Publication;
import dev.holdfast.channels.schemas.SchemaMessage;
import dev.holdfast.channels.schemas.SchemaName;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.redis.Keys;
import dev.holdfast.runs.Await;
import dev.holdfast.runs.TestConfig;
import dev.holdfast.runs.config.RunLimits;
import dev.holdfast.runs.records.RunKey;
import dev.holdfast.runs.records.RunSpec;
import dev.holdfast.runs.records.RunStore;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The owner's events, on the owner's channel: in order, once, as their schemas say. */
@ExtendWith(RedisExtension.class)
class OwnerEventsIT {
  private TestRedis redis;
  private RunsNode node;

  @BeforeEach
  void open(TestRedis given) {
    redis = given;
    node = new RunsNode(given.uri());
  }

  @AfterEach
  void close() {
    node.close();
  }

  private static List<String> names(List<Publication> announced) {
    return announced.stream().map(Publication::event).toList();
  }

  @Test
  void aRunWithAToolAndAQuestionIsAnnouncedInOrderAsTheSchemasSay() {
    RunStore.Claimed run = node.begun(RunLimits.DEFAULT);
    long next = node.taken(run, 2, Events.open("m1"), Events.delta("m1", "Look:")).next();
    next = node.taken(run, next, Events.close("m1"), Events.call("c1", "search")).next();
    next = node.taken(run, next, Events.args("c1", "{\"q\":1}"), Events.called("c1")).next();
    next = node.taken(run, next, Events.result("c1", "42")).next();
    String asks =
        Events.finished(run.run())
            .replaceFirst(
                "}$",
                ",\"outcome\":{\"type\":\"interrupt\",\"interrupts\":[{\"id\":\"i1\","
                    + "\"reason\":\"approval\",\"message\":\"May I?\"}]}}");
    node.taken(run, next, asks);

    List<Publication> announced = node.ownerEvents(run.run().key());
    assertEquals(
        List.of(
            "agent_started",
            "agent_thinking",
            "tool_executing",
            "tool_completed",
            "agent_input_required",
            "agent_completed"),
        inOrder(names(announced)));
    announced.forEach(OwnerEventsIT::assertFits);
    JsonObject executing = data(announced, "tool_executing");
    assertEquals("search", executing.getString("tool_name"));
    assertEquals("ann", executing.getString("user_id"));
    assertEquals("researcher", executing.getString("agent_name"));
    long seq = executing.getLong("seq");
    assertEquals("TOOL_CALL_END", node.log(run.run().key()).get((int) seq - 1).event());
    assertEquals(0, node.log(new Channel(node.stores.tenant, ChannelName.user("bob"))).size());
  }

  @Test
  void anAnswerIsAnnouncedToAllDevicesWithTheRunThatBringsIt() {
    String resume =
        """
        "resume":[{"interruptId":"i1","status":"resolved","payload":{"ok":true}},\
        {"interruptId":"i2","status":"cancelled"}],"messages":""";
    RunSpec plain = node.stores.spec("th", "r2");
    String input = plain.input().replace("\"messages\":", resume);
    var spec =
        RunSpec.of(plain.tenant(), "ann", "th", "r2", "researcher", input, RunLimits.DEFAULT, true);
    Await.get(node.stores.runs.create(spec));
    RunStore.Claimed run = node.stores.claim(spec.key(), "w1");
    long next = node.taken(run, 1, Events.started(run.run())).next();
    node.taken(run, next, Events.finished(run.run()));

    List<Publication> announced = node.ownerEvents(spec.key());
    announced.forEach(OwnerEventsIT::assertFits);
    assertEquals(
        List.of("agent_started", "agent_input_resolved", "agent_input_resolved", "agent_completed"),
        names(announced));
    JsonObject second = new JsonObject(announced.get(2).data());
    assertEquals("i2", second.getString("request_id"));
    assertEquals("cancelled", second.getString("status"));
  }

  /** Which of the last two comes first is agui's affair. */
  private static List<String> inOrder(List<String> names) {
    assertTrue(names.contains("agent_input_required"), names.toString());
    int last = names.size() - 1;
    return names.get(last).equals("agent_completed")
        ? names
        : List.of(
            names.get(0), names.get(1), names.get(2), names.get(3), names.get(5), names.get(4));
  }

  private static JsonObject data(List<Publication> announced, String name) {
    return announced.stream()
        .filter(one -> one.event().equals(name))
        .map(one -> new JsonObject(one.data()))
        .findFirst()
        .orElseThrow();
  }

  private static void assertFits(Publication one) {
    UserEvent.Name name = UserEvent.Name.valueOf(one.event().toUpperCase(java.util.Locale.ROOT));
    OutputUnit result = schema(name).validate(new JsonObject(one.data()));
    assertTrue(result.getValid(), () -> one.json() + " " + result.getErrors());
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

  /** A node died after it had appended, and before it announced: the next batch announces it. */
  @Test
  void whatWasAppendedAndNotAnnouncedIsAnnouncedByTheNextNode() {
    RunStore.Claimed run = node.begun(RunLimits.DEFAULT);
    RunKey key = run.run().key();
    try (RunsNode mute = mute()) {
      mute.taken(run, 2, Events.call("c1", "search"), Events.called("c1"));
    }
    assertEquals(List.of("agent_started"), names(node.ownerEvents(key)));
    node.taken(run, 4, Events.result("c1", "42"));
    assertEquals(
        List.of("agent_started", "tool_executing", "tool_completed"), names(node.ownerEvents(key)));
  }

  /** Nodes that notify the owner came one by one: what was left out before keeps nothing back. */
  @Test
  void anEventThatWasNeverAnnouncedKeepsNothingBack() {
    RunStore.Claimed run = node.begun(RunLimits.DEFAULT);
    RunKey key = run.run().key();
    long next;
    try (RunsNode mute = mute()) {
      next = mute.taken(run, 2, Events.chunk("m1", "a")).next();
    }
    long last = node.taken(run, next, Events.call("c1", "search"), Events.called("c1")).next();
    node.taken(run, next, Events.call("c1", "search"), Events.called("c1"));
    node.taken(run, last, Events.finished(run.run()));
    assertEquals(
        List.of("agent_started", "tool_executing", "agent_completed"),
        names(node.ownerEvents(key)));
  }

  private RunsNode mute() {
    return new RunsNode(redis.uri(), TestConfig.with(Map.of("userEvents", false)));
  }

  /** A tool may take for hours: what was announced before is not announced again. */
  @Test
  void whatWasAnnouncedIsKnownForLongerThanARunMayTake() {
    RunStore.Claimed run = node.begun(RunLimits.DEFAULT);
    RunKey key = run.run().key();
    var owner = new Channel(key.tenant(), ChannelName.user("ann"));
    long ttl = node.stores.redis("PTTL", Keys.publisher(owner, "run-" + key.run())).asLong();
    assertTrue(ttl > Duration.ofHours(48).toMillis(), ttl + " ms");
  }

  /** The first event of a batch was stored, the second refused: the run could not go on. */
  @Test
  void aTenantsSchemasAreNotThoseOfARunsEvents() {
    var service = new Caller.Service("test", "1", Set.of("*"), Set.of("*"));
    for (String event : List.of("TEXT_MESSAGE_CONTENT", "agent_thinking")) {
      node.register(
          new SchemaMessage.Register(
              service,
              node.stores.tenant,
              new SchemaName(event, 1),
              "{\"type\":\"object\",\"required\":[\"never\"]}"));
    }
    RunStore.Claimed run = node.begun(RunLimits.DEFAULT);
    long next = node.taken(run, 2, Events.open("m1"), Events.delta("m1", "whole")).next();
    node.taken(run, next, Events.close("m1"), Events.finished(run.run()));
    assertEquals("whole", node.text(run.run().key(), "m1"));
    assertEquals(
        List.of("agent_started", "agent_completed"), names(node.ownerEvents(run.run().key())));
  }

  @Test
  void runsOfOneOwnerAreAnnouncedEachInItsOrder() {
    RunStore.Claimed one = node.begun(RunLimits.DEFAULT);
    RunStore.Claimed two = node.begun(RunLimits.DEFAULT);
    node.taken(two, 2, Events.finished(two.run()));
    node.taken(one, 2, Events.finished(one.run()));
    for (RunStore.Claimed run : List.of(one, two)) {
      List<String> names =
          node.ownerEvents(run.run().key()).stream()
              .filter(
                  announced ->
                      new JsonObject(announced.data())
                          .getString("run_id")
                          .equals(run.run().runId()))
              .map(Publication::event)
              .toList();
      assertEquals(List.of("agent_started", "agent_completed"), names);
    }
  }
}
