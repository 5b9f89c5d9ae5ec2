package dev.holdfast.client.conformance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.client.conformance.Stage.Happening;
import dev.holdfast.client.conformance.Stage.Happening.Kind;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** What scripts are written with: waits for what a client does, and does what a node does. */
final class Play {
  static final ObjectMapper MAPPER = new ObjectMapper();

  /** Times of the client under test, ms; the protocol's own would take too long. */
  static final int ATTEMPT = 600;

  static final int FIRST_WAIT = 100;
  static final int LONGEST_WAIT = 800;
  static final int STEADY = 1_500;
  static final int ACK = 150;
  static final int RETRY = 50;

  private static final Set<String> BY_THE_WAY = Set.of("ping", "pong", "ack");
  private static final int PATIENCE = 3_000;
  private static final String E = "e1";

  final Stage stage;
  ObjectNode hello;
  int beat = 25;

  /** An opening that a script has looked at before {@link #greeted}. */
  Happening measured;

  private int generation;

  Play(Stage stage) {
    this.stage = stage;
  }

  /** With single quotes, for the scripts' sake. */
  static ObjectNode json(String text) {
    return parse(text.replace('\'', '"'));
  }

  static ObjectNode parse(String text) {
    try {
      return (ObjectNode) MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + text, e);
    }
  }

  // ---- the client's driver

  void start() {
    start("{}");
  }

  /**
   * @param more members of the command over the usual ones
   */
  void start(String more) {
    ObjectNode command = json("{'do':'start','tokens':['t1']}");
    int scale = stage.scale();
    ObjectNode times = command.putObject("times");
    times.put("attempt", ATTEMPT * scale).put("firstWait", FIRST_WAIT * scale);
    times.put("longestWait", LONGEST_WAIT * scale).put("steady", STEADY * scale);
    times.put("ack", ACK * scale).put("retry", RETRY * scale);
    command.setAll(json(more));
    var urls = command.putArray("urls");
    stage.addresses(command.path("addresses").asInt(1)).forEach(urls::add);
    command(command);
  }

  void command(String command) {
    command(json(command));
  }

  private void command(ObjectNode command) {
    stage.command(command);
  }

  void subscribe(String channel) {
    command("{'do':'subscribe','key':'sub','channel':'" + channel + "'}");
  }

  void publish(String key) {
    command(
        "{'do':'publish','key':'"
            + key
            + "','channel':'topic:a','event':'e','data':'"
            + key
            + "'}");
  }

  ObjectNode report(String kind) {
    return report(kind, report -> true);
  }

  ObjectNode report(String kind, String key) {
    return report(kind, report -> report.path("key").asText().equals(key));
  }

  ObjectNode state(String state) {
    return report("state", report -> report.path("state").asText().equals(state));
  }

  ObjectNode report(String kind, Predicate<ObjectNode> which) {
    return take(
            "a report of " + kind,
            PATIENCE,
            each ->
                each.kind() == Kind.REPORT
                    && each.json().path("report").asText().equals(kind)
                    && which.test(each.json()))
        .json();
  }

  /** No such report, now or within this time. */
  void noReport(String kind, long within) {
    none(
        "a report of " + kind,
        within,
        each -> each.kind() == Kind.REPORT && each.json().path("report").asText().equals(kind));
  }

  // ---- connections

  Happening opening() {
    return opening(PATIENCE);
  }

  private Happening opening(long within) {
    return take("a connection", within, each -> each.kind() == Kind.OPENED);
  }

  /** A new connection, whose first frame is a hello. */
  int greeted() {
    return greeted(PATIENCE);
  }

  int greeted(long within) {
    int link = measured == null ? opening(within).link() : measured.link();
    measured = null;
    hello = next(link, PATIENCE);
    check("hello".equals(hello.path("type").asText()), "the first frame is no hello: " + hello);
    return link;
  }

  void noOpening(long within) {
    none("a connection", within, each -> each.kind() == Kind.OPENED || each.kind() == Kind.REFUSED);
  }

  void welcome(int link, String session, boolean resumed) {
    send(
        link,
        "{'type':'welcome','session':'"
            + session
            + "','generation':"
            + ++generation
            + ",'connection':'c"
            + generation
            + "','node':'n1','resumed':"
            + resumed
            + ",'linger':120,'heartbeat':"
            + beat
            + ",'limits':{'frame':65536,'channels':256,'publishRate':100},'time':1760000000000}");
  }

  /** The session's own three channels, at their beginning. */
  void own(int link, String session) {
    for (String channel : new String[] {"tenant", "user:ann", "session:" + session}) {
      subscribed(link, channel, 0);
      live(link, channel, 0);
    }
  }

  /** A client with session s1, on its first connection, without a word unanswered. */
  int attached() {
    return attached("{}");
  }

  int attached(String more) {
    start(more);
    int link = greeted();
    welcome(link, "s1", false);
    own(link, "s1");
    state("online");
    return link;
  }

  /** The same, which reads topic:a from e1:5. */
  int reading() {
    return reading("{}");
  }

  int reading(String more) {
    int link = attached(more);
    subscribe("topic:a");
    reply(link, frame(link, "subscribe"), "{'epoch':'e1','seq':5}");
    subscribed(link, "topic:a", 5);
    live(link, "topic:a", 5);
    report("answered", "sub");
    return link;
  }

  /** The client comes back, and is welcomed as the same session. */
  int resumed() {
    int link = greeted();
    welcome(link, "s1", true);
    own(link, "s1");
    return link;
  }

  int lose(int link) {
    stage.cut(link);
    return resumed();
  }

  /** The client ends this connection. */
  void closes(int link, long within) {
    take(
        "the close of connection " + link,
        within,
        each -> each.kind() == Kind.CLOSED && each.link() == link);
  }

  // ---- frames

  void send(int link, String frame) {
    stage.send(link, frame.replace('\'', '"'));
  }

  void subscribed(int link, String channel, long seq) {
    send(link, at("subscribed", channel, E, seq) + ",'recovered':true}");
  }

  void live(int link, String channel, long seq) {
    send(link, at("live", channel, E, seq) + "}");
  }

  void event(int link, String channel, long seq) {
    event(link, channel, E, seq);
  }

  void event(int link, String channel, String epoch, long seq) {
    send(
        link,
        at("event", channel, epoch, seq)
            + ",'at':1760000000000,'event':'e','data':"
            + seq
            + ",'from':{'user':'bob'}}");
  }

  private static String at(String type, String channel, String epoch, long seq) {
    return "{'type':'%s','channel':'%s','epoch':'%s','seq':%d".formatted(type, channel, epoch, seq);
  }

  void reply(int link, ObjectNode to, String data) {
    send(link, "{'type':'reply','id':'" + to.path("id").asText() + "','data':" + data + "}");
  }

  void stored(int link, ObjectNode publish) {
    long seq = publish.path("n").asLong();
    reply(link, publish, "{'epoch':'e1','seq':" + seq + ",'duplicate':false}");
  }

  /**
   * @param more further members
   */
  void error(int link, ObjectNode to, String code, boolean retryable, String more) {
    send(
        link,
        "{'type':'error','id':'%s','code':'%s','message':'m','retryable':%s%s}"
            .formatted(to.path("id").asText(), code, retryable, more));
  }

  /** The next frame but for pings, pongs and acks; it has to be of that type. */
  ObjectNode frame(int link, String type) {
    ObjectNode frame =
        take(
                "a frame " + type,
                PATIENCE,
                each -> isFrame(each, link) && !BY_THE_WAY.contains(type(each)))
            .json();
    check(type.equals(frame.path("type").asText()), type + " is expected, and comes " + frame);
    return frame;
  }

  /** The next publication, which has to have that number and that data. */
  ObjectNode publish(int link, long n, String data) {
    ObjectNode frame = frame(link, "publish");
    boolean fits = frame.path("n").asLong() == n && frame.path("data").asText().equals(data);
    check(fits, "publication " + n + " " + data + " is expected, and comes " + frame);
    return frame;
  }

  /** The next frame of a type, whatever comes before it. */
  ObjectNode later(int link, String type, long within) {
    return take("a frame " + type, within, each -> isFrame(each, link) && type(each).equals(type))
        .json();
  }

  void noFrame(int link, String type, long within) {
    none("a frame " + type, within, each -> isFrame(each, link) && type(each).equals(type));
  }

  private ObjectNode next(int link, long within) {
    return take("a frame", within, each -> isFrame(each, link)).json();
  }

  private static boolean isFrame(Happening happening, int link) {
    return happening.kind() == Kind.FRAME && happening.link() == link;
  }

  private static String type(Happening happening) {
    return happening.json().path("type").asText();
  }

  // ---- waiting and judging

  Happening take(String what, long within, Predicate<Happening> which) {
    long until = stage.now() + within * stage.scale();
    while (true) {
      List<Happening> there = stage.happenings();
      for (Happening each : there) {
        if (which.test(each)) {
          stage.take(each);
          return each;
        }
      }
      if (!stage.await(there.size(), until)) {
        throw new AssertionError(what + " does not come; there is " + there);
      }
    }
  }

  void none(String what, long within, Predicate<Happening> which) {
    long until = stage.now() + within * stage.scale();
    List<Happening> there;
    do {
      there = stage.happenings();
      for (Happening each : there) {
        check(!which.test(each), what + " comes, which is wrong: " + each);
      }
    } while (stage.await(there.size(), until));
  }

  /** Until everything that the client does by itself at once is done. */
  void settle() {
    none("nothing", 20, each -> false);
  }

  static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }

  static void same(Object expected, JsonNode found, String what) {
    check(
        expected.toString().equals(found.isTextual() ? found.asText() : found.toString()),
        what + ": " + expected + " is expected, and comes " + found);
  }
}
