package dev.holdfast.runs.usage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.agui.Json;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What terminal events report, which workers write. */
class RunUseTest {
  private static Map<String, Long> tokens(String usage) {
    return RunUse.tokens(Json.parse(usage));
  }

  @Test
  void tokensAreThoseOfEachModel() {
    assertEquals(
        Map.of("a", 17L, "b", 5L, "", 1L),
        tokens(
                """
            [{"model":"a","totalTokens":10},{"model":"b","inputTokens":3,"outputTokens":2},\
            {"model":"a","totalTokens":7,"inputTokens":1},{"totalTokens":1},{"model":"c"}]""")
            .entrySet()
            .stream()
            .filter(one -> one.getValue() > 0)
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
    assertEquals(Map.of(), tokens("[]"));
    assertEquals(Map.of(), tokens("7"));
  }

  /** A worker's word is taken, and bounded. */
  @Test
  void whatIsOutOfBoundsIsSummedWithoutAName() {
    String longName = "m".repeat(129);
    assertEquals(
        Map.of("", 3L),
        tokens("[{\"model\":\"" + longName + "\",\"totalTokens\":3,\"inputTokens\":-9}]"));
    String many =
        IntStream.range(0, 20)
            .mapToObj(i -> "{\"model\":\"m" + i + "\",\"totalTokens\":1}")
            .collect(Collectors.joining(",", "[", "]"));
    assertEquals(17, tokens(many).size());
    assertEquals(4L, tokens(many).get(""));
    String much = "{\"model\":\"m\",\"totalTokens\":9000000000000000000}";
    assertEquals(Map.of("m", RunUse.MOST_TOKENS), tokens("[" + much + "," + much + "]"));
  }
}
