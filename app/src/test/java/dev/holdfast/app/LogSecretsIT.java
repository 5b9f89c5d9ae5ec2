package dev.holdfast.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What must not be in a log, at whatever level: at trace, the router wrote each address with its
 * query, and so the tokens of event streams and the tickets of files.
 */
class LogSecretsIT {
  private static final String TICKET = "ticket0f0f0f0f0f0f0f0f0f0f0f0f0f";

  @TempDir Path folder;
  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void atTraceNoTokenAndNoTicketIsLogged() throws Exception {
    String data = folder.resolve("data").toString();
    String token = token(data);
    String[] args = {
      "serve", "--end-with-stdin", "--data", data, "--set", "gateway.port=0", "--log-level", "trace"
    };
    try (var node = HoldfastProcess.start(folder, args)) {
      String at = node.awaitOutput("ws://(127\\.0\\.0\\.1:\\d+)/v1/connect").group(1);
      node.awaitOutput("Ctrl-C ends it");
      use(at, token);
      node.endInput();
      assertEquals(0, node.awaitExit(), node.output());

      node.awaitOutput(" DEBUG "); // of Vert.x and of ours
      String signature = token.substring(token.lastIndexOf('.') + 1);
      assertFalse(node.output().contains(signature), () -> line(node.output(), signature));
      assertFalse(node.output().contains(TICKET), () -> line(node.output(), TICKET));
      assertFalse(node.output().contains("access_token"));
    }
  }

  /** By query, header, sub-protocol and frame; accepted and refused. */
  private void use(String at, String token) throws Exception {
    assertEquals(200, get("http://" + at + "/v1/events?access_token=" + token));
    assertEquals(401, get("http://" + at + "/v1/events?access_token=x" + token));
    assertEquals(404, get("http://" + at + "/v1/tickets/" + TICKET));
    assertEquals(404, get("http://" + at + "/v1/no/such/" + TICKET + "?access_token=" + token));
    WebSocket socket =
        http.newWebSocketBuilder()
            .subprotocols("holdfast.v1", "holdfast.bearer." + token)
            .buildAsync(URI.create("ws://" + at + "/v1/connect"), new WebSocket.Listener() {})
            .get(20, TimeUnit.SECONDS);
    String client = "\"client\":{\"name\":\"test\",\"version\":\"1\"}";
    String hello = "{\"type\":\"hello\",\"token\":\"" + token + "\"," + client + "}";
    socket.sendText(hello, true).get(20, TimeUnit.SECONDS);
    socket.sendText("{\"type\":\"what\",\"token\":\"" + token + "\"}", true);
    socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(20, TimeUnit.SECONDS);
  }

  private int get(String address) throws Exception {
    var request = HttpRequest.newBuilder(URI.create(address)).build();
    HttpResponse<java.io.InputStream> answer = http.send(request, BodyHandlers.ofInputStream());
    answer.body().close(); // a stream of events goes on otherwise
    return answer.statusCode();
  }

  private static String token(String data) {
    var out = new StringWriter();
    var commands = Holdfast.commandLine().setOut(new PrintWriter(out, true));
    assertEquals(0, commands.execute("token", "--tenant", "acme", "--user", "ann", "--data", data));
    return out.toString().strip();
  }

  private static String line(String output, String part) {
    return output.lines().filter(each -> each.contains(part)).findFirst().orElse("");
  }
}
