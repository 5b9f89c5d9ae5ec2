package dev.holdfast.app.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShellOptionsTest {
  /** The first value was taken, and what follows it was dropped; an empty text became null. */
  @ParameterizedTest
  @ValueSource(strings = {"3 items left", "true story", "{\"a\":1} {\"b\":2}", "{\"a\"", "", "  "})
  void whatIsNotOneJsonValueIsText(String typed) {
    var data = ShellOptions.data(typed);
    assertTrue(data.isTextual(), data.toString());
    assertEquals(typed, data.asText());
  }

  @ParameterizedTest
  @ValueSource(strings = {"3", "true", "null", "\"a b\"", "[1,2]", "{\"a\":{}}"})
  void oneJsonValueIsTakenAsItIs(String typed) {
    assertEquals(typed, ShellOptions.data(" " + typed + "\n").toString());
  }
}
