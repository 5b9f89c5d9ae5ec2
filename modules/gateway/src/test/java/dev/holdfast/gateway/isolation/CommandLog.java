package dev.holdfast.gateway.isolation;

import dev.holdfast.core.Ids;
import dev.holdfast.testkit.TestRedis;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** What a Redis is asked while something is done, as its {@code MONITOR} shows it; blocking. */
final class CommandLog implements AutoCloseable {
  private final TestRedis redis;
  private final Socket socket = new Socket();
  private final BufferedReader lines;

  CommandLog(TestRedis redis) throws IOException {
    this.redis = redis;
    URI at = URI.create(redis.uri());
    socket.connect(new InetSocketAddress(at.getHost(), at.getPort()));
    socket.setSoTimeout(20_000);
    socket.getOutputStream().write("MONITOR\r\n".getBytes(StandardCharsets.US_ASCII));
    lines =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
    lines.readLine(); // +OK
  }

  /**
   * Returns the commands that nodes sent meanwhile and that contain one of the names, without their
   * arguments, in no order. What a script does, and what keeps accounts of rates, is left out.
   */
  List<String> during(Runnable step, Collection<String> names) {
    mark();
    step.run();
    List<String> commands = new ArrayList<>();
    for (String line : mark()) {
      boolean counts = !line.contains(" lua] ") && !line.matches(".*\"hf:(rate|count|kept):.*");
      if (counts && names.stream().anyMatch(line::contains)) {
        commands.add(line.replaceAll("^[^\"]*\"([^\"]*)\".*", "$1"));
      }
    }
    return commands.stream().sorted().toList();
  }

  /** Returns what came before a command of our own. */
  private List<String> mark() {
    String mark = Ids.fresh();
    redis.call("ECHO", mark);
    List<String> before = new ArrayList<>();
    try {
      for (String line = lines.readLine(); !line.contains(mark); line = lines.readLine()) {
        before.add(line);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return before;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
