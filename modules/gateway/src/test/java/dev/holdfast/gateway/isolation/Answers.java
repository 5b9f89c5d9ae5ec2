package dev.holdfast.gateway.isolation;

import dev.holdfast.gateway.http.Contract.Operation;
import dev.holdfast.gateway.http.HttpFixture;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Answers as text, so that two can be compared byte for byte. */
final class Answers {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /** A session's own channels, of which each ends its beginning by {@code live}. */
  private static final int OWN = 3;

  private Answers() {}

  /**
   * Returns status, headers and body.
   *
   * @param token none: without one
   */
  static String of(HttpFixture node, Operation operation, Ask ask, Things things, String token) {
    URI uri = node.uri(things.fill(ask.target()));
    var request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20));
    String body = things.fill(ask.body());
    request.method(
        operation.method().name(),
        body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    ask.headers().forEach((name, value) -> request.setHeader(name, things.fill(value)));
    if (token != null) {
      request.setHeader("authorization", "Bearer " + token);
    }
    try {
      HttpResponse<InputStream> answer =
          CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      var headers = new TreeMap<>(answer.headers().map());
      headers.remove("date");
      boolean stream = headers.toString().contains("text/event-stream");
      try (InputStream content = answer.body()) {
        String text =
            stream
                ? events(content, ask)
                : new String(content.readAllBytes(), StandardCharsets.ISO_8859_1);
        return answer.statusCode() + " " + headers + "\n" + text;
      }
    } catch (IOException e) {
      throw new IllegalStateException(operation.id() + " " + uri, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Reads until the session's own channels are live, and each that was asked for is answered. */
  private static String events(InputStream body, Ask ask) throws IOException {
    var lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
    List<String> frames = new ArrayList<>();
    int wanted = ask.all().equals("/v1/events  {}") ? OWN : OWN + 1;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith("data: ")) {
        frames.add(line);
        wanted -= line.matches(".*\"type\":\"(live|error|unsubscribed)\".*") ? 1 : 0;
      }
      if (wanted == 0) {
        break;
      }
    }
    return String.join("\n", frames);
  }

  /**
   * Replaces what belongs to the request itself: what it asked for, who asked, fresh ids, epochs
   * and times.
   */
  static String masked(String answer, Things asked, Outsider outsider) {
    String masked =
        asked
            .hide(answer)
            .replace(outsider.user(), "ME")
            .replace(outsider.tenant(), "MINE")
            .replaceAll("\"(epoch|next)\":\"[^\"]*\"", "\"$1\":\"\"")
            .replaceAll("\\[\"[^\"]*\",([0-9]+)]", "[\"\",$1]")
            .replaceAll("(?=[a-z_-]*[0-9A-Z])[A-Za-z0-9_-]{19,}", "ID")
            .replaceAll("[0-9]{13}|20[0-9-]{8}T[0-9:.]+Z", "TIME");
    // Frames of several channels come in any order.
    return masked.lines().sorted().collect(Collectors.joining("\n"));
  }
}
