package dev.holdfast.cluster.config;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.core.process.Durations;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads single values: texts, numbers, booleans, durations, paths, enums, and types that have a
 * static {@code parse(String)}. Messages never quote a plain text, as it may be a secret.
 */
final class Scalars {
  private Scalars() {}

  static boolean reads(Class<?> type) {
    return !type.isRecord() || parser(type) != null;
  }

  /** Zero or false. */
  static Object zero(Class<?> primitive) {
    return primitive == boolean.class
        ? (Object) false
        : primitive == int.class
            ? (Object) 0
            : primitive == long.class ? (Object) 0L : (Object) 0.0;
  }

  /**
   * @throws IllegalArgumentException says what is needed
   */
  static Object read(Class<?> type, JsonNode node) {
    if (type == String.class) {
      return node.has(RecordBinder.FILE) ? fromFile(node) : node.asText();
    }
    String text = node.asText().strip();
    if (type == int.class) {
      return Math.toIntExact(whole(text, Integer.MIN_VALUE, Integer.MAX_VALUE));
    }
    if (type == long.class) {
      return whole(text, Long.MIN_VALUE, Long.MAX_VALUE);
    }
    if (type == double.class) {
      return number(text);
    }
    if (type == boolean.class) {
      return flag(text);
    }
    if (type == Duration.class) {
      return Durations.parse(text);
    }
    if (type == Path.class) {
      return Path.of(text);
    }
    return type.isEnum() ? constant(type, text) : parse(type, text);
  }

  private static String fromFile(JsonNode node) {
    Path file = Path.of(node.path(RecordBinder.FILE).asText());
    if (node.size() != 1) {
      throw new IllegalArgumentException("beside \"file\" nothing else may stand here");
    }
    try {
      return Files.readString(file).stripTrailing();
    } catch (IOException e) {
      throw new IllegalArgumentException("file " + file + " can't be read");
    }
  }

  private static long whole(String text, long min, long max) {
    try {
      long value = Long.parseLong(text);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("a whole number is needed, not " + text);
    }
    throw new IllegalArgumentException("a whole number from " + min + " to " + max + " is needed");
  }

  private static double number(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("a number is needed, not " + text);
    }
  }

  private static boolean flag(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("true or false is needed, not " + text);
    };
  }

  private static Object constant(Class<?> type, String text) {
    for (Object constant : type.getEnumConstants()) {
      if (constant.toString().equalsIgnoreCase(text)) {
        return constant;
      }
    }
    String known = Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT);
    throw new IllegalArgumentException("one of " + known + " is needed, not " + text);
  }

  private static Object parse(Class<?> type, String text) {
    Method parser = parser(type);
    if (parser == null) {
      throw new IllegalStateException("no setting can be of " + type);
    }
    try {
      return parser.invoke(null, text);
    } catch (InvocationTargetException e) {
      Throwable cause = e.getTargetException();
      throw new IllegalArgumentException(cause.getMessage(), cause);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  private static @Nullable Method parser(Class<?> type) {
    try {
      return type.getMethod("parse", String.class);
    } catch (NoSuchMethodException e) {
      return null;
    }
  }
}
