package dev.holdfast.runs.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.runs.Await;
import dev.holdfast.runs.InboxEntry;
import dev.holdfast.runs.InboxEntry.Kind;
import dev.holdfast.runs.RunMessage;
import dev.holdfast.runs.RunMessage.Say;
import dev.holdfast.runs.RunView;
import dev.holdfast.runs.TestConfig;
import dev.holdfast.runs.WorkMessage;
import dev.holdfast.runs.config.AgentConfig;
import dev.holdfast.runs.config.RunLimits;
import dev.holdfast.runs.config.UpstreamPrefix;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who may say what to which runs. */
@ExtendWith(RedisExtension.class)
class SayingIT {
  private static final String AGENT = "researcher";

  /** An agent that a node executes. */
  private static final String MODEL = "model";

  private static final String NOWHERE = "http://localhost:1";

  private ServiceNode node;

  @BeforeEach
  void open(TestRedis redis) {
    var model = AgentConfig.openAi(NOWHERE, "m", RunLimits.DEFAULT);
    node =
        new ServiceNode(
            redis.uri(),
            TestConfig.with(
                Map.of(
                    "agents",
                    Map.of(MODEL, model),
                    "upstreams",
                    List.of(UpstreamPrefix.parse(NOWHERE)))));
  }

  @AfterEach
  void close() {
    node.close();
  }

  private static String message(String id) {
    return InboxIT.message(id);
  }

  private static String answer(String id, String status) {
    return InboxIT.answer(id, status);
  }

  private Say messages(Caller caller, RunView run, String... ids) {
    List<String> said = List.of(ids).stream().map(InboxIT::message).toList();
    return new Say(caller, node.tenant, run.run(), Kind.MESSAGE, said);
  }

  /** What a worker that claims a run hears. */
  private List<InboxEntry> heard() {
    var claim = new WorkMessage.Claim(node.service(), AGENT, "x", 5_000);
    WorkMessage.Work work = Objects.requireNonNull(Await.get(node.client.ask(claim)).work());
    String run = work.run().run();
    return Await.get(
            node.client.ask(
                new WorkMessage.Beat(
                    node.service(), node.tenant, run, work.generation(), null, 0, 0L)))
        .inbox();
  }

  @Test
  void onlyTheOwnerAndItsTenantsServicesMaySaySomething() {
    RunView run = node.started(AGENT, "th");
    var foreign = new Caller.Service("agents", "x", Set.of("other"), Set.of());
    Caller.User bob = node.user("bob");
    String none = Ids.fresh();
    for (Caller caller : List.of(foreign, bob)) {
      var refused = Await.refusal(node.client.ask(messages(caller, run, "m1")));
      var never =
          Await.refusal(
              node.client.ask(
                  new Say(caller, node.tenant, none, Kind.MESSAGE, List.of(message("m1")))));
      assertEquals(ErrorCode.NOT_FOUND, refused.code());
      assertEquals(never.publicMessage(), refused.publicMessage());
    }
    var mayNoMore = new Caller.User(node.tenant, "ann", Set.of(), Set.of());
    assertEquals(ErrorCode.FORBIDDEN, Await.code(node.client.ask(messages(mayNoMore, run, "m1"))));
    Await.get(node.client.ask(messages(node.service(), run, "m1")));
    assertEquals("service", heard().get(0).by());
  }

  @Test
  void whatIsNoMessageOrAnswerIsRefusedWithItsPlace() {
    RunView run = node.started(AGENT, "th");
    String large = message("m1").replace("And?", "x".repeat(64 << 10));
    String[][] messages = {
      {"nothing", "BAD_REQUEST"},
      {"[1]", "BAD_REQUEST"},
      {"{\"role\":\"user\",\"content\":\"x\"}", "BAD_REQUEST"},
      {message(""), "BAD_REQUEST"},
      {message("x".repeat(257)), "BAD_REQUEST"},
      {message("m1").replace("user", "assistant"), "BAD_REQUEST"},
      {"{\"id\":\"m1\",\"id\":\"m2\",\"role\":\"user\",\"content\":\"x\"}", "BAD_REQUEST"},
      {message("m1").replace("\"And?\"", "[".repeat(60) + "]".repeat(60)), "BAD_REQUEST"},
      {large, "TOO_LARGE"}
    };
    for (String[] one : messages) {
      refused(run, Kind.MESSAGE, one[0], one[1], "messages/1: ");
    }
    refused(run, Kind.ANSWER, answer("q1", "perhaps"), "BAD_REQUEST", "answers/1: ");
    refused(run, Kind.ANSWER, message("q1"), "BAD_REQUEST", "answers/1: ");
    assertEquals(List.of(), heard());
  }

  private void refused(RunView run, Kind kind, String said, String code, String where) {
    String good = kind == Kind.ANSWER ? answer("q0", "resolved") : message("m0");
    var all = new Say(node.ann, node.tenant, run.run(), kind, List.of(good, said));
    HoldfastException refusal = Await.refusal(node.client.ask(all));
    assertEquals(code, refusal.code().name(), said);
    assertTrue(refusal.publicMessage().startsWith(where), refusal.publicMessage());
  }

  @Test
  void anAgentThatANodeExecutesHearsNothing() {
    var ann = new Caller.User(node.tenant, "ann", Set.of(), Set.of("run:" + MODEL));
    RunView run = Await.get(node.client.ask(node.start(ann, MODEL, "th")));
    var refused = Await.refusal(node.client.ask(messages(ann, run, "m1")));
    assertEquals(ErrorCode.CONFLICT, refused.code());
    assertEquals("run: its agent hears nothing while it runs", refused.publicMessage());
  }

  @Test
  void aRunThatIsOverOrCancelledRefusesByName() {
    RunView over = node.started(AGENT, "th");
    Await.get(node.client.ask(new RunMessage.Cancel(node.ann, node.tenant, over.run(), "")));
    node.ended(over);
    var refused = Await.refusal(node.client.ask(messages(node.ann, over, "m1")));
    assertEquals(ErrorCode.CONFLICT, refused.code());
    assertEquals("run: it has ended, or is cancelled", refused.publicMessage());
  }
}
