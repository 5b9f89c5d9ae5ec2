package dev.holdfast.nodes.usage;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/**
 * What an export knows of erasures of its tenant: at its first look none is under way, and since
 * then none has begun. Confined to its link's context.
 */
final class ErasureLooks {
  private final RedisLink link;
  private final String key;
  private @Nullable String first;

  ErasureLooks(RedisLink link, String tenant) {
    this.link = link;
    this.key = Keys.erasing(tenant);
  }

  /** Fails with CONFLICT if something is being erased, or was since the first look. */
  Future<Reply> look() {
    return link.send("HGETALL", key).map(this::compare);
  }

  private Reply compare(Reply fields) {
    String mark = "";
    for (int i = 0; i + 1 < fields.size(); i += 2) {
      if (fields.at(i).asText().equals(ErasureMark.MARK)) {
        mark = fields.at(i + 1).asText();
      }
    }
    boolean quiet = fields.size() <= 2 && (mark.isEmpty() || mark.endsWith(ErasureMark.LAST));
    if (first == null && quiet) {
      first = mark;
    } else if (!mark.isEmpty() && !mark.equals(first) || !quiet) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.CONFLICT, "the tenant is being erased, or was meanwhile");
    }
    return fields;
  }
}
