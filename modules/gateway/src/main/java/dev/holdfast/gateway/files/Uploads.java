package dev.holdfast.gateway.files;

import dev.holdfast.files.Checksum;
import dev.holdfast.files.FileAnswer;
import dev.holdfast.files.FileMessage;
import dev.holdfast.files.FileSpec;
import dev.holdfast.files.FileView;
import dev.holdfast.files.Transfers;
import dev.holdfast.gateway.http.Problem;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
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

  Future<Void> create(FileRequest ask) {
    return ask.isTus() ? createByTus(ask) : createPlain(ask);
  }

  /** Adds to an upload. */
  Future<Void> append(FileRequest ask) {
    Tus.check(ask);
    Long offset = ask.number(Tus.OFFSET, ask.header(Tus.OFFSET));
    Checksum checksum = Checksum.parse(ask.header(Tus.CHECKSUM));
    if (!Tus.BODY_TYPE.equals(ask.header("content-type"))) {
      throw Problem.of(415, "content-type: " + Tus.BODY_TYPE);
    }
    if (offset == null) {
      throw FileRequest.bad(Tus.OFFSET + ": missing");
    }
    return stat(ask, ask.file())
        .compose(upload -> receive(ask, upload, offset, checksum))
        .compose(now -> after(ask, now))
        .compose(
            upload -> Tus.stands(ask.response().setStatusCode(204), upload, upload.offset()).end());
  }

  /** Where an upload stands; one that has all its bytes is made ready first. */
  Future<Void> stands(FileRequest ask) {
    Tus.check(ask);
    return stat(ask, ask.file())
        .compose(upload -> transfers.complete(ask.caller(), upload))
        .compose(
            upload ->
                Tus.stands(ask.response(), upload, upload.offset())
                    .putHeader(Tus.LENGTH, Long.toString(upload.size()))
                    .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                    .end());
  }

  private Future<FileView> after(FileRequest ask, FileAnswer.Advanced now) {
    return now.ready() != null ? Future.succeededFuture(now.ready()) : stat(ask, ask.file());
  }

  private Future<Void> createByTus(FileRequest ask) {
    Tus.check(ask);
    if (ask.header(Tus.DEFER) != null) {
      throw FileRequest.bad(Tus.DEFER + ": not taken; say the length");
    }
    Long length = ask.number(Tus.LENGTH, ask.header(Tus.LENGTH));
    if (length == null) {
      throw FileRequest.bad(Tus.LENGTH + ": missing");
    }
    FileSpec spec = FileSpecs.ofMetadata(ask, length, Tus.metadata(ask.header(Tus.METADATA)));
    boolean withBody = Tus.BODY_TYPE.equals(ask.header("content-type"));
    Checksum checksum = Checksum.parse(ask.header(Tus.CHECKSUM));
    return begin(ask, spec)
        .compose(upload -> withBody ? fill(ask, upload, checksum) : Future.succeededFuture(upload))
        .compose(upload -> Tus.stands(created(ask, upload), upload, upload.offset()).end());
  }

  private Future<Void> createPlain(FileRequest ask) {
    Long length = ask.number("content-length", ask.header("content-length"));
    if (length == null) {
      throw Problem.of(411, "content-length: missing");
    }
    FileSpec spec = FileSpecs.ofQuery(ask, length);
    return begin(ask, spec)
        .compose(upload -> length > 0 ? fill(ask, upload, null) : Future.succeededFuture(upload))
        .compose(file -> created(ask, file).end(FileJson.of(file).toBuffer()));
  }

  private Future<FileView> begin(FileRequest ask, FileSpec spec) {
    return transfers.files().create(new FileMessage.Create(ask.caller(), ask.tenant(), spec));
  }

  /** The first bytes come with the creation: where they fail, nobody knows the file to go on. */
  private Future<FileView> fill(FileRequest ask, FileView upload, Checksum checksum) {
    if (upload.ready()) {
      ask.request().resume();
      return Future.succeededFuture(upload);
    }
    return receive(ask, upload, 0, checksum)
        .compose(
            now ->
                now.ready() != null
                    ? Future.succeededFuture(now.ready())
                    : stat(ask, upload.file()))
        .onFailure(failure -> drop(ask, upload));
  }

  private Future<FileView> stat(FileRequest ask, String file) {
    return transfers.files().stat(new FileMessage.Stat(ask.caller(), ask.tenant(), file));
  }

  private Future<FileAnswer.Advanced> receive(
      FileRequest ask, FileView upload, long offset, Checksum checksum) {
    if ("100-continue".equalsIgnoreCase(ask.header("expect"))) {
      ask.response().writeContinue();
    }
    return transfers.receive(ask.caller(), upload, offset, ask.request(), checksum);
  }

  private void drop(FileRequest ask, FileView upload) {
    transfers
        .files()
        .delete(new FileMessage.Delete(ask.caller(), ask.tenant(), upload.file()))
        .onFailure(late -> LOG.debug("{} is left to expire: {}", upload.file(), late.toString()));
  }

  private static HttpServerResponse created(FileRequest ask, FileView file) {
    var response =
        ask.response()
            .setStatusCode(201)
            .putHeader(HttpHeaders.LOCATION, "/v1/files/" + file.file())
            .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    if (!ask.isTus()) {
      response.putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
    }
    return response;
  }
}
