package dev.holdfast.gateway.files;

import dev.holdfast.auth.TokenVerifier;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.files.FileMessage.Purpose;
import dev.holdfast.files.Transfers;
import dev.holdfast.gateway.http.BearerToken;
import dev.holdfast.gateway.http.Callers;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * The operations on files, by their names in the OpenAPI document. Each learns who asks, by token
 * or by ticket, with the request's body held back; then asks the files service in that name.
 * Confined to its event loop.
 */
public final class FileOperations {
  private final TokenVerifier tokens;
  private final Transfers transfers;

  /**
   * @param transfers null: this node serves no files
   */
  public FileOperations(TokenVerifier tokens, Transfers transfers) {
    this.tokens = tokens;
    this.transfers = transfers;
  }

  public Map<String, Handler<RoutingContext>> handlers() {
    var uploads = new Uploads(transfers);
    var downloads = new Downloads(transfers);
    var details = new FileDetails(transfers);
    Map<String, Handler<RoutingContext>> handlers = new HashMap<>();
    handlers.put("describeUploads", routing -> Tus.describe(routing.response()));
    handlers.put("createFile", byToken(uploads::create));
    handlers.put("listFiles", byToken(details::list));
    handlers.put("downloadFile", byToken(downloads::send));
    handlers.put("headFile", byToken(ask -> head(ask, uploads, downloads)));
    handlers.put("appendToFile", byToken(uploads::append));
    handlers.put("deleteFile", byToken(details::delete));
    handlers.put("getFileMetadata", byToken(details::stat));
    handlers.put("copyFile", byToken(details::copy));
    handlers.put("createTicket", byToken(details::ticket));
    handlers.put("downloadByTicket", byTicket(downloads::send));
    handlers.put("headByTicket", byTicket(ask -> head(ask, uploads, downloads)));
    handlers.put("appendByTicket", byTicket(uploads::append));
    return handlers;
  }

  private static Future<Void> head(FileRequest ask, Uploads uploads, Downloads downloads) {
    return ask.isTus() ? uploads.stands(ask) : downloads.send(ask);
  }

  private Handler<RoutingContext> byToken(Function<FileRequest, Future<Void>> operation) {
    return routing -> {
      routing.request().pause();
      run(routing, caller(routing).map(who -> FileRequest.of(routing, who)), operation);
    };
  }

  private Handler<RoutingContext> byTicket(Function<FileRequest, Future<Void>> operation) {
    return routing -> {
      routing.request().pause();
      run(routing, redeemed(routing), operation);
    };
  }

  private void run(
      RoutingContext routing,
      Future<FileRequest> asked,
      Function<FileRequest, Future<Void>> operation) {
    asked.compose(operation::apply).onFailure(failure -> Refusal.send(routing, failure));
  }

  private Future<Caller> caller(RoutingContext routing) {
    return tokens
        .verify(BearerToken.ofHeader(routing.request()))
        .map(Callers::of)
        .compose(caller -> transfers == null ? none() : Future.succeededFuture(caller));
  }

  private static <A> Future<A> none() {
    return Future.failedFuture(
        HoldfastException.told(ErrorCode.NOT_FOUND, "This node serves no files."));
  }

  private Future<FileRequest> redeemed(RoutingContext routing) {
    if (transfers == null) {
      return none();
    }
    Purpose purpose = Tus.isTus(routing.request()) ? Purpose.UPLOAD : Purpose.DOWNLOAD;
    return transfers
        .redeem(routing.pathParam("ticket"), purpose)
        .map(opened -> FileRequest.of(routing, opened));
  }
}
