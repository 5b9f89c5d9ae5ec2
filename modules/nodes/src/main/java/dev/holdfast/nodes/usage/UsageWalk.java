package dev.holdfast.nodes.usage;

import dev.holdfast.connections.usage.UsageMessage.Usage;
import dev.holdfast.redis.KeyOwner;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One walk through all keys, and what it found. Confined to its link's context. */
final class UsageWalk {
  private static final int MOST_NAMES = 100_000;

  /** More than a session has fields, one of which may be as large as all others are small. */
  private static final int SAMPLES = 64;

  private final RedisLink link;
  private final Tally tenants = new Tally(MOST_NAMES);
  private final Tally users = new Tally(MOST_NAMES);
  private final Tally channels = new Tally(MOST_NAMES);
  private final Future<Void> done;
  private long keys;
  private long bytes;
  private long endedAt;

  /** Begins. */
  UsageWalk(KeyWalk walk, RedisLink link) {
    this.link = link;
    this.done =
        walk.run("", this::visit, () -> false)
            .onSuccess(end -> endedAt = System.nanoTime())
            .mapEmpty();
  }

  Future<Void> done() {
    return done;
  }

  /** Returns whether it failed, or ended so many ms ago. */
  boolean isOver(long ms) {
    long since = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - endedAt);
    return done.failed() || done.succeeded() && since >= ms;
  }

  Usage usage(@Nullable String tenant, int limit) {
    return new Usage(
        done.succeeded(),
        keys,
        bytes,
        tenants.largest(tenant, limit),
        users.largest(tenant, limit),
        channels.largest(tenant, limit));
  }

  private Future<?> visit(List<String> found) {
    List<Future<?>> counted = new ArrayList<>(found.size());
    found.forEach(key -> counted.add(count(key)));
    return Future.all(counted);
  }

  private Future<?> count(String key) {
    KeyOwner owner = KeyOwner.of(key).orElse(null);
    Future<Long> size =
        link.send("MEMORY", "USAGE", key, "SAMPLES", SAMPLES).map(reply -> reply.longOr(0));
    if (owner == null) {
      return size.onSuccess(this::add);
    }
    return user(owner).compose(user -> size.onSuccess(taken -> add(owner, user, taken)));
  }

  /** Returns whose it is; none: no user's. */
  private Future<@Nullable String> user(KeyOwner owner) {
    String session = owner.session();
    if (session == null) {
      return Future.succeededFuture(owner.user());
    }
    return link.send("HGET", Keys.session(owner.tenant(), session), "user").map(Reply::textIfAny);
  }

  private void add(long taken) {
    keys++;
    bytes += taken;
  }

  private void add(KeyOwner owner, @Nullable String user, long taken) {
    add(taken);
    tenants.add(owner.tenant(), null, taken);
    if (user != null) {
      users.add(owner.tenant(), user, taken);
    }
    String channel = owner.channel();
    if (channel != null) {
      channels.add(owner.tenant(), channel, taken);
    }
  }
}
