package dev.holdfast.testkit.redis;

import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import io.vertx.core.Future;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Keys of a Redis with their values, to compare what is stored before and after. Blocking. */
public final class StoredKeys {
  private static final int TIMEOUT_SECONDS = 30;

  private StoredKeys() {}

  /** Returns the keys of a tenant, with their values in hex. */
  public static Map<String, String> ofTenant(RedisLink link, String tenant) {
    Map<String, String> all = new TreeMap<>();
    for (Reply key : answer(link.send("KEYS", "hf:*{" + tenant + "[:/!}]*")).list()) {
      byte[] value = answer(link.send("DUMP", key.asText())).bytes();
      all.put(key.asText(), HexFormat.of().formatHex(value));
    }
    return all;
  }

  private static Reply answer(Future<Reply> future) {
    return future
        .toCompletionStage()
        .toCompletableFuture()
        .orTimeout(TIMEOUT_SECONDS, TimeUnit.SECONDS)
        .join();
  }
}
