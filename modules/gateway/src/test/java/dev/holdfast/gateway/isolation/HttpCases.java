package dev.holdfast.gateway.isolation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * For every HTTP operation of the document, by its id, the requests by which somebody may try to
 * reach what is another's. To add an operation, add a line: its path, and wherever an id, a name or
 * a cursor may stand, one of the {@link Things}.
 */
final class HttpCases {
  /** Operations that know nothing of tenants: their answers must not name anything of one. */
  static final Set<String> OF_NO_TENANT =
      Set.of(
          "describeUploads",
          "getPage",
          "getPageFile",
          "getClient",
          "getClientMap",
          "isLive",
          "isReady",
          "isStarted",
          "getMetrics",
          "getOpenapiYaml",
          "getOpenapiJson",
          "getAsyncapi",
          "getFrameSchemas",
          "getDocs",
          "getDocsFile");

  /**
   * Opens a WebSocket: {@link FramesIT} tries all that is said there; or a stream that ends with a
   * run: {@code EdgesIT} tries those.
   */
  static final Set<String> ELSEWHERE = Set.of("connect", "readRunEvents", "runAguiAgent", "chat");

  private static final String[] CHANNELS = {
    "user:$user", "session:$session", "run:$run", "topic:$topic", "system:$topic", "system:audit"
  };

  private static final Map<String, String> TUS = Map.of("tus-resumable", "1.0.0");
  private static final Map<String, List<Ask>> CASES = new LinkedHashMap<>();

  static {
    channels();
    sessions();
    runs();
    edges();
    files();
    operators();
    OF_NO_TENANT.forEach(id -> add(id));
    ELSEWHERE.forEach(id -> add(id));
  }

  private HttpCases() {}

  static Set<String> operations() {
    return CASES.keySet();
  }

  static List<Ask> of(String operation) {
    return CASES.get(operation);
  }

  private static void add(String operation, Ask... asks) {
    CASES.put(operation, List.of(asks));
  }

  private static void add(String operation, Stream<Ask> asks) {
    CASES.put(operation, asks.toList());
  }

  private static Ask ask(String target) {
    return Ask.of(target);
  }

  private static void channels() {
    List<Ask> publish = new ArrayList<>();
    for (String channel : CHANNELS) {
      String one = "{\"publications\":[{\"channel\":\"%s\",\"event\":\"e\",\"data\":1%s}]}";
      publish.add(ask("/v1/publish").json(one.formatted(channel, "")).changing());
      String numbered = ",\"publisher\":\"$session\",\"n\":1";
      publish.add(ask("/v1/publish").json(one.formatted(channel, numbered)).changing());
      String keyed = ",\"idempotencyKey\":\"key\"";
      publish.add(ask("/v1/publish").json(one.formatted(channel, keyed)).changing());
    }
    add("publish", publish.stream());
    add("listSchemas", ask("/v1/schemas"));
    add("getSchema", ask("/v1/schemas/$event/1"));
    add(
        "putSchema",
        ask("/v1/schemas/$event/1").json("{\"type\":\"object\"}").changing(),
        ask("/v1/schemas/$event/2").json("{}").changing());
    add("removeSchema", ask("/v1/schemas/$event/1").changing());
    add("getPosition", Stream.of(CHANNELS).map(name -> ask("/v1/channels/" + name)));
    add(
        "getPublications",
        Stream.of(CHANNELS)
            .map(name -> "/v1/channels/" + name + "/publications")
            .flatMap(path -> Stream.of(ask(path), ask(path + "?limit=1&after=$epoch:0"))));
    add(
        "readEvents",
        ask("/v1/events?channels=run:$run"),
        ask("/v1/events?channels=topic:$topic"),
        ask("/v1/events").with("last-event-id", "$lastEvent"));
  }

  private static void sessions() {
    String one = "/v1/sessions/$session";
    add("createSession", ask("/v1/sessions").json("{\"user\":\"$user\"}").changing());
    add(
        "listSessions",
        ask("/v1/sessions?user=$user"),
        ask("/v1/sessions?after=$session"),
        ask("/v1/sessions?limit=1"));
    add("getSession", ask(one));
    add("closeSession", ask(one).changing(), ask(one + "?reason=revoked").changing());
    add(
        "setAttributes",
        ask(one + "/attributes").with("if-match", "\"0\"").json("{\"a\":\"b\"}").changing(),
        ask(one + "/attributes").with("if-match", "\"9\"").json("{\"a\":\"b\"}").changing());
    add(
        "subscribe",
        ask(one + "/subscriptions/topic:$topic").changing(),
        ask(one + "/subscriptions/run:$run").changing());
    add("unsubscribe", ask(one + "/subscriptions/topic:$topic").changing());
    add(
        "listConnections",
        ask("/v1/connections?user=$user"),
        ask("/v1/connections?after=$session"),
        ask("/v1/connections?node=$node@1"));
    add("getConnection", ask("/v1/connections/$session"));
    add("disconnect", ask("/v1/connections/$session").changing());
    add(
        "revoke",
        ask("/v1/revocations").json("{\"session\":\"$session\"}").changing(),
        ask("/v1/revocations").json("{\"user\":\"$user\"}").changing(),
        ask("/v1/revocations").json("{\"token\":\"$token\"}").changing());
  }

  private static void runs() {
    String input = "\"input\":{\"threadId\":\"$thread\",\"runId\":\"$called\",\"messages\":[]}";
    add(
        "startRun",
        ask("/v1/runs").json("{\"agent\":\"$agent\"," + input + "}").changing(),
        ask("/v1/runs")
            .json("{\"agent\":\"$agent\",\"busy\":\"interrupt\"," + input + "}")
            .changing(),
        ask("/v1/runs").json("{\"agent\":\"$agent\",\"user\":\"$user\"," + input + "}").changing());
    add("getRun", ask("/v1/runs/$run"));
    add("getRunSnapshot", ask("/v1/runs/$run/snapshot"));
    add("cancelRun", ask("/v1/runs/$run/cancel").json("{}").changing());
    say("sendToRun", "messages", "{\"id\":\"m9\",\"role\":\"user\",\"content\":\"mine\"}");
    say("answerRun", "answers", "{\"id\":\"q9\",\"status\":\"resolved\"}");
    agents();
    threads();
    add("claimRun", ask("/v1/work/$agent/claim").json("{\"worker\":\"w\"}").changing());
    work("appendToRun", "events", ",\"n\":1,\"events\":[{\"type\":\"RUN_STARTED\"}]");
    work("keepRun", "beat", ",\"after\":0");
    work("releaseRun", "release", "");
  }

  private static void say(String operation, String what, String one) {
    String body = "{\"" + what + "\":[" + one + "]}";
    add(operation, ask("/v1/runs/$run/" + what).json(body).changing());
  }

  private static void threads() {
    String one = "/v1/threads/$thread";
    String title = "{\"title\":\"mine\"}";
    add(
        "listThreads",
        ask("/v1/threads?user=$user"),
        ask("/v1/threads?limit=1"),
        ask("/v1/threads?after=99:$run"));
    add("getThread", ask(one), ask(one + "?user=$user"));
    add(
        "nameThread",
        ask(one).json(title).changing(),
        ask(one + "?user=$user").json(title).changing());
    add("deleteThread", ask(one).changing(), ask(one + "?user=$user").changing());
    add(
        "listThreadMessages",
        ask(one + "/messages"),
        ask(one + "/messages?before=$called"),
        ask(one + "/messages?user=$user"));
    add("listThreadRuns", ask(one + "/runs"), ask(one + "/runs?limit=1&user=$user"));
  }

  private static void agents() {
    String one = "/v1/agents/$agent";
    add("listAgents", ask("/v1/agents"));
    add("putAgent", ask(one).json("{\"description\":\"mine\"}").changing());
    add("removeAgent", ask(one).changing());
    add("getAgentUsage", ask("/v1/usage/agents"), ask("/v1/usage/agents?day=2026-01-31"));
  }

  private static void edges() {
    String input = "{\"threadId\":\"$thread\",\"runId\":\"$called\",\"messages\":[]}";
    String named = "{\"runId\":\"$called\"}";
    String agui = "/v1/agui/agent/$agent/";
    add("getAguiInfo", ask("/v1/agui/info"));
    add("connectToAguiThread", ask(agui + "connect").json(input));
    add(
        "stopAguiThread",
        ask(agui + "stop/$thread").json("{}").changing(),
        ask(agui + "stop/$thread").json(named).changing());
    add("resumeChat", ask("/v1/chat/$agent/$thread/stream"));
    add("stopChat", ask("/v1/chat/$agent/$thread/stop").json("{}").changing());
  }

  /** What a worker of this agent, and one of another, says of a run. */
  private static void work(String operation, String what, String more) {
    String body = "{\"generation\":$generation" + more + "}";
    add(
        operation,
        Stream.of("$agent", "other")
            .map(agent -> "/v1/work/" + agent + "/runs/$run/" + what)
            .map(path -> ask(path).json(body).changing()));
  }

  private static void files() {
    add(
        "createFile",
        content(ask("/v1/files?name=x&owner=$user")).changing(),
        content(ask("/v1/files?name=x&session=$session")).changing(),
        content(ask("/v1/files?name=x&run=$run")).changing());
    add(
        "listFiles",
        ask("/v1/files?owner=$user"),
        ask("/v1/files?session=$session"),
        ask("/v1/files?prefix=$name&after=$file"));
    List<Ask> reads = reads("/v1/files/$file");
    reads.add(ask("/v1/files/$upload").changing());
    add("downloadFile", reads.stream());
    add("headFile", heads("/v1/files/$file"), heads("/v1/files/$upload"));
    add("appendToFile", append("/v1/files/$upload"), append("/v1/files/$file"));
    add("deleteFile", ask("/v1/files/$file").changing(), ask("/v1/files/$upload").changing());
    add("getFileMetadata", ask("/v1/files/$file/metadata"), ask("/v1/files/$upload/metadata"));
    add("copyFile", ask("/v1/files/$file/copy?name=mine").changing());
    add(
        "createTicket",
        ask("/v1/files/$file/tickets").changing(),
        ask("/v1/files/$upload/tickets?purpose=upload").changing());
    // Whoever has a ticket may use it: so it is tried with another tenant's name, and in part.
    add("downloadByTicket", ask("/v1/tickets/x$tenant~$ticket"), ask("/v1/tickets/$ticket"));
    add("headByTicket", ask("/v1/tickets/x$tenant~$ticket"));
    add("appendByTicket", append("/v1/tickets/x$tenant~$ticket"));
  }

  private static Ask content(Ask ask) {
    return new Ask(ask.target(), "0123456789", Map.of("content-type", "text/plain"), false);
  }

  private static List<Ask> reads(String target) {
    return new ArrayList<>(
        List.of(
            ask(target),
            ask(target).with("range", "bytes=0-1"),
            ask(target).with("range", "bytes=900-"),
            ask(target).with("if-match", "\"x\""),
            ask(target).with("if-none-match", "*")));
  }

  private static Ask heads(String target) {
    return new Ask(target, "", TUS, false);
  }

  private static Ask append(String target) {
    Ask content = new Ask(target, "0123456789", TUS, true).with("upload-offset", "0");
    return content.with("content-type", "application/offset+octet-stream");
  }

  private static void operators() {
    String all = "{\"all\":true}";
    add("revokeOfTenant", ask("/v1/tenants/$tenant/revocations").json(all).changing());
    add("listTenants", ask("/v1/tenants?after=$tenant"));
    add("getTenant", ask("/v1/tenants/$tenant"));
    add(
        "getTenantAudit",
        ask("/v1/tenants/$tenant/audit"),
        ask("/v1/tenants/$tenant/audit?limit=1&after=$epoch:0"));
    add("getTenantUsage", ask("/v1/tenants/$tenant/usage"));
    add("createTenant", ask("/v1/tenants/$tenant").changing());
    add(
        "exportTenant",
        ask("/v1/tenants/$tenant/export"),
        ask("/v1/tenants/$tenant/export?user=$user"));
    add("suspendTenant", ask("/v1/tenants/$tenant/suspend").changing());
    add("resumeTenant", ask("/v1/tenants/$tenant/resume").changing());
    add("issueCredentials", ask("/v1/credentials").changing());
    add("listIssuers", ask("/v1/issuers?after=$tenant"));
    String issuer = "{\"issuer\":\"https://id.example\",\"jwks\":\"https://id.example/keys\"}";
    add("putIssuer", ask("/v1/issuers").json(issuer).changing());
    add("removeIssuer", ask("/v1/issuers?issuer=https:%2F%2Fid.example").changing());
    add("getLimits", ask("/v1/limits?tenant=$tenant"));
    add("setLimits", ask("/v1/limits?tenant=$tenant").json("{\"requests\":1}").changing());
    add("getUsage", ask("/v1/usage?tenant=$tenant"));
    add(
        "erase",
        ask("/v1/usage?tenant=$tenant&confirm=$tenant").changing(),
        ask("/v1/usage?tenant=$tenant&user=$user&confirm=$user").changing(),
        ask("/v1/usage?tenant=$tenant&channel=run:$run&confirm=run:$run").changing());
    add("getNodes", ask("/v1/nodes"));
    add("getConfig", ask("/v1/config"));
    add("getStats", ask("/v1/stats"));
    add("signIn", ask("/sign-in?tenant=$tenant&user=$user"));
  }
}
