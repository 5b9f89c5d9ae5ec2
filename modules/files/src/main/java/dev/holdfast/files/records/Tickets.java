package dev.holdfast.files.records;

import dev.holdfast.core.Caller;
import dev.holdfast.core.Ids;
import dev.holdfast.files.FileAnswer;
import dev.holdfast.files.FileMessage;
import dev.holdfast.files.TransferMessage;
import dev.holdfast.files.storage.FileStorage;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.tokens.TokenOrigin;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Short-lived links to one file. A ticket reads {@code <tenant>~<secret>}; Redis has its digest
 * alone, so nobody who reads Redis can use it. Used on the context of its link.
 */
public final class Tickets {
  private static final int FIELDS = 3;
  private static final int TOKEN_FIELDS = 5;

  private final RedisLink link;

  public Tickets(RedisLink link) {
    this.link = link;
  }

  /**
   * Writes a fresh ticket. Its token has a key of its own: nodes of an older build read the other.
   */
  public Future<String> issue(
      FileRecord file, FileMessage.Purpose purpose, long lifeMs, TokenOrigin by) {
    String ticket = file.key().tenant() + "~" + Ids.fresh() + Ids.fresh();
    String held = purpose + "\n" + file.key().file() + "\n" + file.owner();
    String id = by.id() == null ? "" : by.id();
    String token =
        String.join("\n", by.tenant(), by.user(), Long.toString(by.issuedAt()), by.digest(), id);
    String digest = digest(ticket);
    return Future.join(
            link.send("SET", Keys.fileTicketToken(digest), token, "PX", lifeMs),
            link.send("SET", Keys.fileTicket(digest), held, "PX", lifeMs))
        .map(ticket);
  }

  /** Returns what a ticket stands for: the file's owner acts, wherever the ticket came from. */
  public Future<Optional<FileAnswer.Redeemed>> redeem(
      String tenant, String ticket, FileMessage.Purpose purpose) {
    String digest = digest(ticket);
    return link.send("MGET", Keys.fileTicket(digest), Keys.fileTicketToken(digest))
        .map(reply -> redeemed(tenant, ticket, purpose, reply));
  }

  private static Optional<FileAnswer.Redeemed> redeemed(
      String tenant, String ticket, FileMessage.Purpose purpose, Reply reply) {
    String[] held = reply.at(0).textOr("").split("\n", FIELDS);
    if (!held[0].equals(purpose.name())
        || !TransferMessage.Redeem.tenantOf(ticket).equals(tenant)) {
      return Optional.empty();
    }
    var owner = new Caller.User(tenant, held[2], Set.of(), Set.of());
    return Optional.of(new FileAnswer.Redeemed(owner, tenant, held[1], origin(reply.at(1))));
  }

  private static @Nullable TokenOrigin origin(Reply reply) {
    String[] by = reply.textOr("").split("\n", TOKEN_FIELDS);
    return by.length < TOKEN_FIELDS
        ? null
        : new TokenOrigin(
            by[0], by[1], Long.parseLong(by[2]), by[4].isEmpty() ? null : by[4], by[3]);
  }

  private static String digest(String ticket) {
    byte[] digest = FileStorage.sha256().digest(ticket.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(digest);
  }
}
