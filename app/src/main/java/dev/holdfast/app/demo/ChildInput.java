package dev.holdfast.app.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** The standard input of a child: lines from its parent; its end is the parent's end. Blocks. */
final class ChildInput {
  private ChildInput() {}

  /** Returns when the parent has closed it, or is gone. */
  static void read(Consumer<String> line) {
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try {
      for (String next = input.readLine(); next != null; next = input.readLine()) {
        line.accept(next);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
