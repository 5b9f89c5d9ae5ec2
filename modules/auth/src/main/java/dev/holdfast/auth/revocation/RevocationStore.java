package dev.holdfast.auth.revocation;

import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.redis.Script;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The stream of revocations in Redis. Used on the context of its link. */
final class RevocationStore {
  /** Most entries of a page. */
  static final int PAGE = 1_000;

  private static final Script ADD = Script.of("auth", "revocation_add");

  private final RedisLink link;
  private final Duration longestLife;

  /**
   * @param longestLife of a token: the stream's TTL
   */
  RevocationStore(RedisLink link, Duration longestLife) {
    this.link = link;
    this.longestLife = longestLife;
  }

  /**
   * Adds a revocation.
   *
   * @param instead the entry that it makes needless; none: there is none
   * @param most entries that there may be
   * @return null: there are as many as may be
   */
  Future<@Nullable Noted> add(Revocation wanted, @Nullable Noted instead, int most) {
    List<Object> args =
        List.of(
            wanted.tenant(),
            wanted.subject(),
            wanted.issuedUntil(),
            wanted.keptUntil(),
            instead == null ? "" : instead.id(),
            most,
            longestLife.toMillis());
    return ADD.run(link, List.of(Keys.revocations()), args)
        .map(Reply::asText)
        .map(id -> id.isEmpty() ? null : new Noted(id, wanted));
  }

  /**
   * Reads a page.
   *
   * @param id of the entry before it
   */
  Future<List<Noted>> after(String id) {
    return link.send("XRANGE", Keys.revocations(), "(" + id, "+", "COUNT", PAGE)
        .map(reply -> reply.list().stream().map(RevocationStore::noted).toList());
  }

  /** Removes entries. */
  Future<Void> remove(List<String> ids) {
    if (ids.isEmpty()) {
      return Future.succeededFuture();
    }
    int count = Math.min(PAGE, ids.size());
    List<Object> args = new ArrayList<>(List.of(Keys.revocations()));
    args.addAll(ids.subList(0, count));
    return link.send("XDEL", args.toArray())
        .compose(removed -> remove(ids.subList(count, ids.size())));
  }

  /** Members that a newer build may have added are passed over. */
  private static Noted noted(Reply entry) {
    Reply fields = entry.at(1);
    var read =
        new Revocation(
            text(fields, "t"),
            text(fields, "s"),
            Long.parseLong(text(fields, "b")),
            Long.parseLong(text(fields, "u")));
    return new Noted(entry.at(0).asText(), read);
  }

  private static String text(Reply fields, String name) {
    for (int i = 0; i + 1 < fields.size(); i += 2) {
      if (fields.at(i).asText().equals(name)) {
        return fields.at(i + 1).asText();
      }
    }
    return "0";
  }
}
