package dev.holdfast.gateway.files;

import dev.holdfast.auth.TokenVerifier;
import dev.holdfast.auth.Verified;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.files.FileAnswer;
import dev.holdfast.files.FileMessage.Purpose;
import dev.holdfast.files.transfer.Transfers;
import dev.holdfast.gateway.admission.Visit;
import dev.holdfast.gateway.http.BearerToken;
import dev.holdfast.gateway.http.Callers;
import dev.holdfast.gateway.http.Rates;
import dev.holdfast.gateway.http.Refusals;
import dev.holdfast.limits.Limiter;
import dev.holdfast.tokens.TokenOrigin;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The operations on files, by their names in the OpenAPI document. Each finds its caller by token
 * or ticket before the body is read, and then asks the files service in the caller's name. Confined
 * to its event loop.
 */
public final class FileOperations {
  private static final List<String> READ = List.of("read");
  private static final List<String> WRITE = List.of("write");
  private static final List<String> READ_AND_WRITE = List.of("read", "write");

  private final TokenVerifier tokens;
  private final Rates rates;
  private final TransferPlaces places;
  private final @Nullable Served served;

  /** The parts that serve files. */
  private record Served(
      Transfers transfers, Uploads uploads, Downloads downloads, FileDetails details) {
    static Served by(Transfers transfers, TransferPlaces places, Rates rates) {
      return new Served(
          transfers,
          new Uploads(transfers),
          new Downloads(transfers, places),
          new FileDetails(transfers, rates));
    }

    /** Answers the state of an upload, or the head of a download. */
    Future<Void> head(FileRequest request) {
      return request.isTus() ? uploads.stands(request) : downloads.send(request);
    }
  }

  /** A step that follows once the caller is known. */
  private interface Step extends BiFunction<Served, FileRequest, Future<Void>> {}

  /**
   * @param transfers none if this node serves no files
   */
  public FileOperations(TokenVerifier tokens, Limiter limiter, @Nullable Transfers transfers) {
    this.tokens = tokens;
    this.rates = new Rates(limiter);
    this.places = new TransferPlaces(limiter);
    this.served = transfers == null ? null : Served.by(transfers, places, rates);
  }

  public Map<String, Handler<RoutingContext>> handlers() {
    Map<String, Handler<RoutingContext>> handlers = new HashMap<>();
    handlers.put("describeUploads", routing -> Tus.describe(routing.response()));
    handlers.put(
        "createFile", byToken(WRITE, uploading((files, asked) -> files.uploads.create(asked))));
    handlers.put("listFiles", byToken(READ, (files, asked) -> files.details.list(asked)));
    Step download = (files, asked) -> files.downloads.send(asked);
    Step append = uploading((files, asked) -> files.uploads.append(asked));
    handlers.put("downloadFile", byToken(READ, download));
    handlers.put("headFile", byToken(FileOperations::toLook, Served::head));
    handlers.put("appendToFile", byToken(WRITE, append));
    handlers.put("deleteFile", byToken(WRITE, (files, asked) -> files.details.delete(asked)));
    handlers.put("getFileMetadata", byToken(READ, (files, asked) -> files.details.stat(asked)));
    handlers.put("copyFile", byToken(READ_AND_WRITE, (files, asked) -> files.details.copy(asked)));
    handlers.put(
        "createTicket",
        byToken(FileOperations::toLink, (files, asked) -> files.details.ticket(asked)));
    handlers.put("downloadByTicket", byTicket(download));
    handlers.put("headByTicket", byTicket(Served::head));
    handlers.put("appendByTicket", byTicket(append));
    return handlers;
  }

  /** Returns the right to see a file. The state of an upload takes the right to continue it. */
  private static List<String> toLook(RoutingContext routing) {
    return Tus.isTus(routing.request()) ? WRITE : READ;
  }

  private static List<String> toLink(RoutingContext routing) {
    return routing.queryParam("purpose").contains("upload") ? WRITE : READ;
  }

  private Step uploading(Step upload) {
    return (files, asked) -> places.during(asked, () -> upload.apply(files, asked));
  }

  private Handler<RoutingContext> byToken(List<String> rights, Step operation) {
    return byToken(routing -> rights, operation);
  }

  /**
   * @param rights those that a service needs; a user needs none for its own files
   */
  private Handler<RoutingContext> byToken(
      Function<RoutingContext, List<String>> rights, Step operation) {
    return routing -> {
      routing.request().pause();
      Future<FileRequest> asked =
          tokens
              .verify(
                  BearerToken.ofHeader(routing.request()), BearerToken.tenantOf(routing.request()))
              .onFailure(failure -> Visit.refused(routing.request(), failure))
              .compose(token -> asked(routing, token, rights.apply(routing)));
      run(routing, asked, operation);
    };
  }

  private Future<FileRequest> asked(RoutingContext routing, Verified token, List<String> rights) {
    return rates
        .request(routing.vertx(), known(routing, Callers.of(token)), 0)
        .compose(caller -> served == null ? none() : permitted(caller, rights))
        .map(caller -> FileRequest.of(routing, caller, token.origin()));
  }

  private static Future<Caller> permitted(Caller caller, List<String> rights) {
    for (String right : rights) {
      if (caller instanceof Caller.Service && !caller.permits("files", right)) {
        var refusal =
            HoldfastException.withPublicMessage(ErrorCode.FORBIDDEN, "needs files:" + right);
        Refusals.log(caller, refusal);
        return Future.failedFuture(refusal);
      }
    }
    return Future.succeededFuture(caller);
  }

  private Handler<RoutingContext> byTicket(Step operation) {
    return routing -> {
      routing.request().pause();
      run(routing, redeemed(routing), operation);
    };
  }

  private void run(RoutingContext routing, Future<FileRequest> asked, Step operation) {
    Served files = served;
    asked
        .compose(request -> files == null ? none() : operation.apply(files, request))
        .onFailure(failure -> Refusal.send(routing, failure));
  }

  private static Caller known(RoutingContext routing, Caller caller) {
    Visit.known(routing.request());
    return caller;
  }

  private static <A> Future<A> none() {
    return Future.failedFuture(
        HoldfastException.withPublicMessage(ErrorCode.NOT_FOUND, "This node serves no files."));
  }

  /**
   * Refuses a ticket whose token is revoked, as one that never was; and by name one of a tenant
   * that may not work. One that an older build made ends with any revocation of its owner or tenant
   * that is in force.
   */
  private Future<FileAnswer.Redeemed> stillGood(FileAnswer.Redeemed ticket) {
    TokenOrigin by = ticket.by();
    Caller.User owner = ticket.caller();
    TokenOrigin origin =
        by == null ? new TokenOrigin(owner.tenant(), owner.user(), 0, null, "") : by;
    ErrorCode why = tokens.refusal(Verified.of(origin)).orElse(null);
    if (why == null) {
      return Future.succeededFuture(ticket);
    }
    return Future.failedFuture(
        why == ErrorCode.REVOKED
            ? new HoldfastException(ErrorCode.NOT_FOUND, "file: there is none")
            : new HoldfastException(why, "ticket of " + owner.tenant()));
  }

  private Future<FileRequest> redeemed(RoutingContext routing) {
    Served files = served;
    if (files == null) {
      return none();
    }
    Purpose purpose = Tus.isTus(routing.request()) ? Purpose.UPLOAD : Purpose.DOWNLOAD;
    return files
        .transfers()
        .redeem(routing.pathParam("ticket"), purpose)
        .compose(this::stillGood)
        .onSuccess(opened -> known(routing, opened.caller()))
        .compose(opened -> rates.request(routing.vertx(), opened.caller(), 0).map(opened))
        .map(opened -> FileRequest.of(routing, opened));
  }
}
