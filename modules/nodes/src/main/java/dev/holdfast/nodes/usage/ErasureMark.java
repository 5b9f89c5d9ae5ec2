package dev.holdfast.nodes.usage;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import io.vertx.core.Future;

/**
 * Says to exports, at whatever node, that something of a tenant is being erased: from its first
 * step to the end of its last one, or until it was left alone for half a minute.
 */
final class ErasureMark {
  private static final long LIFE_MS = 30_000;

  private final RedisLink link;
  private final String key;

  ErasureMark(RedisLink link, String tenant) {
    this.link = link;
    this.key = Keys.erasing(tenant);
  }

  /** Sets it. A full Redis takes no mark, and must not keep anybody from making room. */
  Future<?> set() {
    return link.send("SET", key, "1", "PX", LIFE_MS)
        .mapEmpty()
        .recover(
            failure ->
                HoldfastException.from(failure).code() == ErrorCode.STORE_FULL
                    ? Future.succeededFuture()
                    : Future.failedFuture(failure));
  }

  Future<?> remove() {
    return link.send("UNLINK", key);
  }
}
