package dev.holdfast.auth.tenants;

import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.redis.Script;
import dev.holdfast.redis.ShardValue;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The states of tenants in Redis, and the stream of their changes. On the context of its link. */
final class TenantStore {
  /** Most entries of a page, and of a step of a walk. */
  static final int PAGE = 1_000;

  private static final Script CHANGE = Script.of("auth", "tenant_change");
  private static final Script RESTORE = Script.of("auth", "tenant_restore");
  private static final List<String> KEYS = List.of(Keys.tenants(), Keys.tenantChanges());

  /** The field of the number of the last change; no tenant can be called so. */
  private static final String LAST = "#";

  private final RedisLink link;

  TenantStore(RedisLink link) {
    this.link = link;
  }

  /**
   * A change in the stream.
   *
   * @param before number of the change before it
   */
  record Changed(String id, String tenant, long n, long before) {}

  /**
   * The end of the stream.
   *
   * @param n number of the last change
   */
  record End(String id, long n) {}

  /**
   * The outcome of a change.
   *
   * @param record none: there is none
   */
  record Outcome(boolean full, @Nullable TenantRecord record) {}

  /**
   * Changes the state of a tenant.
   *
   * @param most records that there may be
   * @param known the record that is known, which Redis may have lost; none: none is
   */
  Future<Outcome> change(String tenant, String act, int most, @Nullable TenantRecord known) {
    String text = known == null ? "" : known.text();
    List<Object> args = List.of(ShardValue.DEADLINE, tenant, act, most, PAGE, text);
    return CHANGE
        .run(link, KEYS, args)
        .map(
            answer -> {
              String now = answer.asText();
              boolean none = now.isEmpty() || now.equals("full");
              return new Outcome(now.equals("full"), none ? null : TenantRecord.parse(tenant, now));
            });
  }

  /**
   * Adds records that Redis has lost, unless it has newer ones of them.
   *
   * @return how many were added
   */
  Future<Long> restore(List<TenantRecord> lost) {
    List<TenantRecord> page = lost.subList(0, Math.min(PAGE, lost.size()));
    List<Object> args = new ArrayList<>(List.of(PAGE));
    for (TenantRecord one : page) {
      args.add(one.tenant());
      args.add(one.text());
    }
    return RESTORE
        .run(link, KEYS, args)
        .map(Reply::asLong)
        .compose(
            added ->
                page.size() == lost.size()
                    ? Future.succeededFuture(added)
                    : restore(lost.subList(PAGE, lost.size())).map(more -> added + more));
  }

  /** Reads a page of changes after this id, oldest first. */
  Future<List<Changed>> after(String id) {
    return link.send("XRANGE", Keys.tenantChanges(), "(" + id, "+", "COUNT", PAGE)
        .map(reply -> reply.list().stream().map(TenantStore::changed).toList());
  }

  private static Changed changed(Reply entry) {
    Map<String, String> fields = new HashMap<>();
    for (int i = 0; i + 1 < entry.at(1).size(); i += 2) {
      fields.put(entry.at(1).at(i).asText(), entry.at(1).at(i + 1).asText());
    }
    return new Changed(
        entry.at(0).asText(),
        fields.getOrDefault("t", ""),
        Long.parseLong(fields.getOrDefault("n", "0")),
        Long.parseLong(fields.getOrDefault("p", "0")));
  }

  /** Reads where the stream ends. A change between the two steps is met again in the stream. */
  Future<End> end() {
    return link.send("XREVRANGE", Keys.tenantChanges(), "+", "-", "COUNT", 1)
        .compose(
            newest ->
                link.send("HGET", Keys.tenants(), LAST)
                    .map(
                        n ->
                            new End(
                                newest.size() == 0 ? "0-0" : newest.at(0).at(0).asText(),
                                Long.parseLong(n.textOr("0")))));
  }

  /** Reads the records of tenants, in the order of their names; empty: there is none. */
  Future<List<Optional<TenantRecord>>> records(List<String> tenants) {
    List<Object> args = new ArrayList<>(List.of(Keys.tenants()));
    args.addAll(tenants);
    return link.send("HMGET", args.toArray())
        .map(
            reply -> {
              List<Optional<TenantRecord>> records = new ArrayList<>();
              for (int i = 0; i < tenants.size(); i++) {
                String tenant = tenants.get(i);
                Optional<String> text = Optional.ofNullable(reply.at(i).textIfAny());
                records.add(text.map(found -> TenantRecord.parse(tenant, found)));
              }
              return records;
            });
  }

  /** Reads all records, in steps. */
  Future<Map<String, TenantRecord>> all() {
    return all("0", new HashMap<>());
  }

  private Future<Map<String, TenantRecord>> all(String cursor, Map<String, TenantRecord> found) {
    return link.send("HSCAN", Keys.tenants(), cursor, "COUNT", PAGE)
        .compose(
            page -> {
              Reply fields = page.at(1);
              for (int i = 0; i + 1 < fields.size(); i += 2) {
                String tenant = fields.at(i).asText();
                if (!tenant.equals(LAST)) {
                  found.put(tenant, TenantRecord.parse(tenant, fields.at(i + 1).asText()));
                }
              }
              String next = page.at(0).asText();
              return next.equals("0") ? Future.succeededFuture(found) : all(next, found);
            });
  }
}
