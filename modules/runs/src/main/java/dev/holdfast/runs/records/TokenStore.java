package dev.holdfast.runs.records;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Script;
import dev.holdfast.runs.config.RunsConfig;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of models that a tenant's and a user's runs took today, as far as they are limited:
 * without a limit nothing is counted. Days are those of UTC, by the clock of Redis. Used on the
 * context of its link.
 */
public final class TokenStore {
  private static final Script ADD = Script.of("runs", "tokens_add");
  private static final Script CHECK = Script.of("runs", "tokens_check");
  private static final Duration LIFE = Duration.ofHours(48);

  /** Of one run; what a worker reports beyond it is a mistake. */
  private static final long MOST = 1_000_000_000_000L;

  private final RedisLink link;
  private final RunsConfig config;

  TokenStore(RedisLink link, RunsConfig config) {
    this.link = link;
    this.config = config;
  }

  /** Fails with LIMIT_EXCEEDED if the tenant or the user has none left today. */
  Future<Void> check(String tenant, String user) {
    return check(tenant, null, config.tenantTokensPerDay())
        .compose(left -> check(tenant, user, config.userTokensPerDay()));
  }

  private Future<Void> check(String tenant, @Nullable String user, long most) {
    return most == 0
        ? Future.succeededFuture()
        : CHECK
            .run(link, List.of(Keys.runTokens(tenant, user)), List.of(most))
            .compose(reply -> checked(reply.asLong(), user == null ? "tenant" : "user"));
  }

  private static Future<Void> checked(long seconds, String whose) {
    return seconds == 0
        ? Future.succeededFuture()
        : Future.failedFuture(
            HoldfastException.withPublicMessage(
                ErrorCode.LIMIT_EXCEEDED,
                "runs: as many tokens as the "
                    + whose
                    + " may take today; again in "
                    + seconds
                    + " s"));
  }

  /**
   * Counts what a run took. It is called once for each: what a node that dies just then leaves
   * uncounted stays so.
   *
   * @param last the event that has ended it; none: nothing is known
   */
  Future<Void> add(String tenant, String user, @Nullable JsonNode last) {
    long tokens = last == null ? 0 : tokens(last.path("usage"));
    return tokens == 0
        ? Future.succeededFuture()
        : Future.join(
                add(tenant, null, tokens, config.tenantTokensPerDay()),
                add(tenant, user, tokens, config.userTokensPerDay()))
            .mapEmpty();
  }

  private Future<?> add(String tenant, @Nullable String user, long tokens, long most) {
    return most == 0
        ? Future.succeededFuture()
        : ADD.run(link, List.of(Keys.runTokens(tenant, user)), List.of(tokens, LIFE.toMillis()));
  }

  /**
   * Returns the sum of all models' tokens.
   *
   * @param usage as AG-UI has it: of each model its total, or what went in and came out
   */
  public static long tokens(JsonNode usage) {
    long sum = 0;
    for (JsonNode one : usage) {
      long parts = count(one, "inputTokens") + count(one, "outputTokens");
      sum = Math.min(MOST, sum + Math.max(count(one, "totalTokens"), parts));
    }
    return sum;
  }

  private static long count(JsonNode one, String name) {
    return Math.max(0, Math.min(MOST, one.path(name).asLong()));
  }
}
