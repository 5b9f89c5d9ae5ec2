package dev.holdfast.app.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
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

  /** A node whose machine was gone left its caller waiting for ever. */
  @Test
  void anAnswerThatGoesSilentFails() throws Exception {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    HttpServer node = HttpServer.create(address, 0);
    var over = new CountDownLatch(1);
    node.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write("a line\n".getBytes());
          exchange.getResponseBody().flush();
          try {
            over.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          exchange.close();
        });
    node.start();
    var base = URI.create("http://127.0.0.1:" + node.getAddress().getPort());
    var calls = new NodeCalls(base, () -> "t");
    try (InputStream lines = calls.open("/", Map.of(), Duration.ofSeconds(1))) {
      assertEquals("a line\n", new String(lines.readNBytes(7)));
      var silent = assertThrows(IOException.class, lines::read);
      assertEquals("nothing came for 1 s", silent.getMessage());
    } finally {
      over.countDown();
      node.stop(0);
    }
  }
}
