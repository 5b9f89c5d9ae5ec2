package dev.holdfast.gateway.files;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.files.FileAnswer;
import dev.holdfast.files.FileMessage;
import dev.holdfast.files.FileView;
import dev.holdfast.files.Transfers;
import dev.holdfast.gateway.http.Problem;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Gives files' content: by the operating system from disk to socket where the storage has a file of
 * it, else piece by piece, each when the socket has taken the last. A browser is kept from showing
 * it in place. Confined to its event loop.
 */
final class Downloads {
  private static final String POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'";

  private final Transfers transfers;

  Downloads(Transfers transfers) {
    this.transfers = transfers;
  }

  Future<Void> send(FileRequest ask) {
    ask.request().resume();
    return transfers
        .locate(ask.caller(), ask.tenant(), ask.file())
        .compose(found -> send(ask, found));
  }

  private Future<Void> send(FileRequest ask, FileAnswer.Located found) {
    FileView file = found.file();
    String tag = EntityTags.of(file.sha256());
    HttpServerResponse response = ask.response();
    describe(response, file, tag);
    String match = ask.header("if-match");
    if (match != null && !EntityTags.has(match, tag, false)) {
      return Future.failedFuture(
          new Problem(412, ErrorCode.CONFLICT, "if-match: it is another content"));
    }
    String noneMatch = ask.header("if-none-match");
    if (noneMatch != null && EntityTags.has(noneMatch, tag, true)) {
      return response.setStatusCode(304).end();
    }
    ByteRange range = range(ask, file, tag);
    if (range != null) {
      response.setStatusCode(206).putHeader("content-range", range.header(file.size()));
    }
    return content(ask, found, range == null ? new ByteRange(0, file.size()) : range);
  }

  private static ByteRange range(FileRequest ask, FileView file, String tag) {
    String condition = ask.header("if-range");
    if (ask.request().method() != HttpMethod.GET || condition != null && !condition.equals(tag)) {
      return null;
    }
    try {
      return ByteRange.of(ask.header("range"), file.size());
    } catch (Problem refused) {
      ask.response().putHeader("content-range", "bytes */" + file.size());
      throw refused;
    }
  }

  private static void describe(HttpServerResponse response, FileView file, String tag) {
    response
        .putHeader(HttpHeaders.ETAG, tag)
        .putHeader(HttpHeaders.ACCEPT_RANGES, "bytes")
        .putHeader(HttpHeaders.CACHE_CONTROL, "private, no-cache")
        .putHeader("x-content-type-options", "nosniff")
        .putHeader("content-security-policy", POLICY)
        .putHeader("cross-origin-resource-policy", "same-origin")
        .putHeader("content-disposition", ContentDisposition.attachment(file.name()));
  }

  private Future<Void> content(FileRequest ask, FileAnswer.Located found, ByteRange range) {
    HttpServerResponse response = ask.response();
    response
        .putHeader(HttpHeaders.CONTENT_TYPE, found.file().type())
        .putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(range.length()));
    if (ask.request().method() == HttpMethod.HEAD || range.length() == 0) {
      return response.end();
    }
    Optional<Path> path = transfers.path(found);
    return path.isPresent()
        ? response.sendFile(path.get().toString(), range.from(), range.length())
        : pieces(response, found, range.from(), range.from() + range.length());
  }

  private Future<Void> pieces(
      HttpServerResponse response, FileAnswer.Located found, long from, long to) {
    if (from >= to) {
      return response.end();
    }
    int length = (int) Math.min(FileMessage.MAX_CHUNK, to - from);
    return transfers
        .read(found, from, length)
        .compose(bytes -> response.write(Buffer.buffer(bytes)).map(bytes.length))
        .compose(sent -> pieces(response, found, from + sent, to));
  }
}
