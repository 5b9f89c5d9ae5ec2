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
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/**
 * Short-lived links to one file. A ticket reads {@code <tenant>~<secret>}; Redis has its digest
 * alone, so nobody who reads Redis can use it. Used on the context of its link.
 */
public final class Tickets {
  private static final int FIELDS = 3;

  private final RedisLink link;

  public Tickets(RedisLink link) {
    this.link = link;
  }

  /** Writes a fresh ticket. */
  public Future<String> issue(FileRecord file, FileMessage.Purpose purpose, long lifeMs) {
    String ticket = file.key().tenant() + "~" + Ids.fresh() + Ids.fresh();
    String held = purpose + "\n" + file.key().file() + "\n" + file.owner();
    return link.send("SET", key(ticket), held, "PX", lifeMs).map(ticket);
  }

  /** Returns what a ticket stands for: the file's owner acts, wherever the ticket came from. */
  public Future<Optional<FileAnswer.Redeemed>> redeem(
      String tenant, String ticket, FileMessage.Purpose purpose) {
    return link.send("GET", key(ticket)).map(reply -> redeemed(tenant, ticket, purpose, reply));
  }

  private static Optional<FileAnswer.Redeemed> redeemed(
      String tenant, String ticket, FileMessage.Purpose purpose, Reply reply) {
    String[] held = reply.textOr("").split("\n", FIELDS);
    if (!held[0].equals(purpose.name())
        || !TransferMessage.Redeem.tenantOf(ticket).equals(tenant)) {
      return Optional.empty();
    }
    var owner = new Caller.User(tenant, held[2], Set.of(), Set.of());
    return Optional.of(new FileAnswer.Redeemed(owner, tenant, held[1]));
  }

  private static String key(String ticket) {
    byte[] digest = FileStorage.sha256().digest(ticket.getBytes(StandardCharsets.UTF_8));
    return Keys.fileTicket(HexFormat.of().formatHex(digest));
  }
}
