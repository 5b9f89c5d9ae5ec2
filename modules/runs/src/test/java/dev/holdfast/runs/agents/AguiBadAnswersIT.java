package dev.holdfast.runs.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.agui.Json;
import dev.holdfast.core.Ids;
import dev.holdfast.runs.Await;
import dev.holdfast.runs.RunMessage;
import dev.holdfast.runs.RunView;
import dev.holdfast.runs.ingest.Events;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.llm.FakeLlm;
import dev.holdfast.testkit.llm.Script;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** AG-UI endpoints that are broken or hostile: each ends its run by name, and its connection. */
@ExtendWith(RedisExtension.class)
class AguiBadAnswersIT {
  private final String thread = Ids.fresh();
  private FakeLlm agent;
  private AgentsNode node;

  @BeforeEach
  void open(TestRedis redis) {
    agent = FakeLlm.of();
    node = new AgentsNode(redis.uri(), agent.url(), agent.url(), Duration.ofSeconds(20));
  }

  @AfterEach
  void close() {
    node.close();
    agent.close();
  }

  private Script begun() {
    return Script.stream()
        .event("{\"type\":\"RUN_STARTED\",\"threadId\":\"%s\",\"runId\":\"r1\"}".formatted(thread));
  }

  /** Asked once, as it may have done something; and nobody keeps its connection. */
  private RunView failed(String code) {
    RunView run = node.ended(node.started("agui", thread));
    assertEquals("error " + code, run.outcome() + " " + run.code());
    assertEquals("RUN_ERROR", folded(run).path("end").path("type").asText());
    Await.until("its connection is closed", () -> agent.answering() == 0);
    assertEquals(1, agent.asked().size());
    return run;
  }

  /** What readers have of it. */
  private JsonNode folded(RunView run) {
    var ask = new RunMessage.Snapshot(node.node.service(), node.node.tenant, run.run());
    return Json.parse(Await.get(node.node.client.ask(ask)).document());
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 307, 308})
  void aRedirectToAMetadataAddressIsNotFollowed(int status) {
    String secret = "http://169.254.169.254/latest/meta-data/iam/security-credentials/";
    agent.then(Script.status(status).header("location", secret));
    failed("upstream_refused");
  }

  /** A redirect to an address that the node may connect to is none that it follows, either. */
  @Test
  void aRedirectToItselfIsNotFollowed() {
    agent.then(Script.status(307).header("location", agent.url() + "/agui"));
    failed("upstream_refused");
  }

  @Test
  void aPageOfHtmlIsNoAnswer() {
    Script page = Script.stream().header("content-type", "text/html");
    agent.then(page.raw("<!doctype html><title>Log in</title>"));
    failed("upstream_bad_answer");
  }

  /** One event after the other, all as they should be: the run's own bounds end it. */
  @Test
  void anAnswerThatStreamsForEverIsEndedByTheBoundsOfItsRun() {
    String delta = Events.delta("m1", "on and on " + "x".repeat(20_000));
    agent.then(begun().event(Events.open("m1")).repeat("data: " + delta + "\n\n"));
    RunView run = failed("run_too_large");
    int most = 4 << 20;
    assertTrue(Json.text(folded(run)).length() <= most, "what readers have is bounded");
  }

  /** 1 GB of one line: it is given up long before. */
  @Test
  void aLineOfAGigabyteIsGivenUp() {
    agent.then(begun().raw("data: ").repeat("x".repeat(64 << 10)));
    RunView run = failed("upstream_too_large");
    assertEquals(List.of("RUN_STARTED", "RUN_ERROR"), node.types(run));
  }

  /** 1 GB of comments, of which nothing is an event. */
  @Test
  void aGigabyteThatSaysNothingIsGivenUp() {
    agent.then(begun().repeat((": " + "x".repeat(8_000) + "\n").repeat(32)));
    failed("upstream_too_large");
  }
}
