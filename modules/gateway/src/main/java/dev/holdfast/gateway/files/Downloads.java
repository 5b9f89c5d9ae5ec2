package dev.holdfast.gateway.files;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.files.FileAnswer;
import dev.holdfast.files.FileMessage;
import dev.holdfast.files.FileView;
import dev.holdfast.files.transfer.Transfers;
import dev.holdfast.gateway.http.Problem;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Sends files' content. If the storage has a file on disk, the operating system sends it to the
 * socket; else it goes piece by piece, each when the socket has taken the last. A browser does not
 * show it in place. Confined to its event loop.
 */
final class Downloads {
  private static final String POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'";

  /** Content of this length fits into the buffers of the kernel: nobody waits for its reader. */
  private static final long SMALL = 256 << 10;

  private final Transfers transfers;
  private final TransferPlaces places;

  Downloads(Transfers transfers, TransferPlaces places) {
    this.transfers = transfers;
    this.places = places;
  }

  Future<Void> send(FileRequest request) {
    request.http().resume();
    return transfers
        .locate(request.caller(), request.tenant(), request.file())
        .compose(found -> send(request, found));
  }

  private Future<Void> send(FileRequest request, FileAnswer.Located found) {
    FileView file = found.file();
    String tag = EntityTags.of(Objects.requireNonNull(file.sha256(), "ready"));
    HttpServerResponse response = request.response();
    describe(response, file, tag);
    String match = request.header("if-match");
    if (match != null && !EntityTags.has(match, tag, false)) {
      return Future.failedFuture(
          new Problem(412, ErrorCode.CONFLICT, "if-match: it is another content"));
    }
    String noneMatch = request.header("if-none-match");
    if (noneMatch != null && EntityTags.has(noneMatch, tag, true)) {
      return response.setStatusCode(304).end();
    }
    ByteRange range = range(request, file, tag);
    if (range != null) {
      response.setStatusCode(206).putHeader("content-range", range.header(file.size()));
    }
    ByteRange part = range == null ? new ByteRange(0, file.size()) : range;
    boolean large = part.length() > SMALL && request.http().method() != HttpMethod.HEAD;
    return large
        ? places
            .during(request, () -> content(request, found, part))
            .onFailure(refused -> response.headers().remove("content-range"))
        : content(request, found, part);
  }

  private static @Nullable ByteRange range(FileRequest request, FileView file, String tag) {
    String condition = request.header("if-range");
    if (request.http().method() != HttpMethod.GET || condition != null && !condition.equals(tag)) {
      return null;
    }
    try {
      return ByteRange.of(request.header("range"), file.size());
    } catch (Problem refused) {
      request.response().putHeader("content-range", "bytes */" + file.size());
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

  private Future<Void> content(FileRequest request, FileAnswer.Located found, ByteRange range) {
    HttpServerResponse response = request.response();
    response
        .putHeader(HttpHeaders.CONTENT_TYPE, found.file().type())
        .putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(range.length()));
    if (request.http().method() == HttpMethod.HEAD || range.length() == 0) {
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
