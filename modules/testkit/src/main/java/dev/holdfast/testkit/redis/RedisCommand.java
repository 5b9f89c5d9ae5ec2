package dev.holdfast.testkit.redis;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Sends one command on a connection of its own, blocking; for faults that a test causes in a Redis.
 */
public final class RedisCommand {
  private static final int TIMEOUT_MILLIS = 30_000;

  private RedisCommand() {}

  /**
   * @return its answer as text, the elements of an array line by line; none: nil
   * @throws IllegalStateException with the error that it answered
   */
  public static @Nullable String call(String uri, String... words) {
    URI at = URI.create(uri);
    try (var socket = new Socket()) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.connect(new InetSocketAddress(at.getHost(), at.getPort()), TIMEOUT_MILLIS);
      write(socket.getOutputStream(), words);
      return read(new BufferedInputStream(socket.getInputStream()));
    } catch (IOException e) {
      throw new UncheckedIOException(words[0] + " at " + uri, e);
    }
  }

  private static void write(OutputStream out, String... words) throws IOException {
    var text = new StringBuilder("*" + words.length + "\r\n");
    for (String word : words) {
      text.append('$').append(word.getBytes(StandardCharsets.UTF_8).length);
      text.append("\r\n").append(word).append("\r\n");
    }
    out.write(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static @Nullable String read(InputStream in) throws IOException {
    int kind = in.read();
    String line = line(in);
    return switch (kind) {
      case '+', ':' -> line;
      case '-' -> throw new IllegalStateException(line);
      case '$' -> line.equals("-1") ? null : bulk(in, Integer.parseInt(line));
      case '*' -> elements(in, Integer.parseInt(line));
      default -> throw new IOException("not an answer: " + (char) kind + line);
    };
  }

  private static String elements(InputStream in, int count) throws IOException {
    var text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(i == 0 ? "" : "\n").append(read(in));
    }
    return text.toString();
  }

  private static String bulk(InputStream in, int length) throws IOException {
    String text = new String(in.readNBytes(length), StandardCharsets.UTF_8);
    line(in);
    return text;
  }

  private static String line(InputStream in) throws IOException {
    var text = new StringBuilder();
    int next = in.read();
    while (next >= 0 && next != '\n') {
      if (next != '\r') {
        text.append((char) next);
      }
      next = in.read();
    }
    return text.toString();
  }
}
