package dev.holdfast.limits.use;

import dev.holdfast.redis.FileKeys;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Script;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;

/** The days of tenants in Redis. Used on the context of its link. */
final class UseStore {
  private static final Script ADD = Script.of("limits", "use_add");

  /** The field of a tenant's quota with the bytes of its files. */
  private static final String FILE_BYTES = "#bytes";

  private final RedisLink link;
  private final String node;

  /**
   * @param node this one, in this life
   */
  UseStore(RedisLink link, String node) {
    this.link = link;
    this.node = node;
  }

  /** Returns the bytes that a tenant's files take now. */
  Future<Long> files(String tenant) {
    return link.send("HGET", FileKeys.fileQuota(tenant), FILE_BYTES).map(reply -> reply.longOr(0));
  }

  /** Adds a report to the day that it is in Redis; the same report once only. */
  Future<?> add(String tenant, TenantUse.Report report) {
    List<Object> args = new ArrayList<>(List.of(node, report.version(), UseReports.DAYS));
    args.add(report.amount(Use.CONNECTIONS));
    for (Use what : Use.values()) {
      long amount = report.amount(what);
      if (amount != 0) {
        args.addAll(List.of(what.key(), what.isPeak() ? "1" : "0", amount));
      }
    }
    return ADD.run(link, List.of(Keys.used(tenant), Keys.using(tenant)), args);
  }
}
