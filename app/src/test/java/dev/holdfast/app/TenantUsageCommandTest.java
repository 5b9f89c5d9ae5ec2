package dev.holdfast.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class TenantUsageCommandTest {
  @Test
  void eachDayIsALine() throws IOException {
    var asked = new AtomicReference<String>();
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    String answer =
        """
        {"tenant": "acme", "days": [
          {"day": "2026-01-30", "connects": 3, "connections": 2, "publications": 5, "runs": 4,
           "publishedBytes": 2048, "bytesIn": 1048576, "bytesOut": 512, "fileBytes": 1536, "tokens": 9},
          {"day": "2026-01-31", "connections": 1}]}
        """;
    server.createContext(
        "/",
        exchange -> {
          asked.set(exchange.getRequestURI().toString());
          byte[] body = answer.getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("content-type", "application/json");
          exchange.sendResponseHeaders(200, body.length);
          try (var out = exchange.getResponseBody()) {
            out.write(body);
          }
        });
    server.start();
    try {
      var command = new Commands();
      String url = "--url=http://127.0.0.1:" + server.getAddress().getPort();
      int code = command.run("tenants", "usage", "acme", "--days=2", url, "--token=t");
      assertEquals(0, code, command::err);
      assertEquals("/v1/tenants/acme/usage?days=2", asked.get());
      assertEquals(
          """
          2026-01-30  3 connects, 2 at a time  5 publications, 2.0 KiB  1.0 MiB in, 0.5 KiB out  \
          0.0 KiB retained, 1.5 KiB of files  4 runs, 9 tokens
          2026-01-31  0 connects, 1 at a time  0 publications, 0.0 KiB  0.0 KiB in, 0.0 KiB out  \
          0.0 KiB retained, 0.0 KiB of files  0 runs, 0 tokens
          """,
          command.out());
    } finally {
      server.stop(0);
    }
  }
}
