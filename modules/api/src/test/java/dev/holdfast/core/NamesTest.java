package dev.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tables took the place of regular expressions: what is a name stayed the same. */
class NamesTest {
  static Stream<Arguments> forms() {
    return Stream.of(
        form("tenant", Names::tenant, "[A-Za-z0-9][A-Za-z0-9._-]{0,63}"),
        form("user", Names::user, "[A-Za-z0-9._~@|+:/=-]{1,128}"),
        form("topic", Names::topic, "[A-Za-z0-9._~/-]{1,128}"),
        form("id", name -> Names.id(name, "id"), "[A-Za-z0-9_-]{1,64}"),
        form("event", Names::event, "[A-Za-z0-9._:/-]{1,128}"));
  }

  private static Arguments form(String what, UnaryOperator<@Nullable String> names, String form) {
    return Arguments.of(what, names, Pattern.compile(form));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("forms")
  void aNameHasTheDocumentedForm(String what, UnaryOperator<@Nullable String> names, Pattern form) {
    for (String text : texts()) {
      assertEquals(form.matcher(text).matches(), taken(names, text), "<" + text + ">");
    }
    assertNull(nameOf(names, null), "none");
  }

  /**
   * Every character alone, at the begin and at the end; and every length up to beyond the limit.
   */
  private static List<String> texts() {
    List<String> texts = new ArrayList<>();
    for (int code = 0; code <= Character.MAX_VALUE; code++) {
      char at = (char) code;
      texts.add(String.valueOf(at));
      texts.add(at + "b");
      texts.add("a" + at);
    }
    for (int length = 0; length < 140; length++) {
      texts.add("x".repeat(length));
      texts.add("x".repeat(length) + "\n");
    }
    return texts;
  }

  private static boolean taken(UnaryOperator<@Nullable String> names, String text) {
    return text.equals(nameOf(names, text));
  }

  /** Returns the name; none: it was refused as one. */
  private static @Nullable String nameOf(
      UnaryOperator<@Nullable String> names, @Nullable String text) {
    try {
      return names.apply(text);
    } catch (HoldfastException refused) {
      assertEquals(ErrorCode.BAD_REQUEST, refused.code());
      return null;
    }
  }
}
