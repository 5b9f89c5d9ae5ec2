package dev.holdfast.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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

  /** It was "Exported", exit code 0, with half of it in the file. */
  @Test
  void aStandardOutputThatTakesNoMoreFails() {
    var full =
        new OutputStream() {
          @Override
          public void write(int one) throws IOException {
            throw new IOException("No space left on device");
          }
        };
    OutputStream to = ExportCommand.standard(new PrintStream(new BufferedOutputStream(full)));
    var refused = assertThrows(IOException.class, () -> to.write(BEGIN.getBytes(), 0, 5));
    assertEquals("the standard output takes no more", refused.getMessage());
    assertThrows(IOException.class, to::close);
  }

  @Test
  void theStandardOutputGetsBytesAsTheyCameAndStaysOpen() throws IOException {
    var kept = new ByteArrayOutputStream();
    var console = new PrintStream(kept, false, StandardCharsets.US_ASCII);
    byte[] line = BEGIN.getBytes(StandardCharsets.UTF_8);
    try (OutputStream to = ExportCommand.standard(console)) {
      to.write(line, 0, line.length);
    }
    console.print("more");
    console.flush();
    assertEquals(BEGIN + "more", kept.toString(StandardCharsets.UTF_8));
  }

  @Test
  void oneThatAFileDoesNotTakeFails() {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full));
    answer = BEGIN + "{\"kind\":\"end\",\"counts\":{\"begin\":1}}\n";
    assertEquals(1, commands.run(line("acme", "--output=" + full)), commands::err);
    assertTrue(commands.err().contains("it can't be written"), commands::err);
  }

  @Test
  void emptyLinesSayOnlyThatTheNodeIsThere() throws IOException {
    answer = BEGIN + "\n{\"kind\":\"end\",\"counts\":{\"begin\":1}}\n\n";
    assertEquals(0, export("acme"), commands::err);
    assertEquals(answer, Files.readString(folder.resolve("out")));
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
    String[] all = Arrays.copyOf(more, more.length + 1);
    all[more.length] = "--output=" + folder.resolve("out");
    return commands.run(line(tenant, all));
  }

  private String[] line(String tenant, String... more) {
    String url = "--url=http://127.0.0.1:" + node.getAddress().getPort();
    List<String> line = new ArrayList<>(List.of("tenants", "export", tenant, url, "--token=t"));
    line.addAll(List.of(more));
    return line.toArray(String[]::new);
  }
}
