package dev.holdfast.nodes.usage;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Script;
import io.vertx.core.Future;
import java.util.List;

/**
 * Says to exports, at whatever node, that a step of an erasure begins and ends. Each time the mark
 * is another one, and it stays for longer than an export goes without a look, so that also an
 * erasure that came and went in between is noticed.
 */
final class ErasureMark {
  /** The field that is another one each time. */
  static final String MARK = "m";

  /** Ends the mark if no step is to follow. */
  static final String LAST = " last";

  private static final Script NOTE = Script.of("nodes", "erasure_mark");

  /** Twice the time after which an export that nobody reads on is over. */
  private static final long LIFE_MS = 120_000;

  private final RedisLink link;
  private final String key;
  private final String step = Ids.fresh();

  ErasureMark(RedisLink link, String tenant) {
    this.link = link;
    this.key = Keys.erasing(tenant);
  }

  /** Notes that the step begins. */
  Future<Void> begin() {
    return note("begin");
  }

  /**
   * Notes that the step is over.
   *
   * @param last whether no other one is to follow
   */
  Future<Void> end(boolean last) {
    return note(last ? "last" : "next");
  }

  /** A full Redis takes no mark, and must not keep anybody from making room. */
  private Future<Void> note(String what) {
    return NOTE.run(link, List.of(key), List.of(step, what, LIFE_MS))
        .<Void>mapEmpty()
        .recover(
            failure ->
                HoldfastException.from(failure).code() == ErrorCode.STORE_FULL
                    ? Future.succeededFuture()
                    : Future.failedFuture(failure));
  }
}
