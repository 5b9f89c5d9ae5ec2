package dev.holdfast.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.holdfast.core.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Data was parsed three times: to find its end, to see that it is JSON, and by the service. */
class RawDataTest {
  record Bodies(List<Body> all) {}

  record Body(@JsonDeserialize(using = StrictJson.Raw.class) String data) {}

  private static String read(String data) {
    String body = "{\"all\":[{\"data\": " + data + " }]}";
    return StrictJson.read(body.getBytes(StandardCharsets.UTF_8), new TypeReference<Bodies>() {})
        .all()
        .get(0)
        .data();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "1.50",
        "\"a\\u0041\"",
        "[]",
        "{}",
        "[1, [2], {\"a\" : {}}]",
        "{\"a\":1, \"b\":[{}]}"
      })
  void whatIsTakenIsAValueAndStaysAsItWasSent(String data) {
    assertEquals(data, read(data));
    assertTrue(JsonText.isValue(read(data)));
  }

  @Test
  void whatIsNestedAsDeepAsItMayBeIsTakenAndOneMoreIsNot() {
    int most = JsonText.MAX_NESTING;
    assertTrue(JsonText.isValue(read("[".repeat(most) + "]".repeat(most))));

    Problem refused =
        assertThrows(Problem.class, () -> read("[".repeat(most + 1) + "]".repeat(most + 1)));

    assertEquals("all[0].data: not one JSON value, or too deep", refused.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"a\":1,\"a\":2}", "[{\"a\":{\"b\":1,\"b\":1}}]", "[1", "01", "nul", "'a'"})
  void whatIsNoValueIsRefused(String data) {
    assertThrows(Problem.class, () -> read(data));
  }
}
