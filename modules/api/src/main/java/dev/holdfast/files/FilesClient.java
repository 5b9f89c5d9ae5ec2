package dev.holdfast.files;

import dev.holdfast.core.Caller;
import dev.holdfast.core.bus.ServiceClient;
import io.vertx.core.Future;
import java.util.function.Function;

/** Writes and reads whole files over the bus, piece by piece. Safe on any thread. */
public final class FilesClient {
  private final ServiceClient service;

  /**
   * @param service asks the files service
   */
  public FilesClient(ServiceClient service) {
    this.service = service;
  }

  /**
   * Makes a file of bytes that a source gives piece by piece, each when the one before is stored.
   *
   * @param source from an offset to the bytes there, 1 to {@link FileMessage#MAX_CHUNK}
   */
  public Future<FileView> put(
      Caller caller, String tenant, FileSpec spec, Function<Long, Future<byte[]>> source) {
    return service
        .ask(new FileMessage.Create(caller, tenant, spec))
        .compose(made -> made.ready() ? Future.succeededFuture(made) : fill(caller, made, source));
  }

  /**
   * Reads a whole file piece by piece, each when the one before was taken.
   *
   * @param sink takes the pieces in order
   */
  public Future<Void> get(
      Caller caller, String tenant, String file, Function<byte[], Future<Void>> sink) {
    return get(caller, tenant, file, 0, sink);
  }

  private Future<FileView> fill(
      Caller caller, FileView upload, Function<Long, Future<byte[]>> source) {
    long offset = upload.offset();
    return source
        .apply(offset)
        .compose(
            bytes ->
                service.ask(
                    new FileMessage.Append(caller, upload.tenant(), upload.file(), offset, bytes)))
        .compose(now -> go(caller, upload, now, source));
  }

  private Future<FileView> go(
      Caller caller,
      FileView upload,
      FileAnswer.Advanced now,
      Function<Long, Future<byte[]>> source) {
    FileView ready = now.ready();
    return ready != null
        ? Future.succeededFuture(ready)
        : fill(caller, upload.at(now.offset()), source);
  }

  private Future<Void> get(
      Caller caller, String tenant, String file, long offset, Function<byte[], Future<Void>> sink) {
    return service
        .ask(new FileMessage.Read(caller, tenant, file, offset, FileMessage.MAX_CHUNK))
        .compose(chunk -> taken(caller, tenant, file, offset, chunk, sink));
  }

  private Future<Void> taken(
      Caller caller,
      String tenant,
      String file,
      long offset,
      FileAnswer.Chunk chunk,
      Function<byte[], Future<Void>> sink) {
    long next = offset + chunk.bytes().length;
    Future<Void> took =
        chunk.bytes().length == 0 ? Future.succeededFuture() : sink.apply(chunk.bytes());
    return took.compose(
        done ->
            next >= chunk.size()
                ? Future.succeededFuture()
                : get(caller, tenant, file, next, sink));
  }
}
