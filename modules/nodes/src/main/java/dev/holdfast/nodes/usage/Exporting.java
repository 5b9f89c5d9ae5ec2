package dev.holdfast.nodes.usage;

import dev.holdfast.connections.usage.UsageMessage.Exported;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.redis.KeyOwner;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Shard;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One export: a walk through the keys of a tenant that stops when a part is full, and goes on when
 * the next one is wanted. Holds the keys that SCAN gave last, the place in the log that it reads,
 * and one part. Confined to its link's context.
 */
final class Exporting {
  private static final Logger LOG = LoggerFactory.getLogger(Exporting.class);
  private static final int VERSION = 1;
  private static final long STEP_NS = TimeUnit.SECONDS.toNanos(3);

  private final Vertx vertx;
  private final RedisLink link;
  private final String tenant;
  private final @Nullable String user;
  private final KeyWalk walk;
  private final ExportedRecords records;
  private final String servers;
  private final ErasureLooks erasures;
  private final SeenKeys seen;
  private final ExportedPart part = new ExportedPart();
  private final Deque<String> keys = new ArrayDeque<>();
  private final Deque<ExportedLog> logs = new ArrayDeque<>();
  private String cursor = "";
  private boolean begun;
  private boolean walked;
  private boolean over;
  private boolean left;
  private long until;

  /**
   * @param user whose; none: the whole tenant
   * @param seen knows no key yet
   */
  Exporting(Vertx vertx, RedisLink link, String tenant, @Nullable String user, SeenKeys seen) {
    this.vertx = vertx;
    this.link = link;
    this.tenant = tenant;
    this.user = user;
    this.walk = new KeyWalk(vertx, link, KeyOwner.keysOf(tenant));
    this.records = new ExportedRecords(link, tenant, user);
    this.servers = servers();
    this.erasures = new ErasureLooks(link, tenant);
    this.seen = seen;
  }

  /** Ends what is being read, at the next step. */
  void leave() {
    left = true;
  }

  /** Names the servers and their data: places in a walk mean nothing at another one. */
  private String servers() {
    List<String> all = new ArrayList<>();
    for (Shard shard : link.shards()) {
      all.add(shard.address() + " " + shard.epochToken());
    }
    return String.join(",", all.stream().sorted().toList());
  }

  /** Reads the next part. */
  Future<Exported> next() {
    until = System.nanoTime() + STEP_NS;
    return check()
        .compose(free -> begun ? Future.succeededFuture() : begin())
        .compose(
            ready -> {
              Promise<Exported> read = Promise.promise();
              fill(read);
              return read.future();
            })
        .compose(read -> check().map(read));
  }

  /** Fails if what was read, or will be, is not of one tenant that is there. */
  private Future<?> check() {
    return erasures
        .look()
        .map(
            none -> {
              if (!servers.equals(servers())) {
                throw HoldfastException.withPublicMessage(
                    ErrorCode.UNAVAILABLE, "the store moved meanwhile; begin again");
              }
              return none;
            });
  }

  private Future<?> begin() {
    begun = true;
    part.add(new JsonLine("begin").put("version", VERSION).put("tenant", tenant).put("user", user));
    return user == null ? add(records.tenant()) : Future.succeededFuture();
  }

  /** A loop, as a chain of futures would grow by every key. */
  private void fill(Promise<Exported> read) {
    if (left) {
      read.fail(HoldfastException.withPublicMessage(ErrorCode.CONFLICT, "the asker has left"));
      return;
    }
    if (part.isFull() || over || System.nanoTime() > until) {
      read.complete(new Exported(part.take(), over));
      return;
    }
    step().onSuccess(done -> fill(read)).onFailure(read::fail);
  }

  /** Asks Redis once at least, or ends. */
  private Future<?> step() {
    ExportedLog log = logs.peek();
    if (log != null) {
      return log.more(part).onSuccess(end -> leave(log, end));
    }
    while (!keys.isEmpty()) {
      String key = keys.remove();
      KeyOwner owner = KeyOwner.of(key).orElse(null);
      if (owner != null && isExported(key, owner)) {
        return export(key, owner);
      }
    }
    if (walked) {
      end();
      return Future.succeededFuture();
    }
    long begunAt = System.nanoTime();
    return walk.step(cursor)
        .compose(
            page ->
                found(page)
                    ? walk.pause(System.nanoTime() - begunAt)
                    : Future.<Void>succeededFuture());
  }

  private boolean found(KeyWalk.Page page) {
    keys.addAll(page.keys());
    cursor = page.next();
    walked = cursor.isEmpty();
    return !walked;
  }

  private void leave(ExportedLog log, boolean end) {
    if (end) {
      logs.remove(log);
    }
  }

  private void end() {
    over = true;
    LOG.debug("Exported {}: {} keys came again", tenant, seen.repeated());
    part.add(new JsonLine("end").raw("counts", part.counts()));
  }

  /** A user's sessions and runs bring their logs themselves. */
  private boolean isExported(String key, KeyOwner owner) {
    String family = owner.family();
    boolean mine = user == null || user.equals(owner.user()) || Families.NAMING.contains(family);
    return owner.tenant().equals(tenant)
        && mine
        && Families.EXPORTED.containsKey(family)
        && !Families.WITH_RECORDS.contains(family)
        && seen.add(key);
  }

  private Future<?> export(String key, KeyOwner owner) {
    return switch (owner.family()) {
      case "sess" -> session(Objects.requireNonNull(owner.session(), "a session's key"));
      case "run" -> run(Objects.requireNonNull(owner.channel(), "a run's channel"));
      case "log" -> {
        logs.add(new ExportedLog(link, channel(ExportedRecords.channel(owner))));
        yield Future.succeededFuture();
      }
      case "cons" -> add(records.consumer(key, owner));
      case "thread" -> add(records.thread(key));
      case "file" -> add(records.file(key));
      case "schemas" -> records.schemas(key).onSuccess(all -> all.forEach(part::add));
      case "agents" -> records.agents(key).onSuccess(all -> all.forEach(part::add));
      case "limits" -> add(records.limits(key));
      case "kept" -> add(records.retained(key, owner.user()));
      case "fquota" -> add(records.quota());
      default -> throw new IllegalStateException("no lines of " + owner.family());
    };
  }

  private Channel channel(String name) {
    return new Channel(tenant, ChannelName.parse(name));
  }

  private Future<?> session(String session) {
    return add(records.session(session)).onSuccess(there -> logOf(there, "session:" + session));
  }

  private Future<?> run(String name) {
    return add(records.run(channel(name))).onSuccess(there -> logOf(there, name));
  }

  /** A walk for the whole tenant meets each log by itself: once, and perhaps much later. */
  private void logOf(boolean there, String name) {
    if (there && user != null) {
      logs.add(new ExportedLog(link, channel(name)));
    }
  }

  /** Answers whether there was a line. */
  private Future<Boolean> add(Future<Optional<JsonLine>> line) {
    return line.map(
        found -> {
          found.ifPresent(part::add);
          return found.isPresent();
        });
  }
}
