package dev.holdfast.nodes.usage;

import dev.holdfast.connections.usage.UsageMessage.Erase;
import dev.holdfast.connections.usage.UsageMessage.Erased;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.redis.KeyOwner;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.redis.changes.ChangeFeed;
import dev.holdfast.sessions.SessionMessage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * One step of an erasure: ends sessions, whose keys go with them, and deletes the keys of channels.
 * What nodes keep there goes by itself: interest is theirs as long as they have readers, who get a
 * gap. Confined to its link's context.
 */
final class Erasing {
  /** The reason that the ended sessions' connections get. */
  static final String REASON = "erased";

  private static final long STEP_NS = TimeUnit.SECONDS.toNanos(3);
  private static final Set<String> OF_CHANNELS =
      Set.of("meta", "log", "pub", "hpubs", "idem", "idet", "cons", "conss");

  private static final Set<String> OF_TENANTS =
      Set.of("schemas", "kept", "work", "run", "runin", "snap", "thread", "tdoc", "truns");

  /** What a user's runs and threads have besides; those of a tenant as a whole have no user. */
  private static final Set<String> OF_USERS = Set.of("runs", "starts", "threads", "tsizes");

  /** Records that name their user within. */
  private static final Set<String> OWNED = Set.of("run", "thread");

  /** Lifetime of the counts, as in {@code retained_report}. */
  private static final long COUNT_MS = TimeUnit.DAYS.toMillis(7);

  private final RedisLink link;
  private final ServiceClient sessions;
  private final Erase wanted;
  private final long until = System.nanoTime() + STEP_NS;
  private int ended;
  private int deleted;

  Erasing(RedisLink link, ServiceClient sessions, Erase wanted) {
    this.link = link;
    this.sessions = sessions;
    this.wanted = wanted;
  }

  Future<Erased> step(Vertx vertx) {
    String pattern =
        wanted.channel() == null
            ? KeyOwner.keysOf(wanted.tenant())
            : KeyOwner.keysOf(wanted.tenant(), wanted.channel().toString());
    return new KeyWalk(vertx, link, pattern)
        .run(wanted.after(), this::visit, () -> System.nanoTime() > until)
        .map(next -> new Erased(ended, deleted, next));
  }

  private Future<?> visit(List<String> keys) {
    List<Future<?>> steps = new ArrayList<>();
    for (String key : keys) {
      KeyOwner.of(key)
          .filter(owner -> owner.tenant().equals(wanted.tenant()))
          .ifPresent(owner -> steps.add(erase(key, owner)));
    }
    return Future.all(steps);
  }

  private Future<?> erase(String key, KeyOwner owner) {
    String session = owner.session();
    if (owner.family().equals("sess") && session != null) {
      return wanted.channel() == null ? endOf(session) : Future.succeededFuture();
    }
    if (wanted.user() != null && OWNED.contains(owner.family())) {
      return ofUser(key, owner);
    }
    if (!isWanted(owner)) {
      return Future.succeededFuture();
    }
    if (owner.family().equals("schemas")) {
      var changes = new ChangeFeed(link, Keys.schemaChanges(), names -> {});
      return delete(key).compose(gone -> changes.note(owner.tenant()));
    }
    boolean counts = owner.family().equals("meta") && !isWhole();
    return counts ? uncounted(key, owner.tenant()) : delete(key);
  }

  private boolean isWhole() {
    return wanted.user() == null && wanted.channel() == null;
  }

  /** The keys of sessions go with them. */
  private boolean isWanted(KeyOwner owner) {
    if (OF_TENANTS.contains(owner.family())) {
      return isWhole();
    }
    if (OF_USERS.contains(owner.family())) {
      return isWhole() || wanted.user() != null && wanted.user().equals(owner.user());
    }
    String channel = owner.channel();
    if (channel == null || !OF_CHANNELS.contains(owner.family())) {
      return false;
    }
    if (wanted.channel() != null) {
      return channel.equals(wanted.channel().toString());
    }
    return wanted.user() == null || wanted.user().equals(owner.user());
  }

  /**
   * Deletes a run or a thread of the wanted user, its record last: until then it can be found
   * again.
   */
  private Future<?> ofUser(String record, KeyOwner owner) {
    return link.send("HGET", record, "owner")
        .compose(user -> isWanted(user) ? withRecord(record, owner) : Future.succeededFuture());
  }

  private Future<?> withRecord(String record, KeyOwner owner) {
    String tag = record.substring(record.indexOf('{'));
    if (owner.family().equals("thread")) {
      return Future.all(delete("hf:tdoc:" + tag), delete("hf:truns:" + tag))
          .compose(done -> delete(record));
    }
    return Future.all(delete("hf:runin:" + tag), delete("hf:snap:" + tag), delete("hf:log:" + tag))
        .compose(done -> uncounted("hf:meta:" + tag, owner.tenant()))
        .compose(done -> freed(owner))
        .compose(done -> delete(record));
  }

  /** Frees the tenant's place of a run that was under way; its user's places go as a whole. */
  private Future<?> freed(KeyOwner owner) {
    String channel = Objects.requireNonNull(owner.channel(), "a run's channel");
    String run = channel.substring(channel.indexOf(':') + 1);
    return link.send("ZREM", Keys.activeRuns(owner.tenant(), null), run);
  }

  /** Ends a session, if it is wanted; one that has ended has no user. */
  private Future<?> endOf(String session) {
    return link.send("HGET", Keys.session(wanted.tenant(), session), "user")
        .compose(user -> isWanted(user) ? end(session) : Future.succeededFuture());
  }

  private boolean isWanted(Reply user) {
    return !user.isNull() && (wanted.user() == null || wanted.user().equals(user.asText()));
  }

  private Future<?> end(String session) {
    ended++;
    return sessions.ask(
        new SessionMessage.Close(wanted.caller(), wanted.tenant(), session, REASON));
  }

  /**
   * Deletes a log's meta, and takes the log out of what its tenant, and who began it, retain. Its
   * entries' bytes stay counted for who published them, until they would be too old.
   */
  private Future<?> uncounted(String meta, String tenant) {
    return link.send("HMGET", meta, "k", "z")
        .compose(counted -> delete(meta).map(counted))
        .compose(
            counted -> {
              String[] words = counted.at(0).textOr("").split(" ", -1);
              return words.length < 2
                  ? Future.succeededFuture()
                  : uncount(tenant, words, counted.at(1).longOr(0));
            });
  }

  /**
   * @param words until when it counts, and who began it, as {@code log_count} writes them
   */
  private Future<?> uncount(String tenant, String[] words, long bytes) {
    List<Future<?>> steps = new ArrayList<>();
    String whole = Keys.retained(tenant, null);
    steps.add(link.send("HINCRBY", whole, "c" + words[0], -1));
    steps.add(link.send("HINCRBY", whole, "b" + words[0], -bytes));
    steps.add(link.send("PEXPIRE", whole, COUNT_MS));
    if (!words[1].isEmpty()) {
      String own = Keys.retained(tenant, words[1]);
      steps.add(link.send("HINCRBY", own, "c" + words[0], -1));
      steps.add(link.send("PEXPIRE", own, COUNT_MS));
    }
    return Future.all(steps);
  }

  private Future<?> delete(String key) {
    return link.send("UNLINK", key).onSuccess(gone -> deleted += (int) gone.asLong());
  }
}
