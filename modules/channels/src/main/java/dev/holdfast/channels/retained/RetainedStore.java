package dev.holdfast.channels.retained;

import dev.holdfast.channels.retained.Share.Report;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.redis.Script;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;

/** The counts of retained amounts in Redis. Used on the context of its link. */
final class RetainedStore {
  private static final Script REPORT = Script.of("channels", "retained_report");

  /** Life of a count; longer than any log lives after its last append. */
  private static final long TTL_MS = 7 * 24 * 3_600_000L;

  /**
   * Life of a claim. A node that has one reports more often, or gives it back; a dead node's claim
   * ends.
   */
  private static final long CLAIM_MS = 600_000;

  private final RedisLink link;
  private final String node;

  RetainedStore(RedisLink link, String node) {
    this.link = link;
    this.node = node;
  }

  /** The counted amount, and the part of it that the node may use. */
  record Answer(Amount counted, Amount granted) {}

  Future<Answer> report(Share share, Report report, Amount most) {
    List<Object> args = new ArrayList<>();
    args.addAll(List.of(node, report.version(), TTL_MS, CLAIM_MS));
    args.addAll(List.of(most.channels(), most.bytes()));
    args.addAll(List.of(report.wanted().channels(), report.wanted().bytes()));
    report
        .changes()
        .forEach((until, amount) -> args.addAll(List.of(until, amount.channels(), amount.bytes())));
    return REPORT
        .run(link, List.of(Keys.retained(share.tenant, share.user)), args)
        .map(reply -> new Answer(amount(reply, 0), amount(reply, 2)));
  }

  private static Amount amount(Reply reply, int from) {
    return new Amount(reply.at(from).asLong(), reply.at(from + 1).asLong());
  }
}
