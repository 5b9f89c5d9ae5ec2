package dev.holdfast.testkit.wire;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** Changes the answer of Redis to TIME on its way, for {@link Lane#change}. */
public final class RedisTime {
  private static final Pattern SECONDS = Pattern.compile("(?<=\\*2\r\n\\$10\r\n)\\d{10}(?=\r\n)");

  private RedisTime() {}

  /**
   * Returns a change to an earlier time. Whoever asks then takes it for earlier than it is: its
   * deadlines have passed for Redis when they are set.
   */
  public static UnaryOperator<byte[]> setBack(Duration by) {
    return bytes -> {
      String text = new String(bytes, StandardCharsets.ISO_8859_1);
      return SECONDS
          .matcher(text)
          .replaceAll(seconds -> Long.toString(Long.parseLong(seconds.group()) - by.toSeconds()))
          .getBytes(StandardCharsets.ISO_8859_1);
    };
  }
}
