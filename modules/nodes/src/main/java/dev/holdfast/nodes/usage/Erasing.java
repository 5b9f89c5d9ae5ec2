package dev.holdfast.nodes.usage;

import dev.holdfast.connections.usage.UsageMessage.Erase;
import dev.holdfast.connections.usage.UsageMessage.Erased;
import dev.holdfast.core.Caller;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.files.FileAnswer;
import dev.holdfast.files.FileMessage;
import dev.holdfast.redis.FileKeys;
import dev.holdfast.redis.KeyOwner;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.redis.changes.ChangeFeed;
import dev.holdfast.sessions.SessionMessage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One step of an erasure: of files, then of all keys that name their tenant, then of tickets. Ends
 * sessions, whose keys go with them, fences runs, and deletes the other keys. What nodes keep there
 * goes by itself: interest is theirs as long as they have readers, who get a gap. Confined to its
 * link's context.
 */
final class Erasing {
  /** The reason that the ended sessions' connections get. */
  static final String REASON = "erased";

  private static final String FILES = "files";
  private static final String TICKETS = "t";
  private static final long STEP_NS = TimeUnit.SECONDS.toNanos(3);

  private static final Caller OPERATOR =
      new Caller.Service("operator", "usage", Set.of("*"), Set.of("erase:files"));

  private final RedisLink link;
  private final ServiceClient services;
  private final Erase wanted;
  private final RunErasure runs;
  private final long until = System.nanoTime() + STEP_NS;
  private final Map<String, Integer> left = new HashMap<>();
  private int ended;
  private int files;
  private int deleted;

  Erasing(RedisLink link, ServiceClient services, Erase wanted) {
    this.link = link;
    this.services = services;
    this.wanted = wanted;
    this.runs = new RunErasure(link, wanted.user());
  }

  Future<Erased> step(Vertx vertx) {
    return goOn(vertx, wanted.after())
        .map(next -> new Erased(ended, files, runs.runs(), deleted + runs.keys(), left, next));
  }

  private Future<@Nullable String> goOn(Vertx vertx, String after) {
    if (wanted.channel() != null) {
      String channel = wanted.channel().toString();
      return walk(vertx, KeyOwner.keysOf(wanted.tenant(), channel), after, this::visit);
    }
    if (after.isEmpty() || after.startsWith(FILES)) {
      return files(after)
          .compose(next -> next == null ? keys(vertx, "") : Future.succeededFuture(next));
    }
    return after.startsWith(TICKETS) ? tickets(vertx, after) : keys(vertx, after);
  }

  private Future<@Nullable String> keys(Vertx vertx, String after) {
    return walk(vertx, KeyOwner.keysOf(wanted.tenant()), after, this::visit)
        .compose(next -> next == null ? tickets(vertx, TICKETS) : Future.succeededFuture(next));
  }

  private Future<@Nullable String> tickets(Vertx vertx, String after) {
    return walk(
            vertx,
            KeyOwner.tickets(),
            after.substring(TICKETS.length()),
            found -> Future.all(found.stream().map(this::ticket).toList()))
        .map(next -> next == null ? null : TICKETS + next);
  }

  private Future<@Nullable String> walk(
      Vertx vertx, String pattern, String after, Function<List<String>, Future<?>> visit) {
    return new KeyWalk(vertx, link, pattern).run(after, visit, () -> System.nanoTime() > until);
  }

  /** Ends some files, and answers where to go on; their service is asked only if there are any. */
  private Future<@Nullable String> files(String after) {
    String from = after.substring(Math.min(after.length(), FILES.length()));
    return link.send("EXISTS", FileKeys.fileQuota(wanted.tenant()))
        .compose(
            there ->
                there.asLong() == 0
                    ? Future.succeededFuture()
                    : services
                        .ask(
                            new FileMessage.EraseTenant(
                                OPERATOR,
                                wanted.tenant(),
                                wanted.user(),
                                from.isEmpty() ? null : from))
                        .map(this::ended));
  }

  private @Nullable String ended(FileAnswer.Erased step) {
    files += step.erased();
    return step.more() ? FILES + Objects.requireNonNullElse(step.next(), "") : null;
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
    if (session != null) {
      return wanted.channel() == null ? ofSession(key, owner, session) : Future.succeededFuture();
    }
    if (owner.family().equals("run") && wanted.channel() == null) {
      return runs.run(owner);
    }
    if (wanted.user() != null && Families.OWNED.contains(owner.family())) {
      return runs.thread(key);
    }
    if (wanted.user() != null && owner.family().equals("usage")) {
      return row(key, wanted.user());
    }
    if (!isWanted(owner)) {
      return stays(owner);
    }
    return switch (owner.family()) {
      case "schemas" -> noted(key, owner, Keys.schemaChanges());
      case "work" -> runs.unqueued(key, owner.tenant()).compose(gone -> delete(key));
      case "limits" -> noted(key, owner, Keys.limitChanges());
      case "pub" -> wanted.channel() != null ? delete(key) : forget(key, owner);
      case "meta" -> isWhole() ? delete(key) : runs.uncounted(key, owner.tenant());
      default -> delete(key);
    };
  }

  /** A day of the tenant has a row of the user: what it says is gone, and so is its name. */
  private Future<?> row(String day, String user) {
    String of = " user " + user;
    return link.send("HDEL", day, "r" + of, "s" + of, "t" + of);
  }

  /** Nodes have a copy of it, and read it anew. */
  private Future<?> noted(String key, KeyOwner owner, String stream) {
    var changes = new ChangeFeed(link, stream, names -> {});
    return delete(key).compose(gone -> changes.note(owner.tenant()));
  }

  private boolean isWhole() {
    return wanted.user() == null && wanted.channel() == null;
  }

  private boolean isWanted(KeyOwner owner) {
    if (isWhole()) {
      return !Families.OF_OTHERS.contains(owner.family());
    }
    if (Families.OF_USERS.contains(owner.family())) {
      return wanted.user() != null && wanted.user().equals(owner.user());
    }
    String channel = owner.channel();
    if (channel == null || !Families.OF_CHANNELS.contains(owner.family())) {
      return false;
    }
    return wanted.channel() != null
        ? channel.equals(wanted.channel().toString())
        : owner.user() != null && owner.user().equals(wanted.user());
  }

  /** Counts what is not erased, and has the name of who is. */
  private Future<Void> stays(KeyOwner owner) {
    boolean named = wanted.user() == null || wanted.user().equals(owner.user());
    if (named && wanted.channel() == null) {
      left.merge(owner.family(), 1, Integer::sum);
    }
    return Future.succeededFuture();
  }

  /** A session's keys go with it, but for what others keep of its channel. */
  private Future<?> ofSession(String key, KeyOwner owner, String session) {
    boolean record = owner.family().equals("sess");
    if (!record && wanted.user() != null) {
      return Future.succeededFuture();
    }
    return link.send("HGET", Keys.session(wanted.tenant(), session), "user")
        .compose(
            user -> {
              if (record && isWanted(user)) {
                return end(session);
              }
              boolean orphan = !record && user.isNull();
              return orphan && !owner.family().equals("int") ? orphan(key, owner) : stays(owner);
            });
  }

  private Future<Void> orphan(String key, KeyOwner owner) {
    return owner.family().equals("pub") ? forget(key, owner) : delete(key).mapEmpty();
  }

  /** One that has ended has no user. */
  private boolean isWanted(Reply user) {
    return !user.isNull() && (wanted.user() == null || wanted.user().equals(user.asText()));
  }

  private Future<Void> end(String session) {
    ended++;
    return services
        .ask(new SessionMessage.Close(wanted.caller(), wanted.tenant(), session, REASON))
        .mapEmpty();
  }

  /** What of it is on its way stays out. */
  private Future<Void> forget(String publisher, KeyOwner owner) {
    return runs.forget(publisher, "")
        .compose(
            forgotten -> {
              deleted += forgotten ? 1 : 0;
              return forgotten ? Future.succeededFuture() : stays(owner);
            });
  }

  /** A ticket names its token's tenant and user, and its file's owner. */
  private Future<?> ticket(String by) {
    String ticket = by.substring(0, by.lastIndexOf(':'));
    return link.send("MGET", by, ticket)
        .compose(
            reply -> {
              String[] token = reply.at(0).textOr("").split("\n", -1);
              String[] file = reply.at(1).textOr("").split("\n", -1);
              boolean whose =
                  wanted.user() == null
                      || token.length > 1 && token[1].equals(wanted.user())
                      || file.length > 2 && file[2].equals(wanted.user());
              return token[0].equals(wanted.tenant()) && whose
                  ? Future.all(delete(by), delete(ticket))
                  : Future.succeededFuture();
            });
  }

  private Future<?> delete(String key) {
    return link.send("UNLINK", key).onSuccess(gone -> deleted += (int) gone.asLong());
  }
}
