package dev.holdfast.nodes.usage;

import dev.holdfast.connections.usage.UsageMessage.Export;
import dev.holdfast.connections.usage.UsageMessage.Exported;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.redis.RedisLink;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The exports that are under way at this node: few, one of a tenant at a time, and none that nobody
 * reads on. Confined to its link's context, but for its gauge.
 */
final class Exports {
  /** With some 4 MiB of keys seen, a part, and one record of at most some 9 MiB each. */
  private static final int MOST = 2;

  private static final long IDLE_MS = TimeUnit.SECONDS.toMillis(60);

  private static final long NO_TIMER = -1;

  private final Vertx vertx;
  private final RedisLink link;
  private final MeterRegistry registry;
  private final Gauge gauge;
  private final Map<String, UnderWay> underWay = new ConcurrentHashMap<>();

  /** An export, and what is known of who reads it. */
  private static final class UnderWay {
    final String tenant;
    final Exporting exporting;
    int next;
    boolean reading;
    boolean left;
    long timer = NO_TIMER;

    UnderWay(String tenant, Exporting exporting) {
      this.tenant = tenant;
      this.exporting = exporting;
    }
  }

  Exports(Vertx vertx, RedisLink link, MeterRegistry registry) {
    this.vertx = vertx;
    this.link = link;
    this.registry = registry;
    this.gauge = Gauge.builder("holdfast.exports", underWay, Map::size).register(registry);
  }

  Future<Exported> next(Export wanted) {
    String id = wanted.export();
    UnderWay export = wanted.part() == 0 ? begin(wanted) : underWay.get(id);
    if (export == null || export.reading || export.next != wanted.part()) {
      return refused(ErrorCode.CONFLICT, "this is not the next part of an export under way");
    }
    vertx.cancelTimer(export.timer);
    export.reading = true;
    export.next++;
    return export
        .exporting
        .next()
        .onComplete(
            part -> {
              export.reading = false;
              if (part.failed() || part.result().last() || export.left) {
                underWay.remove(id, export);
              } else if (underWay.get(id) == export) {
                export.timer = vertx.setTimer(IDLE_MS, idle -> underWay.remove(id, export));
              }
            });
  }

  private @Nullable UnderWay begin(Export wanted) {
    if (underWay.containsKey(wanted.export())) {
      return null;
    }
    boolean same = underWay.values().stream().anyMatch(one -> one.tenant.equals(wanted.tenant()));
    if (same || underWay.size() >= MOST) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.RATE_LIMITED,
          same
              ? "an export of this tenant is under way at this node"
              : MOST + " exports are under way at this node");
    }
    var exporting = new Exporting(vertx, link, wanted.tenant(), wanted.user(), new SeenKeys());
    var begun = new UnderWay(wanted.tenant(), exporting);
    underWay.put(wanted.export(), begun);
    return begun;
  }

  /**
   * Ends an export; answers whether there was one. If a part of it is being read, its place is free
   * when that has ended.
   */
  boolean leave(String id) {
    UnderWay export = underWay.get(id);
    if (export == null || export.left) {
      return false;
    }
    export.left = true;
    if (export.reading) {
      export.exporting.leave();
    } else {
      vertx.cancelTimer(export.timer);
      underWay.remove(id, export);
    }
    return true;
  }

  void close() {
    underWay.clear();
    registry.remove(gauge);
  }

  private static <T> Future<T> refused(ErrorCode code, String why) {
    return Future.failedFuture(HoldfastException.withPublicMessage(code, why));
  }
}
