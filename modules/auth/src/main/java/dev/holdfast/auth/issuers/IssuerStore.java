package dev.holdfast.auth.issuers;

import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.redis.Script;
import dev.holdfast.redis.ShardValue;
import dev.holdfast.tokens.IssuerMessage;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The issuers that were added, in Redis. On the context of its link. */
final class IssuerStore {
  /** Most that there may be. */
  static final int MOST = 1_000;

  /** Records of removed ones that are kept; the newest. */
  static final int MOST_REMOVED = 100;

  private static final int PAGE = 100;
  private static final Script CHANGE = Script.of("auth", "issuer_change");
  private static final Script RESTORE = Script.of("auth", "issuer_restore");
  private static final List<String> KEYS = List.of(Keys.issuers());

  /** The field of the number of the last change. */
  private static final String LAST = IssuerMessage.NO_NAME;

  private final RedisLink link;

  IssuerStore(RedisLink link) {
    this.link = link;
  }

  /**
   * The outcome of a change.
   *
   * @param record none: there is none
   */
  record Outcome(boolean full, @Nullable IssuerRecord record) {}

  /**
   * Adds, changes or removes an issuer.
   *
   * @param settings empty: it is removed
   * @param known the record that is known, which Redis may have lost; none: none is
   */
  Future<Outcome> change(String issuer, String settings, @Nullable IssuerRecord known) {
    String text = known == null ? "" : known.text();
    List<Object> args = List.of(ShardValue.DEADLINE, issuer, settings, MOST, MOST_REMOVED, text);
    return CHANGE
        .run(link, KEYS, args)
        .map(
            answer -> {
              String now = answer.asText();
              boolean none = now.isEmpty() || now.equals("full");
              return new Outcome(now.equals("full"), none ? null : IssuerRecord.parse(issuer, now));
            });
  }

  /**
   * Adds records that Redis has lost, unless it has newer ones.
   *
   * @return how many were added
   */
  Future<Long> restore(List<IssuerRecord> lost) {
    List<IssuerRecord> page = lost.subList(0, Math.min(PAGE, lost.size()));
    List<Object> args = new ArrayList<>();
    page.forEach(one -> args.addAll(List.of(one.issuer(), one.text())));
    return RESTORE
        .run(link, KEYS, args)
        .map(Reply::asLong)
        .compose(
            added ->
                page.size() == lost.size()
                    ? Future.succeededFuture(added)
                    : restore(lost.subList(PAGE, lost.size())).map(more -> added + more));
  }

  /** Reads the number of the last change; empty: there was none. */
  Future<String> last() {
    return link.send("HGET", Keys.issuers(), LAST).map(n -> n.textOr(""));
  }

  /** Reads all records, in steps. */
  Future<Map<String, IssuerRecord>> all() {
    return all("0", new HashMap<>());
  }

  private Future<Map<String, IssuerRecord>> all(String cursor, Map<String, IssuerRecord> found) {
    return link.send("HSCAN", Keys.issuers(), cursor, "COUNT", PAGE)
        .compose(
            page -> {
              Reply fields = page.at(1);
              for (int i = 0; i + 1 < fields.size(); i += 2) {
                String issuer = fields.at(i).asText();
                if (!issuer.equals(LAST)) {
                  found.put(issuer, IssuerRecord.parse(issuer, fields.at(i + 1).asText()));
                }
              }
              String next = page.at(0).asText();
              return next.equals("0") ? Future.succeededFuture(found) : all(next, found);
            });
  }
}
