package dev.holdfast.app.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.limits.Limit;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.TestNode;
import dev.holdfast.testkit.client.ManualClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A user who does, at one node, what each limit is about. For one test thread. */
final class LimitedUser {
  private static final Map<String, String> CLIENT = Map.of("name", "test", "version", "1");
  private static final Pattern CODE = Pattern.compile("\"code\":\"([a-z_]+)\"");
  private static final String TOPIC = "topic:any";
  private static final String PUBLICATION =
      "{\"publications\":[{\"channel\":\"" + TOPIC + "\",\"event\":\"e\",\"data\":1}]}";

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final TestCluster cluster;
  private final TestNode node;
  private final String token;

  LimitedUser(TestCluster cluster, TestNode node, String tenant) {
    this.cluster = cluster;
    this.node = node;
    this.token = cluster.token(tenant, "ann", Set.of("*"));
  }

  /** Returns the code of the refusal; empty: it was done. */
  String does(Limit limit) throws IOException, InterruptedException {
    return switch (limit) {
      case PUBLICATIONS, BYTES, RETAINED_CHANNELS, RETAINED_BYTES ->
          asks("/v1/publish", PUBLICATION);
      case SESSIONS -> asks("/v1/sessions", "{}");
      case REQUESTS -> asks("/v1/sessions", null);
      case CONNECTS, CONNECTIONS -> asks("/v1/events?channels=" + TOPIC, null);
      case SUBSCRIPTIONS -> subscribes();
    };
  }

  /** Of an answer that has no end only the begin is read. */
  private String asks(String path, String body) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(node.http(path)).header("Authorization", "Bearer " + token);
    if (body != null) {
      request.header("Content-Type", "application/json").POST(BodyPublishers.ofString(body));
    }
    HttpResponse<InputStream> answer = http.send(request.build(), BodyHandlers.ofInputStream());
    try (InputStream content = answer.body()) {
      if (answer.statusCode() < 300) {
        return "";
      }
      Matcher code = CODE.matcher(new String(content.readAllBytes(), UTF_8));
      return code.find() ? code.group(1) : "status " + answer.statusCode();
    }
  }

  private String subscribes() {
    ManualClient client = cluster.clients().manual(node.url());
    client.send("hello", Map.of("token", token, "client", CLIENT));
    client.await("welcome");
    client.send("subscribe", Map.of("id", "s", "channel", TOPIC));
    String code = client.awaitAnswer("s").path("code").asText();
    client.close();
    return code;
  }
}
