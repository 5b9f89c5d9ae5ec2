package dev.holdfast.limits;

import dev.holdfast.limits.Account.Wanted;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.redis.Script;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Tokens, places and settings in Redis. Used on the context of its link. */
final class LimitStore {
  private static final Script TAKE = Script.of("limits", "limit_take");
  private static final Script CLAIM = Script.of("limits", "limit_claim");

  /** Lifetime of claims; they are renewed each hour. */
  private static final long TTL_MS = 25 * 3_600_000L;

  /** Least wait before Redis is asked again, if it had fewer tokens than wanted. */
  private static final long LEAST_WAIT_MS = 20;

  private final RedisLink link;
  private final String node;
  private long version;

  LimitStore(RedisLink link, String node) {
    this.link = link;
    this.node = node;
  }

  /** Tokens of a rate. */
  record Granted(Limit limit, long tokens, long waitMs) {}

  Future<List<Granted>> take(Account account, List<Wanted> wanted) {
    List<Object> args = new ArrayList<>();
    for (Wanted one : wanted) {
      args.add(one.limit().key());
      args.add(one.amount());
      args.add(one.wanted());
    }
    return TAKE.run(link, List.of(Keys.rates(account.tenant, account.user)), args)
        .map(reply -> granted(wanted, reply));
  }

  private static List<Granted> granted(List<Wanted> wanted, Reply reply) {
    List<Granted> granted = new ArrayList<>();
    for (int i = 0; i < wanted.size(); i++) {
      long wait = reply.at(2 * i + 1).asLong();
      long paced = wait == 0 ? 0 : Math.max(LEAST_WAIT_MS, wait);
      granted.add(new Granted(wanted.get(i).limit(), reply.at(2 * i).asLong(), paced));
    }
    return granted;
  }

  /** Claims places. Answers how many this node has now, in the order of {@code wanted}. */
  Future<List<Long>> claim(Account account, List<Wanted> wanted, Set<String> live) {
    List<Object> args = new ArrayList<>(List.of(node, ++version, TTL_MS, live.size()));
    args.addAll(live);
    for (Wanted one : wanted) {
      args.add(one.limit().key());
      args.add(one.amount());
      args.add(one.least());
      args.add(one.wanted());
    }
    return CLAIM
        .run(link, List.of(Keys.claims(account.tenant, account.user)), args)
        .map(reply -> reply.list().stream().map(Reply::asLong).toList());
  }

  /** Reads what is set for a tenant, including names that this version does not know. */
  Future<Map<String, Long>> settings(String tenant) {
    return link.send("HGETALL", Keys.limits(tenant)).map(LimitStore::settings);
  }

  private static Map<String, Long> settings(Reply reply) {
    Map<String, Long> settings = new LinkedHashMap<>();
    for (int i = 0; i + 1 < reply.size(); i += 2) {
      settings.put(reply.at(i).asText(), amount(reply.at(i + 1)));
    }
    return settings;
  }

  /** Returns the number, or −1, which no limit accepts, if it is none. */
  private static long amount(Reply reply) {
    try {
      return Long.parseLong(reply.asText());
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /**
   * Changes a tenant's settings; the change is still to be noted.
   *
   * @param set new values
   * @param unset names to remove
   */
  Future<Void> change(String tenant, Map<String, Long> set, List<String> unset) {
    List<Future<?>> changed = new ArrayList<>();
    if (!set.isEmpty()) {
      List<Object> args = new ArrayList<>(List.of(Keys.limits(tenant)));
      set.forEach((name, amount) -> args.addAll(List.of(name, amount)));
      changed.add(link.send("HSET", args.toArray()));
    }
    if (!unset.isEmpty()) {
      List<Object> args = new ArrayList<>(List.of(Keys.limits(tenant)));
      args.addAll(unset);
      changed.add(link.send("HDEL", args.toArray()));
    }
    return Future.all(changed).mapEmpty();
  }
}
