package dev.holdfast.files.transfer;

import dev.holdfast.core.Caller;
import dev.holdfast.core.Ids;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.files.FileAnswer;
import dev.holdfast.files.FileMessage;
import dev.holdfast.files.FileSpec;
import dev.holdfast.files.FileView;
import dev.holdfast.files.TransferMessage;
import dev.holdfast.files.config.FilesConfig;
import dev.holdfast.files.storage.Disk;
import dev.holdfast.files.storage.FileStorage;
import dev.holdfast.files.storage.PartWriter;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves content between this node's storage and streams, for its HTTP edge. It asks the service
 * first, in the caller's name, and touches only what that has granted. Used on event-loop contexts;
 * nothing blocks them.
 */
public final class Transfers {
  private static final Logger LOG = LoggerFactory.getLogger(Transfers.class);

  private final Vertx vertx;
  private final ServiceClient files;
  private final FileStorage storage;
  private final Disk disk;
  private final FilesConfig config;
  private final Caller.Service self =
      new Caller.Service("files", Ids.fresh(), Set.of("*"), Set.of());

  /**
   * @param files of this process
   */
  public Transfers(Vertx vertx, ServiceClient files, FileStorage storage, FilesConfig config) {
    this.vertx = vertx;
    this.files = files;
    this.storage = storage;
    this.disk = new Disk(vertx, storage);
    this.config = config;
  }

  /** The service, for what needs no content. */
  public ServiceClient files() {
    return files;
  }

  /**
   * Returns the file that a ticket opens; NOT_FOUND if it is no ticket.
   *
   * @return the caller in whose name to go on
   */
  public Future<FileAnswer.Redeemed> redeem(String ticket, FileMessage.Purpose purpose) {
    try {
      String tenant = TransferMessage.Redeem.tenantOf(ticket);
      return files.ask(new TransferMessage.Redeem(self, tenant, ticket, purpose));
    } catch (RuntimeException notOne) {
      return Future.failedFuture(notOne);
    }
  }

  /**
   * Writes a stream to an upload, from an offset on, under back-pressure. If the stream ends early,
   * what has come is kept, unless a checksum was given.
   *
   * @param body paused; it is resumed here, and read to its end unless this fails
   * @param checksum of the body, if the sender gave one
   * @return the offset of the upload, and the file if that was its last byte. Fails with CONFLICT
   *     (it does not stand at the offset), NOT_FOUND, TOO_LARGE (more than its size), FENCED
   *     (somebody else goes on with it), CHECKSUM_MISMATCH, TIMEOUT (nothing came for too long),
   *     STORE_FULL, UNAVAILABLE
   */
  public Future<FileAnswer.Advanced> receive(
      Caller caller,
      FileView upload,
      long offset,
      ReadStream<Buffer> body,
      @Nullable Checksum checksum) {
    var claim = new TransferMessage.Claim(caller, upload.tenant(), upload.file(), offset);
    return files.ask(claim).compose(grant -> receive(caller, grant, body, checksum));
  }

  /** Begins a file whose bytes are at hand; {@link #receive} takes them. */
  public Future<FileAnswer.Grant> begin(Caller caller, String tenant, FileSpec spec) {
    return files.ask(new TransferMessage.Begin(caller, tenant, spec));
  }

  /** Writes a stream to an upload that was granted, as the other method does. */
  public Future<FileAnswer.Advanced> receive(
      Caller caller, FileAnswer.Grant grant, ReadStream<Buffer> body, @Nullable Checksum checksum) {
    Context context = vertx.getOrCreateContext();
    return open(grant)
        .map(part -> writer(caller, grant, part))
        .compose(writer -> writer.take(context, body, checksum));
  }

  /** Makes an upload ready that has all its bytes, if the node that had the last one died. */
  public Future<FileView> complete(Caller caller, FileView upload) {
    if (upload.ready() || upload.offset() < upload.size()) {
      return Future.succeededFuture(upload);
    }
    var claim = new TransferMessage.Claim(caller, upload.tenant(), upload.file(), upload.size());
    return files
        .ask(claim)
        .compose(
            grant ->
                files.ask(
                    TransferMessage.Advance.of(caller, grant, grant.partLength(), true, null)))
        .map(FileAnswer.Advanced::ready);
  }

  /** Finds content that may be sent as it is; UNAVAILABLE if it is not there. */
  public Future<FileAnswer.Located> locate(Caller caller, String tenant, String file) {
    return files
        .ask(new TransferMessage.Locate(caller, tenant, file))
        .compose(found -> disk.run(tenant, at -> present(at, found)));
  }

  /** Returns the file of content on this machine; empty: it has to be {@link #read}. */
  public Optional<Path> path(FileAnswer.Located located) {
    return storage.file(located.content());
  }

  /** Reads some bytes of content that was located. */
  public Future<byte[]> read(FileAnswer.Located located, long offset, int length) {
    return disk.run(located.file().tenant(), at -> at.read(located.content(), offset, length));
  }

  /** Closes without waiting for what is under way. */
  public void close() {
    disk.close().onFailure(failure -> LOG.debug("workers: {}", failure.toString()));
  }

  private UploadWriter writer(Caller caller, FileAnswer.Grant grant, PartWriter part) {
    return new UploadWriter(disk, files, config.stall(), caller, grant, part);
  }

  private Future<PartWriter> open(FileAnswer.Grant grant) {
    return disk.run(
        grant.file().tenant(), at -> at.append(grant.content(), grant.part(), grant.partLength()));
  }

  private static FileAnswer.Located present(FileStorage storage, FileAnswer.Located found)
      throws java.io.IOException {
    if (!storage.has(found.content())) {
      throw new java.io.IOException("content of " + found.file().file() + " is not there");
    }
    return found;
  }
}
