package dev.holdfast.gateway.files;

import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.files.FileAnswer;
import dev.holdfast.files.FileMessage;
import dev.holdfast.files.FileView;
import dev.holdfast.files.transfer.Transfers;
import dev.holdfast.gateway.http.Rates;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** The operations on files that do not carry their content. */
final class FileDetails {
  private static final int DEFAULT_LIMIT = 100;
  private static final long DEFAULT_TICKET_S = 300;

  private final Transfers transfers;
  private final Rates rates;

  FileDetails(Transfers transfers, Rates rates) {
    this.transfers = transfers;
    this.rates = rates;
  }

  Future<Void> list(FileRequest request) {
    Long limit = request.number("limit", request.query("limit"));
    var message =
        new FileMessage.ListFiles(
            request.caller(),
            request.tenant(),
            request.query("owner"),
            request.query("session"),
            request.queryOrEmpty("prefix"),
            request.queryOrEmpty("after"),
            limit == null ? DEFAULT_LIMIT : (int) Math.min(limit, Integer.MAX_VALUE));
    return files().ask(message).compose(page -> list(request, json(page).toBuffer()));
  }

  /** A large page counts as more requests, as any large answer does. */
  private Future<Void> list(FileRequest request, Buffer page) {
    rates.answered(request.caller(), page.length());
    return send(request, 200, page);
  }

  Future<Void> stat(FileRequest request) {
    var message = new FileMessage.Stat(request.caller(), request.tenant(), request.file());
    return files().ask(message).compose(file -> send(request, 200, FileJson.of(file)));
  }

  Future<Void> delete(FileRequest request) {
    if (request.isTus()) {
      Tus.check(request);
      request.response().putHeader(Tus.RESUMABLE, Tus.VERSION);
    }
    request.http().resume();
    return files()
        .ask(new FileMessage.Delete(request.caller(), request.tenant(), request.file()))
        .compose(done -> request.response().setStatusCode(204).end());
  }

  /** Copies a file. The copy's name comes by query, as there is no body. */
  Future<Void> copy(FileRequest request) {
    var message =
        new FileMessage.Copy(
            request.caller(), request.tenant(), request.file(), request.query("name"));
    return files().ask(message).compose(file -> sendNew(request, file));
  }

  /** Makes a ticket. Its purpose and life come by query, as there is no body. */
  Future<Void> ticket(FileRequest request) {
    Long seconds = request.number("expires", request.query("expires"));
    long lifeMs = 1_000 * Math.min(seconds == null ? DEFAULT_TICKET_S : seconds, 1_000_000);
    var message =
        new FileMessage.IssueTicket(
            request.caller(),
            request.tenant(),
            request.file(),
            purpose(request.query("purpose")),
            lifeMs,
            request.token());
    return files().ask(message).compose(ticket -> send(request, 201, json(ticket)));
  }

  private ServiceClient files() {
    return transfers.files();
  }

  private static FileMessage.Purpose purpose(@Nullable String text) {
    if (text == null || text.equals("download")) {
      return FileMessage.Purpose.DOWNLOAD;
    }
    if (!text.equals("upload")) {
      throw FileRequest.bad("purpose: download or upload");
    }
    return FileMessage.Purpose.UPLOAD;
  }

  private static JsonObject json(FileAnswer.Page page) {
    JsonArray files = new JsonArray();
    page.files().forEach(file -> files.add(FileJson.of(file)));
    JsonObject json = new JsonObject().put("files", files);
    return page.next() == null ? json : json.put("next", page.next());
  }

  private static JsonObject json(FileAnswer.Ticket ticket) {
    return new JsonObject()
        .put("url", "/v1/tickets/" + ticket.ticket())
        .put("expires", FileJson.time(ticket.expires()));
  }

  private static Future<Void> sendNew(FileRequest request, FileView file) {
    request.response().putHeader(HttpHeaders.LOCATION, "/v1/files/" + file.file());
    return send(request, 201, FileJson.of(file));
  }

  private static Future<Void> send(FileRequest request, int status, JsonObject json) {
    return send(request, status, json.toBuffer());
  }

  private static Future<Void> send(FileRequest request, int status, Buffer body) {
    request.http().resume();
    return request
        .response()
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .end(body);
  }
}
