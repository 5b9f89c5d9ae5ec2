package dev.holdfast.runs.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.agui.Json;
import dev.holdfast.runs.Await;
import dev.holdfast.runs.RunView;
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

/** Runs of the kind openai, from a start to what readers have. */
@ExtendWith(RedisExtension.class)
class OpenAiIT {
  private static final JsonNode ASKED =
      Json.parse(
          """
            {"model":"gpt-x","messages":[
             {"role":"system","content":"Be brief."},
             {"role":"system","content":"page: cats"},
             {"role":"system","content":"rules"},
             {"role":"user","content":[{"type":"text","text":"what is it"},
               {"type":"image_url","image_url":{"url":"https://x/y.png"}}]},
             {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function",
               "function":{"name":"look","arguments":"{}"}}]},
             {"role":"tool","tool_call_id":"c1","content":"a cat"}],
             "tools":[{"type":"function","function":{"name":"look","description":"Looks",
               "parameters":{"type":"object"}}}],
             "stream":true,"stream_options":{"include_usage":true}}""");

  private FakeLlm llm;
  private AgentsNode node;

  @BeforeEach
  void open(TestRedis redis) {
    llm = FakeLlm.of();
    node = new AgentsNode(redis.uri(), llm.url());
  }

  @AfterEach
  void close() {
    node.close();
    llm.close();
  }

  private String failed(String expected) {
    RunView run = node.run("chat");
    assertEquals("error " + expected, run.outcome() + " " + run.code());
    return node.last(run).path("message").asText();
  }

  @Test
  void theTextIsWhatTheModelWroteWhereverItsBytesAreCut() {
    String[] texts = {"Grüße, ", "👩‍👩‍👧‍👦", " und \"日本\"\n", "𝔄"};
    for (int bytes : List.of(1, 2, 3, 7, 1_000)) {
      llm.then(Script.answer(texts).inPiecesOf(bytes));
    }
    for (int i = 0; i < 5; i++) {
      RunView run = node.run("chat");
      assertEquals("success", run.outcome());
      assertEquals(String.join("", texts), node.text(run));
    }
  }

  @Test
  void aPairThatTheModelCutsIsWholeForReaders() {
    String half = "{\"choices\":[{\"delta\":{\"content\":\"%s\"}}]}";
    llm.then(
        Script.stream()
            .event(half.formatted("a\\ud83d"))
            .pause(200)
            .event(half.formatted("\\ude00b"))
            .finish("stop")
            .done());
    assertEquals("a😀b", node.text(node.run("chat")));
  }

  @Test
  void theModelIsAskedWithSystemMessagesToolsAndKey() {
    llm.then(Script.answer("yes"));
    var more = Json.object();
    more.set(
        "messages",
        AgentsNode.array(
            """
            [{"id":"1","role":"developer","content":"rules"},
             {"id":"2","role":"user","content":[{"type":"text","text":"what is it"},
               {"type":"image","source":{"type":"url","value":"https://x/y.png"}}]},
             {"id":"3","role":"assistant","toolCalls":[{"id":"c1","type":"function",
               "function":{"name":"look","arguments":"{}"}}]},
             {"id":"4","role":"tool","toolCallId":"c1","content":"a cat"},
             {"id":"5","role":"reasoning","content":"hm"}]"""));
    more.set(
        "tools",
        AgentsNode.array(
            """
            [{"name":"look","description":"Looks","parameters":{"type":"object"}}]"""));
    more.set("context", AgentsNode.array("[{\"description\":\"page\",\"value\":\"cats\"}]"));
    RunView run = node.ended(node.started("chat", more));

    FakeLlm.Asked asked = llm.asked().get(0);
    assertEquals("/v1/chat/completions", asked.path());
    assertEquals("Bearer " + AgentsNode.KEY, asked.headers().get("authorization"));
    assertEquals(ASKED, asked.body());
  }

  @Test
  void usageIsThatOfTheModel() {
    llm.then(Script.answer("a", "b"));
    JsonNode end = node.last(node.run("chat"));
    assertEquals(
        Json.parse(
            "[{\"model\":\"fake-1\",\"inputTokens\":7,\"outputTokens\":2,\"totalTokens\":9}]"),
        end.path("usage"));
  }

  /** Some APIs give no index, or the same one to all. */
  @Test
  void callsOfOneIndexAreStillCallsOfTheirOwn() {
    llm.then(
        Script.stream()
            .call(0, "c1", "weather", "{\"a\":1}")
            .call(0, "c2", "time", "{\"b\":2}")
            .finish("tool_calls")
            .done());
    RunView run = node.run("chat");

    JsonNode end = node.last(run);
    assertEquals(Json.parse("[\"c1\",\"c2\"]"), end.path("outcome").path("pendingToolCallIds"));
    List<String> arguments =
        node.events(run).stream()
            .filter(event -> event.path("type").asText().equals("TOOL_CALL_ARGS"))
            .map(event -> event.path("toolCallId").asText() + event.path("delta").asText())
            .toList();
    assertEquals(List.of("c1{\"a\":1}", "c2{\"b\":2}"), arguments);
  }

  /** The model's server would fetch it, from within the node's network. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://x/y.png",
        "https://169.254.169.254/",
        "https://[::1]/",
        "https://localhost/",
        "x"
      })
  void anImageIsNotFetchedFromWithin(String address) {
    var more = Json.object();
    more.set(
        "messages",
        AgentsNode.array(
            """
            [{"id":"2","role":"user","content":[
               {"type":"image","source":{"type":"url","value":"%s"}}]}]"""
                .formatted(address)));
    RunView run = node.ended(node.started("chat", more));
    assertEquals("bad_input", run.code());
    assertEquals(List.of(), llm.asked());
  }

  @Test
  void callsOfTheClientsToolsEndTheRunAndWaitForTheirResults() {
    llm.then(
        Script.stream()
            .thought("let me see")
            .texts("I look. ")
            .call(0, "c1", "weather", "{\"city\":", "\"Köln\"}")
            .call(1, "c2", "time")
            .arguments(1, "{}")
            .finish("tool_calls")
            .usage(1, 2)
            .done());
    RunView run = node.run("chat");

    assertEquals("success", run.outcome());
    assertEquals("{\"city\":\"Köln\"}{}", node.joined(run, "TOOL_CALL_ARGS"));
    assertEquals("let me see", node.joined(run, "REASONING_MESSAGE_CONTENT"));
    JsonNode end = node.last(run);
    assertEquals(Json.parse("[\"c1\",\"c2\"]"), end.path("outcome").path("pendingToolCallIds"));
    List<String> parents =
        node.events(run).stream()
            .filter(event -> event.path("type").asText().matches("(TEXT|TOOL).*_START"))
            .map(event -> event.path("parentMessageId").asText(event.path("messageId").asText()))
            .distinct()
            .toList();
    assertEquals(1, parents.size(), "one message has the text and the calls: " + parents);
  }

  @Test
  void aModelWithoutTimeIsAskedAgainAndNothingIsTwice() {
    llm.then(Script.status(429).header("retry-after", "1"));
    llm.then(Script.status(500));
    llm.then(Script.status(503));
    llm.then(Script.answer("at last"));
    RunView run = node.run("chat");
    assertEquals("success", run.outcome());
    assertEquals("at last", node.text(run));
    assertEquals(4, llm.asked().size());
    assertEquals(1, node.types(run).stream().filter("RUN_STARTED"::equals).count());
  }

  @Test
  void whatIsRefusedIsNotAskedAgainAndSaysNoKey() {
    llm.then(Script.status(401).header("www-authenticate", AgentsNode.KEY));
    assertEquals("The agent answered 401.", failed("upstream_refused"));
    assertEquals(1, llm.asked().size());
  }

  @Test
  void anAnswerThatBreaksOffIsAnErrorAndIsNotAskedAgain() {
    llm.then(Script.stream().texts("It was a dark and", " stormy").pause(100).reset());
    RunView run = node.run("chat");
    assertEquals("upstream_cut", run.code());
    assertEquals("It was a dark and stormy", node.text(run));
    assertEquals(1, llm.asked().size());
  }

  @Test
  void anAnswerThatEndsWithoutAnEndIsAnError() {
    llm.then(Script.stream().texts("It was"));
    failed("upstream_cut");
  }

  @Test
  void anAnswerThatWasCutByItsLengthSaysSo() {
    llm.then(Script.stream().texts("It was").finish("length"));
    RunView run = node.run("chat");
    assertEquals("success", run.outcome());
    assertEquals("length", node.last(run).path("result").path("finishReason").asText());
  }

  @Test
  void whatIsNoStreamOfEventsIsAnError() {
    llm.then(Script.status(200).header("content-type", "text/html").raw("<html>Log in"));
    assertEquals("The agent's answer is not an event stream.", failed("upstream_bad_answer"));
  }

  @Test
  void aRedirectIsNotFollowed() {
    llm.then(Script.status(302).header("location", "http://169.254.169.254/latest/meta-data/"));
    assertTrue(failed("upstream_refused").contains("redirect"));
    assertEquals(1, llm.asked().size());
  }

  @Test
  void aLineWithoutEndIsAnError() {
    llm.then(Script.stream().raw("data: ").repeat("x".repeat(10_000)));
    failed("upstream_too_large");
    Await.until("its connection is closed", () -> llm.answering() == 0);
  }

  @Test
  void aModelThatNeverEndsIsEndedByTheLimitsOfItsRun(TestRedis redis) {
    llm.then(Script.stream().endless("on and on "));
    try (AgentsNode brief =
        new AgentsNode(redis.uri(), llm.url(), llm.url(), Duration.ofSeconds(2))) {
      RunView run = brief.run("chat");
      assertEquals("error", run.outcome());
      assertTrue(List.of("timed_out", "run_too_large").contains(run.code()), run.code());
      Await.until("its connection is closed", () -> llm.answering() == 0);
    }
  }

  @Test
  void aCancelClosesTheConnectionAtOnceAndTheRunIsWhole() {
    llm.then(Script.stream().thought("hm").texts("Once upon").hang());
    RunView run = node.started("chat");
    Await.until("its text is there", () -> node.text(run).equals("Once upon"));
    long from = System.nanoTime();
    Await.get(node.cancel(run));
    Await.until("its connection is closed", () -> llm.answering() == 0);
    long ms = (System.nanoTime() - from) / 1_000_000;
    assertEquals("cancelled", node.ended(run).outcome());
    assertTrue(ms < 2_000, ms + " ms: less than until a beat, which comes each 3.75 s");
    assertEquals(
        List.of("TEXT_MESSAGE_END", "RUN_FINISHED"),
        node.types(run).subList(node.types(run).size() - 2, node.types(run).size()));
  }

  @Test
  void aCancelBeforeTheFirstTokenEndsTheRun() {
    llm.then(Script.status(429).header("retry-after", "15"));
    RunView run = node.started("chat");
    Await.until("it was asked", () -> !llm.asked().isEmpty());
    Await.get(node.cancel(run));
    assertEquals("cancelled", node.ended(run).outcome());
    assertEquals(List.of("RUN_STARTED", "RUN_FINISHED"), node.types(run));
    assertEquals(1, llm.asked().size());
  }

  @Test
  void aNodeThatStopsWaitsForItsRunsAndThenEndsThem() {
    llm.then(Script.stream().texts("slow").pause(1_000).texts("ly").finish("stop").done());
    llm.then(Script.stream().texts("never").hang());
    RunView soon = node.started("chat");
    Await.until("it is asked", () -> llm.asked().size() == 1);
    RunView never = node.started("chat");
    Await.until("its text is there", () -> node.text(never).equals("never"));
    node.stopAgents();
    assertEquals("success", node.ended(soon).outcome());
    assertEquals("slowly", node.text(soon));
    assertEquals("worker_lost", node.ended(never).code());
    assertEquals(0, llm.answering());
  }

  /** It sent a gigabyte of what stands for nothing. */
  @Test
  void anAnswerWithoutEndIsAnErrorEvenIfItSaysNothing() {
    llm.then(Script.stream().repeat((": " + "x".repeat(50_000) + "\n").repeat(10)));
    failed("upstream_too_large");
  }

  /** It had all of its 5 s, and its run an attempt less. */
  @Test
  void aNodeThatStopsGivesBackWhatIsNotAnswered() {
    llm.then(Script.stream().hang());
    RunView run = node.started("chat");
    Await.until("it is asked", () -> llm.asked().size() == 1);
    node.stopAgents();
    assertEquals("queued", node.node.get(run).state());
    assertEquals(0, node.node.get(run).attempt());
    assertEquals(0, llm.answering());
    Await.get(node.cancel(run)); // or the next test's node takes it
  }

  @Test
  void aMessageThatTheModelCanNotTakeIsNamed() {
    llm.then(Script.answer("no"));
    var more = Json.object();
    more.set(
        "messages",
        AgentsNode.array(
            """
            [{"id":"2","role":"user","content":[{"type":"audio",
              "source":{"type":"url","value":"https://x/y"}}]}]"""));
    RunView run = node.ended(node.started("chat", more));
    assertEquals("bad_input", run.code());
    assertTrue(node.last(run).path("message").asText().startsWith("messages/0/content"));
    assertFalse(node.types(run).contains("RUN_STARTED"));
  }
}
