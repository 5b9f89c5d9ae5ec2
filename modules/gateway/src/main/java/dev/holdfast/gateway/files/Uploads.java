package dev.holdfast.gateway.files;

import dev.holdfast.files.FileAnswer;
import dev.holdfast.files.FileMessage;
import dev.holdfast.files.FileSpec;
import dev.holdfast.files.FileView;
import dev.holdfast.files.transfer.Checksum;
import dev.holdfast.files.transfer.Transfers;
import dev.holdfast.gateway.http.Problem;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes files' content: all of it in one request, or piece by piece by tus 1.0. Bodies stream to
 * the disk under back-pressure. Confined to its event loop.
 */
final class Uploads {
  private static final Logger LOG = LoggerFactory.getLogger(Uploads.class);

  private final Transfers transfers;

  Uploads(Transfers transfers) {
    this.transfers = transfers;
  }

  Future<Void> create(FileRequest request) {
    return request.isTus() ? createByTus(request) : createPlain(request);
  }

  /** Adds to an upload. */
  Future<Void> append(FileRequest request) {
    Tus.check(request);
    Long offset = request.number(Tus.OFFSET, request.header(Tus.OFFSET));
    Checksum checksum = Checksum.parse(request.header(Tus.CHECKSUM));
    if (!Tus.BODY_TYPE.equals(request.header("content-type"))) {
      throw Problem.of(415, "content-type: " + Tus.BODY_TYPE);
    }
    if (offset == null) {
      throw FileRequest.bad(Tus.OFFSET + ": missing");
    }
    return stat(request, request.file())
        .compose(upload -> receive(request, upload, offset, checksum))
        .compose(now -> after(request, request.file(), now))
        .compose(
            upload ->
                Tus.stands(request.response().setStatusCode(204), upload, upload.offset()).end());
  }

  /** Answers the state of an upload. One that has all its bytes is made ready first. */
  Future<Void> stands(FileRequest request) {
    Tus.check(request);
    return stat(request, request.file())
        .compose(upload -> transfers.complete(request.caller(), upload))
        .compose(
            upload ->
                Tus.stands(request.response(), upload, upload.offset())
                    .putHeader(Tus.LENGTH, Long.toString(upload.size()))
                    .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                    .end());
  }

  private Future<FileView> after(FileRequest request, String file, FileAnswer.Advanced now) {
    return now.ready() != null ? Future.succeededFuture(now.ready()) : stat(request, file);
  }

  private Future<Void> createByTus(FileRequest request) {
    Tus.check(request);
    if (request.header(Tus.DEFER) != null) {
      throw FileRequest.bad(Tus.DEFER + ": not taken; say the length");
    }
    Long length = request.number(Tus.LENGTH, request.header(Tus.LENGTH));
    if (length == null) {
      throw FileRequest.bad(Tus.LENGTH + ": missing");
    }
    FileSpec spec =
        FileSpecs.ofMetadata(request, length, Tus.metadata(request.header(Tus.METADATA)));
    boolean withBody = Tus.BODY_TYPE.equals(request.header("content-type"));
    Checksum checksum = Checksum.parse(request.header(Tus.CHECKSUM));
    return (withBody ? make(request, spec, checksum) : begin(request, spec))
        .compose(upload -> Tus.stands(created(request, upload), upload, upload.offset()).end());
  }

  private Future<Void> createPlain(FileRequest request) {
    Long length = request.number("content-length", request.header("content-length"));
    if (length == null) {
      throw Problem.of(411, "content-length: missing");
    }
    FileSpec spec = FileSpecs.ofQuery(request, length);
    return make(request, spec, null)
        .compose(file -> created(request, file).end(FileJson.of(file).toBuffer()));
  }

  private Future<FileView> begin(FileRequest request, FileSpec spec) {
    return transfers.files().ask(new FileMessage.Create(request.caller(), request.tenant(), spec));
  }

  /**
   * Creates a file with the bytes of the same request. If they fail, nobody knows the file, so
   * nobody could continue it.
   */
  private Future<FileView> make(FileRequest request, FileSpec spec, @Nullable Checksum checksum) {
    if (spec.size() == 0) {
      return begin(request, spec).onSuccess(ready -> request.http().resume());
    }
    return transfers
        .begin(request.caller(), request.tenant(), spec)
        .compose(grant -> fill(request, grant, checksum));
  }

  private Future<FileView> fill(
      FileRequest request, FileAnswer.Grant grant, @Nullable Checksum checksum) {
    goOn(request);
    return transfers
        .receive(request.caller(), grant, request.http(), checksum)
        .compose(now -> after(request, grant.file().file(), now))
        .onFailure(failure -> drop(request, grant.file()));
  }

  private Future<FileView> stat(FileRequest request, String file) {
    return transfers.files().ask(new FileMessage.Stat(request.caller(), request.tenant(), file));
  }

  private Future<FileAnswer.Advanced> receive(
      FileRequest request, FileView upload, long offset, @Nullable Checksum checksum) {
    goOn(request);
    return transfers.receive(request.caller(), upload, offset, request.http(), checksum);
  }

  private static void goOn(FileRequest request) {
    if ("100-continue".equalsIgnoreCase(request.header("expect"))) {
      request.response().writeContinue();
    }
  }

  private void drop(FileRequest request, FileView upload) {
    transfers
        .files()
        .ask(new FileMessage.Delete(request.caller(), request.tenant(), upload.file()))
        .onFailure(late -> LOG.debug("{} is left to expire: {}", upload.file(), late.toString()));
  }

  private static HttpServerResponse created(FileRequest request, FileView file) {
    var response =
        request
            .response()
            .setStatusCode(201)
            .putHeader(HttpHeaders.LOCATION, "/v1/files/" + file.file())
            .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    if (!request.isTus()) {
      response.putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
    }
    return response;
  }
}
