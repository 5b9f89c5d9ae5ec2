package dev.holdfast.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever keeps an export has to know that it is whole. */
class ExportCommandTest {
  private static final String BEGIN = "{\"kind\":\"begin\",\"tenant\":\"é\"}\n";

  @TempDir Path folder;
  private final Commands commands = new Commands();
  private HttpServer node;
  private int status = 200;
  private String answer = "";
  private boolean cut;
  private String asked = "";

  @BeforeEach
  void start() throws IOException {
    node = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    node.createContext(
        "/",
        exchange -> {
          asked = exchange.getRequestURI().toString();
          byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, cut ? bytes.length + 1 : 0);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    node.start();
  }

  @AfterEach
  void stop() {
    node.stop(0);
  }

  @Test
  void aWholeOneIsWrittenAsItCame() throws IOException {
    answer = BEGIN + "{\"kind\":\"end\",\"counts\":{\"begin\":1}}\n";
    assertEquals(0, export("acme", "--user=eve mae"), commands::err);
    assertEquals(answer, Files.readString(folder.resolve("out")));
    assertEquals("/v1/tenants/acme/export?user=eve+mae", asked);
    assertTrue(commands.err().contains("{\"begin\":1}"), commands::err);
  }

  @Test
  void oneWithoutItsEndFails() {
    answer = BEGIN;
    fails("has no end line");
  }

  @Test
  void oneThatEndsWithinALineFails() {
    answer = BEGIN + "{\"kind\":\"end\"}";
    fails("has no end line");
  }

  @Test
  void anEmptyOneFails() {
    fails("has no end line");
  }

  @Test
  void oneThatBrokeOffSaysWhy() {
    answer = BEGIN + "{\"kind\":\"error\",\"code\":\"unavailable\",\"detail\":\"away\"}\n";
    fails("not whole: unavailable, away");
  }

  @Test
  void oneWhoseConnectionBrokeFails() {
    answer = BEGIN;
    cut = true;
    fails("connection broke");
  }

  @Test
  void aRefusalIsShown() {
    status = 409;
    answer = "{\"detail\":\"the tenant is being erased\"}";
    fails("409, the tenant is being erased");
  }

  private void fails(String why) {
    assertEquals(1, export("acme"), commands::err);
    assertTrue(commands.err().contains(why), commands::err);
  }

  private int export(String tenant, String... more) {
    String[] line = new String[5 + more.length];
    line[0] = "tenants";
    line[1] = "export";
    line[2] = tenant;
    line[3] = "--output=" + folder.resolve("out");
    line[4] = "--url=http://127.0.0.1:" + node.getAddress().getPort();
    System.arraycopy(more, 0, line, 5, more.length);
    String[] all = java.util.Arrays.copyOf(line, line.length + 1);
    all[line.length] = "--token=t";
    return commands.run(all);
  }
}
