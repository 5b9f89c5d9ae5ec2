package dev.holdfast.gateway.isolation;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.gateway.http.HttpFixture;
import dev.holdfast.gateway.isolation.Outsider.Kind;
import dev.holdfast.protocol.ClientFrame;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.client.ManualClient;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whatever an outsider says on a WebSocket about what is another's is answered as if it had never
 * been, and by as many commands to Redis; for every type of frame.
 */
@ExtendWith(RedisExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FramesIT {
  private static final Logger LOG = LoggerFactory.getLogger(FramesIT.class);
  private static final int TRIES = 8;
  private static final Duration BRIEF = Duration.ofSeconds(4);
  private static final List<String> CHANNELS =
      List.of("user:$user", "session:$session", "run:$run", "topic:$topic", "system:audit");
  private static final Set<Kind> ENDED =
      EnumSet.of(Kind.WITH_REVOKED_TOKEN, Kind.WITH_EXPIRED_TOKEN, Kind.OF_SUSPENDED_TENANT);

  /**
   * For every type of frame, the members by which somebody may try to reach what is another's; the
   * node puts {@code type} and, if it is to be answered, {@code "id":"q"} before them. To add a
   * frame, add a line.
   */
  private static final Map<String, List<String>> CASES =
      Map.ofEntries(
          Map.entry("hello", hellos()),
          Map.entry(
              "subscribe",
              channels(
                  "\"channel\":\"%s\"",
                  "\"channel\":\"%s\",\"from\":\"earliest\"",
                  "\"channel\":\"%s\",\"from\":[\"$epoch\",0]",
                  "\"channel\":\"%s\",\"token\":\"$grant\"")),
          Map.entry("unsubscribe", channels("\"channel\":\"%s\"")),
          Map.entry("publish", channels("\"channel\":\"%s\",\"event\":\"e\",\"data\":1,\"n\":1")),
          Map.entry("request", requests()),
          Map.entry("ack", channels("\"cursors\":{\"%s\":[\"$epoch\",0]}")),
          Map.entry("refresh", List.of("\"token\":\"$bearer\"", "\"token\":\"$grant\"")),
          Map.entry("close", List.of("")),
          Map.entry("ping", List.of("")),
          Map.entry("pong", List.of("")));

  /** Types that are answered under an id. */
  private static final Set<String> ANSWERED =
      Set.of("subscribe", "unsubscribe", "publish", "request", "refresh");

  private HttpFixture node;
  private CommandLog log;
  private Owner owner;
  private Outsider.Tokens ended;
  private String before;
  private int cases;

  private static List<String> requests() {
    List<String> all = new ArrayList<>();
    all.add("\"service\":\"$agent\",\"method\":\"m\",\"data\":\"$session\"");
    String input = "{\"threadId\":\"$thread\",\"runId\":\"$called\",\"messages\":[]}";
    ofRuns(all, "start", "\"agent\":\"$agent\",\"input\":" + input);
    ofRuns(all, "get", "\"run\":\"$run\"");
    ofRuns(all, "cancel", "\"run\":\"$run\"");
    String message = "{\"id\":\"m9\",\"role\":\"user\",\"content\":\"mine\"}";
    ofRuns(all, "send", "\"run\":\"$run\",\"messages\":[" + message + "]");
    String answer = "{\"id\":\"q9\",\"status\":\"resolved\"}";
    ofRuns(all, "answer", "\"run\":\"$run\",\"answers\":[" + answer + "]");
    ofRuns(all, "agents", "");
    ofRuns(all, "threads", "\"after\":\"99:$run\"");
    for (String method : List.of("thread", "name", "delete", "messages", "runs")) {
      ofRuns(all, method, "\"thread\":\"$thread\"");
    }
    return all;
  }

  private static void ofRuns(List<String> all, String method, String members) {
    String data = "\"data\":{" + members + "}";
    all.add("\"service\":\"runs\",\"method\":\"" + method + "\"," + data);
  }

  private static List<String> hellos() {
    List<String> hellos = channels("\"channels\":{\"%s\":[\"$epoch\",0]}");
    hellos.addAll(
        channels(
            "\"subscriptions\":{\"%s\":\"earliest\"}",
            "\"subscriptions\":{\"%s\":[\"$epoch\",0]}"));
    hellos.add("\"resume\":\"$session\",\"subscriptions\":{\"topic:$topic\":\"latest\"}");
    hellos.add("\"resume\":\"$session\"");
    hellos.add("\"resume\":\"$session\",\"channels\":{\"run:$run\":[\"$epoch\",0]}");
    return hellos;
  }

  private static List<String> channels(String... members) {
    List<String> all = new ArrayList<>();
    for (String one : members) {
      for (String name : CHANNELS) {
        all.add(one.formatted(name));
      }
      if (one.contains("earliest")) {
        all.add(one.formatted("run:$run").replace("earliest", "snapshot"));
      }
    }
    return all;
  }

  @BeforeAll
  void start(@OwnRedis TestRedis redis, @TempDir Path folder) throws Exception {
    node = new HttpFixture(redis.uri(), folder);
    owner = new Owner(node);
    ended = new Outsider.Tokens(owner.revoked(), owner.expired(), owner.suspendedTenant());
    log = new CommandLog(redis);
    before = owner.state();
  }

  @AfterAll
  void nothingOfTheOwnersHasChanged() throws Exception {
    LOG.info("{} cases", cases);
    try {
      assertEquals(before, owner.state());
    } finally {
      log.close();
      node.close();
    }
  }

  static Stream<String> types() {
    return Stream.of(ClientFrame.class.getPermittedSubclasses())
        .map(type -> type.getSimpleName().toLowerCase(Locale.ROOT))
        .sorted();
  }

  @Test
  void thereAreCasesForEveryTypeOfFrame() {
    assertEquals(
        types().collect(Collectors.toCollection(TreeSet::new)),
        new TreeSet<>(CASES.keySet()),
        "add a line to CASES");
  }

  @ParameterizedTest
  @MethodSource("types")
  void whatIsAnothersIsAnsweredAsWhatNeverWas(String type) {
    for (String members : CASES.get(type)) {
      owner.keep();
      for (Kind kind : EnumSet.of(Kind.USER_OF_ANOTHER_TENANT, Kind.NAMESAKE, Kind.ANOTHER_USER)) {
        if (!kind.isOwn(members)) {
          same(type, members, kind);
        }
      }
    }
  }

  /** It is closed before anything is looked up. */
  @Test
  void aTokenThatHasEndedOpensNothing() {
    for (String members : CASES.get("hello")) {
      for (Kind kind : ENDED) {
        same("hello", members, kind);
      }
    }
  }

  /** Its connection may go on for a while, for a refresh; it reaches nothing else by that. */
  @Test
  void aTokenInItsGraceReachesNothingOfOthers() {
    List<Late> all = new ArrayList<>();
    for (Kind kind : EnumSet.of(Kind.USER_OF_ANOTHER_TENANT, Kind.ANOTHER_USER)) {
      for (String type : CASES.keySet()) {
        if (!type.equals("hello")) {
          CASES.get(type).forEach(members -> all.add(new Late(kind, type, members)));
        }
      }
    }
    cases += all.size();
    for (int tries = 1; !all.isEmpty(); tries++) {
      assertTrue(tries <= TRIES, () -> "not by the same commands: " + all);
      owner.keep();
      all.retainAll(differ(all));
    }
  }

  /** What is tried by a connection whose token is over. */
  private record Late(Kind kind, String type, String members) {}

  /** Returns what took other commands than what never was; the answer is the same. */
  private List<Late> differ(List<Late> all) {
    Map<Late, List<Tried>> open = new LinkedHashMap<>();
    for (Late late : all) {
      owner.keep();
      open.put(late, List.of(open(late, owner.things), open(late, owner.things.neverWere())));
    }
    long over = System.currentTimeMillis() + BRIEF.toMillis();
    await("all are in their grace").until(() -> System.currentTimeMillis() > over);
    List<Late> differ = new ArrayList<>();
    open.forEach(
        (late, both) -> {
          owner.keep();
          Try theirs = tried(both.get(0), late.type, late.members);
          Try nothing = tried(both.get(1), late.type, late.members);
          assertEquals(nothing.answer(), theirs.answer(), late.toString());
          if (!theirs.commands().equals(nothing.commands())) {
            differ.add(late);
          }
        });
    return differ;
  }

  private Tried open(Late late, Things things) {
    Outsider outsider = late.kind.briefly(owner, ended, BRIEF);
    ManualClient client = client();
    hello(client, outsider, "");
    return new Tried(client, outsider, things);
  }

  private void same(String type, String members, Kind kind) {
    Things never = owner.things.neverWere();
    cases++;
    for (int tries = 1; ; tries++) {
      Try theirs = tried(type, members, kind, owner.things);
      Try nothing = tried(type, members, kind, never);
      String what = kind + " " + type + " " + members;
      assertEquals(nothing.answer(), theirs.answer(), what);
      if (theirs.commands().equals(nothing.commands())) {
        return;
      }
      assertTrue(tries < TRIES, what + ": " + theirs.commands() + ", not " + nothing.commands());
    }
  }

  private record Try(String answer, List<String> commands) {}

  /** Who tries, by which connection, and what things. */
  private record Tried(ManualClient client, Outsider outsider, Things things) {}

  private ManualClient client() {
    return node.clients.manual(URI.create("ws://127.0.0.1:" + node.port() + "/v1/connect"));
  }

  private Try tried(String type, String members, Kind kind, Things things) {
    var one = new Tried(client(), kind.of(owner, ended), things);
    if (!type.equals("hello")) {
      hello(one.client, one.outsider, "");
    }
    return tried(one, type, members);
  }

  private Try tried(Tried one, String type, String members) {
    Things asked = one.things.of(members);
    List<String> names = new ArrayList<>(asked.values().values());
    names.addAll(one.outsider.names());
    String said = one.things.fill(members);
    ManualClient client = one.client;
    try {
      Runnable step = () -> say(client, one.outsider, type, said);
      List<String> commands = log.during(step, names);
      String frames =
          client.frames().stream()
              .filter(frame -> !frame.path("type").asText().equals("expiring"))
              .map(Object::toString)
              .collect(Collectors.joining("\n"));
      return new Try(Answers.masked(frames + ending(client), asked, one.outsider), commands);
    } finally {
      client.close();
    }
  }

  private static String ending(ManualClient client) {
    return client.isOpen() ? "" : "\nclosed: " + client.awaitClose();
  }

  private void say(ManualClient client, Outsider outsider, String type, String members) {
    if (type.equals("hello")) {
      hello(client, outsider, "," + members);
      return;
    }
    String id = ANSWERED.contains(type) ? ",\"id\":\"q\"" : "";
    client.send("{\"type\":\"" + type + "\"" + id + (members.isEmpty() ? "" : "," + members) + "}");
    if (type.equals("close")) {
      client.awaitClose();
      return;
    }
    if (!id.isEmpty()) {
      boolean opened = client.awaitAnswer("q").path("type").asText().equals("reply");
      String channel = members.replaceAll(".*\"channel\":\"([^\"]*)\".*", "$1");
      if (opened && type.equals("subscribe")) {
        client.await("live", channel);
      }
    }
    if (type.equals("ping")) {
      client.await("pong");
    }
    client.send("{\"type\":\"ping\"}").await("pong");
  }

  /** Until the session's own channels, and those that it brings, have begun or were refused. */
  private void hello(ManualClient client, Outsider outsider, String more) {
    client.send(
        "{\"type\":\"hello\",\"token\":\"%s\",\"client\":{\"name\":\"t\",\"version\":\"1\"}%s}"
            .formatted(outsider.token(), more));
    if (ENDED.stream().anyMatch(kind -> kind.isOf(outsider, ended))) {
      client.awaitClose();
      return;
    }
    int begun = more.contains("channels") || more.contains("subscriptions") ? 4 : 3;
    for (int i = 0; i < begun; i++) {
      client.await(
          frame -> Set.of("live", "unsubscribed").contains(frame.path("type").asText()), "live");
    }
  }
}
