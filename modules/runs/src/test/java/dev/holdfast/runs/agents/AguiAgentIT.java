package dev.holdfast.runs.agents;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.agui.Json;
import dev.holdfast.core.Ids;
import dev.holdfast.runs.Await;
import dev.holdfast.runs.RunView;
import dev.holdfast.runs.ingest.Events;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.llm.FakeLlm;
import dev.holdfast.testkit.llm.Script;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Runs of the kind http: an AG-UI endpoint as it is. */
@ExtendWith(RedisExtension.class)
class AguiAgentIT {
  private final String thread = Ids.fresh();
  private FakeLlm agent;
  private AgentsNode node;

  @BeforeEach
  void open(TestRedis redis) {
    agent = FakeLlm.of();
    node = new AgentsNode(redis.uri(), agent.url());
  }

  @AfterEach
  void close() {
    node.close();
    agent.close();
  }

  private static String ofRun(String type, String thread) {
    return "{\"type\":\"%s\",\"threadId\":\"%s\",\"runId\":\"r1\"}".formatted(type, thread);
  }

  private Script answer(String... events) {
    Script script = Script.stream().event(ofRun("RUN_STARTED", thread));
    for (String event : events) {
      script.event(event);
    }
    return script;
  }

  private Script finished(String... events) {
    return answer(events).event(ofRun("RUN_FINISHED", thread));
  }

  private RunView run() {
    return node.ended(node.started("agui", thread));
  }

  @Test
  void itsEventsAreTheRunsWhateverTheirLinesAre() {
    agent.then(
        finished(
                Events.open("m1"),
                Events.delta("m1", "Straße 👋"),
                Events.close("m1"),
                "{\"type\":\"CUSTOM\",\r\ndata:\"name\":\"x\",\"value\":{}}")
            .inPiecesOf(3));
    RunView run = run();
    assertEquals("success", run.outcome());
    assertEquals("Straße 👋", node.text(run));
    assertEquals(
        List.of(
            "RUN_STARTED",
            "TEXT_MESSAGE_START",
            "TEXT_MESSAGE_CONTENT",
            "TEXT_MESSAGE_END",
            "CUSTOM",
            "RUN_FINISHED"),
        node.types(run));
    FakeLlm.Asked asked = agent.asked().get(0);
    assertEquals("/v1/agui", asked.path());
    assertEquals("text/event-stream", asked.headers().get("accept"));
    assertEquals(run.run() + ".1", asked.headers().get("idempotency-key"));
    assertEquals("Bearer " + AgentsNode.KEY, asked.headers().get("authorization"));
    assertEquals(thread, asked.body().path("threadId").asText());
    assertTrue(asked.body().path("tools").isArray(), "what AG-UI's readers need is there");
  }

  /** The input says whatever who started the run has written there. */
  @Test
  void theAgentCanCheckWhoAsks() throws Exception {
    agent.then(finished());
    RunView run = run();
    String[] token = agent.asked().get(0).headers().get("holdfast-context").split("\\.");
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(AgentsNode.SECRET.getBytes(), "HmacSHA256"));
    byte[] expected = mac.doFinal((token[0] + "." + token[1]).getBytes());
    assertArrayEquals(expected, Base64.getUrlDecoder().decode(token[2]));
    JsonNode claims = Json.parse(new String(Base64.getUrlDecoder().decode(token[1])));
    assertEquals("agui", claims.path("aud").asText());
    assertEquals("ann", claims.path("sub").asText());
    assertEquals(run.tenant(), claims.path("tenant").asText());
    assertEquals(run.run(), claims.path("run").asText());
    assertEquals(thread, claims.path("thread_id").asText());
    long life = claims.path("exp").asLong() - System.currentTimeMillis() / 1_000;
    assertTrue(life > 200 && life <= 300, life + " s");
  }

  @Test
  void shorthandsAreWholeEventsForReaders() {
    agent.then(finished(Events.chunk("m1", "Hel"), Events.chunk("m1", "lo")));
    RunView run = run();
    assertEquals("success", run.outcome());
    assertEquals("Hello", node.text(run));
  }

  @Test
  void anAnswerWithoutAnEndIsALostWorker() {
    agent.then(answer(Events.open("m1"), Events.delta("m1", "and then")));
    RunView run = run();
    assertEquals("error worker_lost", run.outcome() + " " + run.code());
    assertEquals("and then", node.text(run));
  }

  @Test
  void anAnswerThatIsResetIsALostWorker() {
    agent.then(answer(Events.open("m1")).pause(100).reset());
    assertEquals("worker_lost", run().code());
    assertEquals(1, agent.asked().size());
  }

  @Test
  void anEventThatBreaksTheGrammarEndsTheRunWithItsIndexAndTheRule() {
    agent.then(finished(Events.open("m1"), Events.delta("m2", "?")));
    RunView run = run();
    assertEquals("bad_events", run.code());
    assertEquals(
        "event 2: TEXT_MESSAGE_CONTENT of m2, which is not open",
        node.last(run).path("message").asText());
  }

  /** Only the service knows the state. */
  @Test
  void aPatchThatDoesNotApplyEndsTheRunWithItsIndexAndTheRule() {
    String patch =
        "{\"type\":\"STATE_DELTA\",\"delta\":[{\"op\":\"remove\",\"path\":\"/nothing\"}]}";
    agent.then(finished(Events.open("m1"), Events.close("m1"), patch));
    RunView run = run();
    assertEquals("bad_events", run.code());
    String message = node.last(run).path("message").asText();
    assertTrue(message.startsWith("event 3: STATE_DELTA"), message);
  }

  @Test
  void whatIsNoEventEndsTheRunWithItsIndex() {
    agent.then(answer("{\"type\":\"TEXT_MESSAGE_START\"}"));
    RunView run = run();
    assertEquals("bad_events", run.code());
    assertEquals("event 1: messageId: missing", node.last(run).path("message").asText());
  }

  @Test
  void theEventsOfAnotherRunAreRefused() {
    agent.then(Script.stream().event(ofRun("RUN_STARTED", "another")));
    assertEquals("bad_events", run().code());
  }

  @Test
  void theAgentsOwnErrorIsTheRuns() {
    agent.then(
        answer(Events.open("m1"))
            .event("{\"type\":\"RUN_ERROR\",\"message\":\"no\",\"code\":\"mine\"}"));
    RunView run = run();
    assertEquals("error mine", run.outcome() + " " + run.code());
  }

  @Test
  void anAgentThatFailsIsNotAskedAgainAsItMayHaveDoneSomething() {
    agent.then(Script.status(500));
    assertEquals("upstream_refused", run().code());
    assertEquals(1, agent.asked().size());
  }

  /** It had the question, and the node stops before it writes anything. */
  @Test
  void anAgentThatIsStillToAnswerIsNotAskedByAnotherNode() {
    agent.then(Script.stream().hang());
    RunView run = node.started("agui", thread);
    Await.until("it is asked", () -> agent.answering() == 1);
    node.stopAgents();
    assertEquals("error worker_lost", node.ended(run).outcome() + " " + node.ended(run).code());
    assertEquals(1, agent.asked().size());
  }

  @Test
  void anAgentWithoutTimeIsAskedAgain() {
    agent.then(Script.status(503));
    agent.then(finished());
    assertEquals("success", run().outcome());
    String attempt = agent.asked().get(0).headers().get("idempotency-key");
    assertEquals(attempt, agent.asked().get(1).headers().get("idempotency-key"));
  }

  @Test
  void aCancelClosesWhatIsOpenAndTheConnection() {
    agent.then(
        answer(
                "{\"type\":\"STEP_STARTED\",\"stepName\":\"s\"}",
                Events.call("c1", "look"),
                Events.args("c1", "{"))
            .hang());
    RunView run = node.started("agui", thread);
    Await.until("its call is there", () -> node.types(run).contains("TOOL_CALL_ARGS"));
    Await.get(node.cancel(run));
    Await.until("its connection is closed", () -> agent.answering() == 0);
    assertEquals("cancelled", node.ended(run).outcome());
    List<String> types = node.types(run);
    assertEquals(
        List.of("TOOL_CALL_END", "STEP_FINISHED", "RUN_FINISHED"),
        types.subList(types.size() - 3, types.size()));
  }
}
