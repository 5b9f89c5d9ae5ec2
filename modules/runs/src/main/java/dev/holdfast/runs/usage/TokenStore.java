package dev.holdfast.runs.usage;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.limits.runs.RunAmounts;
import dev.holdfast.limits.runs.RunLimit;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Script;
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

  private final RedisLink link;

  public TokenStore(RedisLink link) {
    this.link = link;
  }

  /** Fails with LIMIT_EXCEEDED if the tenant or the user has none left today. */
  public Future<Void> check(String tenant, String user, RunAmounts most) {
    return check(tenant, null, most.of(RunLimit.TENANT_TOKENS))
        .compose(left -> check(tenant, user, most.of(RunLimit.USER_TOKENS)));
  }

  private Future<Void> check(String tenant, @Nullable String user, long most) {
    if (most == 0) {
      return Future.failedFuture(
          HoldfastException.withPublicMessage(
              ErrorCode.LIMIT_EXCEEDED, "runs: no tokens are allowed to the " + whose(user)));
    }
    return isFree(most)
        ? Future.succeededFuture()
        : CHECK
            .run(link, List.of(Keys.runTokens(tenant, user)), List.of(most))
            .compose(reply -> checked(reply.asLong(), whose(user)));
  }

  private static String whose(@Nullable String user) {
    return user == null ? "tenant" : "user";
  }

  private static boolean isFree(long most) {
    return most >= RunAmounts.MOST;
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
  public Future<Void> add(String tenant, String user, @Nullable JsonNode last, RunAmounts most) {
    long tokens = last == null ? 0 : tokens(last.path("usage"));
    return tokens == 0
        ? Future.succeededFuture()
        : Future.join(
                add(tenant, null, tokens, most.of(RunLimit.TENANT_TOKENS)),
                add(tenant, user, tokens, most.of(RunLimit.USER_TOKENS)))
            .mapEmpty();
  }

  private Future<?> add(String tenant, @Nullable String user, long tokens, long most) {
    return isFree(most)
        ? Future.succeededFuture()
        : ADD.run(link, List.of(Keys.runTokens(tenant, user)), List.of(tokens, LIFE.toMillis()));
  }

  /**
   * Returns the sum of all models' tokens.
   *
   * @param usage as AG-UI has it: of each model its total, or what went in and came out
   */
  public static long tokens(JsonNode usage) {
    return RunUse.tokens(usage).values().stream().mapToLong(Long::longValue).sum();
  }
}
