package dev.holdfast.app.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class NodeCallsTest {
  /** A command that looks again and again was refused when its first token had ended. */
  @Test
  void eachCallHasATokenOfItsOwn() throws Exception {
    List<String> seen = new CopyOnWriteArrayList<>();
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    HttpServer node = HttpServer.create(address, 0);
    node.createContext(
        "/",
        exchange -> {
          seen.add(exchange.getRequestHeaders().getFirst("Authorization"));
          exchange.sendResponseHeaders(200, 2);
          exchange.getResponseBody().write("{}".getBytes());
          exchange.close();
        });
    node.start();
    try {
      var issued = new AtomicInteger();
      var base = URI.create("http://127.0.0.1:" + node.getAddress().getPort());
      var calls = new NodeCalls(base, () -> "t" + issued.incrementAndGet());
      calls.call("GET", "/v1/stats", Map.of(), null);
      calls.call("GET", "/v1/stats", Map.of(), null);
    } finally {
      node.stop(0);
    }
    assertEquals(List.of("Bearer t1", "Bearer t2"), seen);
  }
}
