package dev.holdfast.files.records;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.files.FileAnswer;
import dev.holdfast.files.FileMessage;
import dev.holdfast.files.TransferMessage;
import dev.holdfast.files.storage.FileStorage;
import dev.holdfast.redis.FileKeys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.redis.Script;
import dev.holdfast.tokens.TokenOrigin;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Short-lived links to one file. A ticket reads {@code <tenant>~<secret>}; Redis has its digest
 * alone, so nobody who reads Redis can use it. Used on the context of its link.
 */
public final class Tickets {
  /** Tickets of one user that have not expired; each takes some 600 bytes of Redis. */
  public static final int MOST_OF_USER = 10_000;

  /** The same, of all services of a tenant together. */
  public static final int MOST_OF_SERVICES = 100_000;

  private static final Script PLACE = Script.of("files", "file_prelude", "ticket_place");
  private static final int FIELDS = 3;

  /** Without a login, which older builds don't read: to them it would be part of the id. */
  private static final int TOKEN_FIELDS = 5;

  /** Characters of a digest that name its place. */
  private static final int MEMBER = 20;

  private final RedisLink link;

  public Tickets(RedisLink link) {
    this.link = link;
  }

  /**
   * Makes a ticket of a file that the caller may see. Fails with RATE_LIMITED if the caller has as
   * many as it may have.
   */
  public Future<FileAnswer.Ticket> issue(FileRecord file, FileMessage.IssueTicket wanted) {
    String ticket = file.key().tenant() + "~" + Ids.fresh() + Ids.fresh();
    String digest = digest(ticket);
    return place(wanted, digest)
        .compose(
            now ->
                write(file, wanted, digest, now)
                    .recover(failure -> unplaced(wanted, digest, failure))
                    .map(now))
        .map(now -> new FileAnswer.Ticket(ticket, now + wanted.lifeMs()));
  }

  /** Takes a place until the ticket expires. Answers Redis time in ms. */
  private Future<Long> place(FileMessage.IssueTicket wanted, String digest) {
    int most = wanted.caller() instanceof Caller.User ? MOST_OF_USER : MOST_OF_SERVICES;
    List<Object> args = List.of(digest.substring(0, MEMBER), wanted.lifeMs(), most);
    return PLACE.run(link, List.of(places(wanted)), args).map(reply -> placed(reply, most));
  }

  private static String places(FileMessage.IssueTicket wanted) {
    String user = wanted.caller() instanceof Caller.User self ? self.user() : null;
    return FileKeys.ticketPlaces(wanted.tenant(), user);
  }

  /** Gives the place of a ticket back that was not written. If that fails, too, it expires. */
  private <T> Future<T> unplaced(FileMessage.IssueTicket wanted, String digest, Throwable failure) {
    return link.send("ZREM", places(wanted), digest.substring(0, MEMBER))
        .transform(done -> Future.failedFuture(failure));
  }

  private static long placed(Reply reply, int most) {
    if (reply.at(1).asLong() != 0) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.RATE_LIMITED, "tickets: " + most + " have not expired yet");
    }
    return reply.at(0).asLong();
  }

  /** Writes a ticket. Its token has a key of its own: nodes of an older build read the other. */
  private Future<?> write(
      FileRecord file, FileMessage.IssueTicket wanted, String digest, long now) {
    TokenOrigin given = wanted.by();
    TokenOrigin by =
        given == null
            ? new TokenOrigin(wanted.tenant(), file.owner(), now / 1_000, null, "")
            : given;
    String held = wanted.purpose() + "\n" + file.key().file() + "\n" + file.owner();
    String issued = Long.toString(by.issuedAt());
    String token =
        String.join("\n", by.tenant(), by.user(), issued, by.digest(), text(by.id()))
            + (by.login() == null ? "" : "\n" + by.login());
    return Future.join(
        link.send("SET", FileKeys.fileTicketToken(digest), token, "PX", wanted.lifeMs()),
        link.send("SET", FileKeys.fileTicket(digest), held, "PX", wanted.lifeMs()));
  }

  /** Returns what a ticket stands for: the file's owner acts, wherever the ticket came from. */
  public Future<Optional<FileAnswer.Redeemed>> redeem(
      String tenant, String ticket, FileMessage.Purpose purpose) {
    String digest = digest(ticket);
    return link.send("MGET", FileKeys.fileTicket(digest), FileKeys.fileTicketToken(digest))
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
    String[] by = reply.textOr("").split("\n", TOKEN_FIELDS + 1);
    return by.length < TOKEN_FIELDS
        ? null
        : new TokenOrigin(
            by[0],
            by[1],
            Long.parseLong(by[2]),
            orNone(by[4]),
            by[3],
            by.length == TOKEN_FIELDS ? null : orNone(by[5]));
  }

  private static String text(@Nullable String id) {
    return id == null ? "" : id;
  }

  private static @Nullable String orNone(String id) {
    return id.isEmpty() ? null : id;
  }

  private static String digest(String ticket) {
    byte[] digest = FileStorage.sha256().digest(ticket.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(digest);
  }
}
