package dev.holdfast.files;

import dev.holdfast.core.BusMessage;
import dev.holdfast.core.Caller;
import dev.holdfast.core.bus.Bus;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.function.Function;

/**
 * The files service, from anywhere in the cluster. Failures are {@link
 * dev.holdfast.core.HoldfastException}s: NOT_FOUND also for what is somebody else's; after TIMEOUT
 * and UNAVAILABLE the outcome is unknown. Every request is safe to send again, but {@code Create}
 * and {@code Copy}, which make another file. Safe on any thread.
 */
public final class FilesClient {
  /** What reads or writes whole content may take so long. */
  private static final Duration WHOLE_CONTENT = Duration.ofMinutes(10);

  private final Bus bus;
  private final Duration timeout;
  private final boolean local;

  /** Asks any node. */
  public FilesClient(Bus bus, Duration timeout) {
    this(bus, timeout, false);
  }

  private FilesClient(Bus bus, Duration timeout, boolean local) {
    this.bus = bus;
    this.timeout = timeout;
    this.local = local;
  }

  /** Asks this process's own instance. */
  public static FilesClient local(Bus bus, Duration timeout) {
    return new FilesClient(bus, timeout, true);
  }

  public Future<FileView> create(FileMessage.Create message) {
    return ask(message, timeout);
  }

  public Future<FileAnswer.Advanced> append(FileMessage.Append message) {
    return ask(message, WHOLE_CONTENT);
  }

  public Future<FileView> stat(FileMessage.Stat message) {
    return ask(message, timeout);
  }

  public Future<FileAnswer.Page> list(FileMessage.ListFiles message) {
    return ask(message, timeout);
  }

  public Future<FileAnswer.Chunk> read(FileMessage.Read message) {
    return ask(message, timeout);
  }

  public Future<FileAnswer.Ticket> issueTicket(FileMessage.IssueTicket message) {
    return ask(message, timeout);
  }

  public Future<FileView> copy(FileMessage.Copy message) {
    return ask(message, WHOLE_CONTENT);
  }

  public Future<FileAnswer.Done> delete(FileMessage.Delete message) {
    return ask(message, timeout);
  }

  public Future<FileAnswer.Erased> eraseTenant(FileMessage.EraseTenant message) {
    return ask(message, WHOLE_CONTENT);
  }

  public Future<FileAnswer.Grant> begin(TransferMessage.Begin message) {
    return ask(message, timeout);
  }

  public Future<FileAnswer.Grant> claim(TransferMessage.Claim message) {
    return ask(message, timeout);
  }

  public Future<FileAnswer.Advanced> advance(TransferMessage.Advance message) {
    return ask(message, message.closed() ? WHOLE_CONTENT : timeout);
  }

  public Future<FileAnswer.Located> locate(TransferMessage.Locate message) {
    return ask(message, timeout);
  }

  public Future<FileAnswer.Redeemed> redeem(TransferMessage.Redeem message) {
    return ask(message, timeout);
  }

  public Future<AuditReport> audit(TransferMessage.Audit message) {
    return ask(message, WHOLE_CONTENT);
  }

  /**
   * Makes a file of bytes that a source gives piece by piece, each when the one before is stored.
   *
   * @param source from an offset to the bytes there, 1 to {@link FileMessage#MAX_CHUNK}
   */
  public Future<FileView> put(
      Caller caller, String tenant, FileSpec spec, Function<Long, Future<byte[]>> source) {
    return create(new FileMessage.Create(caller, tenant, spec))
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
                append(
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
    return read(new FileMessage.Read(caller, tenant, file, offset, FileMessage.MAX_CHUNK))
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

  private <A> Future<A> ask(BusMessage<A> message, Duration patience) {
    return local
        ? bus.askLocal(FileMessage.ADDRESS, message, patience)
        : bus.ask(FileMessage.ADDRESS, message, patience);
  }
}
