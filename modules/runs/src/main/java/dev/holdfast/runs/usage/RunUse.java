package dev.holdfast.runs.usage;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a run took.
 *
 * @param ended when its end was decided, in Redis ms
 * @param ms from its first claim to its end, 1 at least; 0: no worker had it
 * @param tokens by model; {@code ""}: of a model without a name
 */
public record RunUse(String user, String agent, long ended, long ms, Map<String, Long> tokens) {
  /** Of one run; what a worker reports beyond it is a mistake. */
  public static final long MOST_TOKENS = 1_000_000_000_000L;

  private static final int LONGEST_MODEL = 128;
  private static final int MOST_MODELS = 16;

  public RunUse {
    tokens = Map.copyOf(tokens);
  }

  /** Returns the tokens of all models together. */
  public long allTokens() {
    return tokens.values().stream().mapToLong(Long::longValue).sum();
  }

  /**
   * Reads what a terminal event reports, as AG-UI has it: of each model its total, or what went in
   * and came out. A name that is too long is none; of models beyond 16 the names are not kept.
   *
   * @param usage a list; anything else has no models
   */
  public static Map<String, Long> tokens(JsonNode usage) {
    Map<String, Long> tokens = new LinkedHashMap<>();
    long left = MOST_TOKENS;
    for (JsonNode one : usage) {
      long parts = count(one, "inputTokens") + count(one, "outputTokens");
      long all = Math.min(left, Math.max(count(one, "totalTokens"), parts));
      String model = one.path("model").asText("");
      boolean named =
          model.length() <= LONGEST_MODEL
              && (tokens.containsKey(model) || tokens.size() < MOST_MODELS);
      tokens.merge(named ? model : "", all, Long::sum);
      left -= all;
    }
    return tokens;
  }

  private static long count(JsonNode one, String name) {
    return Math.max(0, Math.min(MOST_TOKENS, one.path(name).asLong()));
  }
}
