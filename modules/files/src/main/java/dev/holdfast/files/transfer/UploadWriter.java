package dev.holdfast.files.transfer;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.files.FileAnswer;
import dev.holdfast.files.TransferMessage;
import dev.holdfast.files.storage.Disk;
import dev.holdfast.files.storage.FileStorage;
import dev.holdfast.files.storage.PartWriter;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import io.vertx.core.streams.ReadStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request's body on its way into one part of an upload. Buffers are gathered while the disk is
 * busy and written in one go; the stream is paused when {@link #MOST_PENDING} bytes wait. Now and
 * then what is on the disk is committed, so that little has to be sent again when this node dies.
 * Confined to the request's context; only one piece is written at a time.
 */
final class UploadWriter {
  private static final Logger LOG = LoggerFactory.getLogger(UploadWriter.class);
  private static final int MOST_PENDING = 512 * 1024;
  private static final int COMMIT_EVERY = 16 * 1024 * 1024;

  private final Disk disk;
  private final ServiceClient files;
  private final Duration stall;
  private final Caller caller;
  private final FileAnswer.Grant grant;
  private final PartWriter writer;

  /** Digest of the whole content, if it comes by this stream from its first byte on. */
  private final @Nullable MessageDigest whole;

  private final Promise<FileAnswer.Advanced> done = Promise.promise();
  private Future<Void> committing = Future.succeededFuture();
  private List<Buffer> pending = new ArrayList<>();
  private int pendingBytes;
  private long received;
  private long uncommitted;
  private boolean busy;
  private boolean ended;
  private boolean finishing;
  private @Nullable HoldfastException failure;

  @SuppressWarnings("NullAway.Init")
  private Vertx vertx;

  @SuppressWarnings("NullAway.Init")
  private ReadStream<Buffer> body;

  private @Nullable Checksum checksum;
  private boolean paused;
  private boolean arrived;
  private long stallTimer;

  /**
   * @param stall how long the stream may bring nothing
   */
  UploadWriter(
      Disk disk,
      ServiceClient files,
      Duration stall,
      Caller caller,
      FileAnswer.Grant grant,
      PartWriter writer) {
    this.disk = disk;
    this.files = files;
    this.stall = stall;
    this.caller = caller;
    this.grant = grant;
    this.writer = writer;
    this.whole = grant.offset() == 0 ? FileStorage.sha256() : null;
  }

  Future<FileAnswer.Advanced> take(
      Context context, ReadStream<Buffer> stream, @Nullable Checksum wanted) {
    vertx = context.owner();
    body = stream;
    checksum = wanted;
    context.runOnContext(now -> begin());
    return done.future();
  }

  private void begin() {
    stallTimer = vertx.setPeriodic(stall.toMillis(), timer -> lookForStall());
    body.exceptionHandler(
        gone -> fail(new HoldfastException(ErrorCode.UNAVAILABLE, "body: " + gone)));
    body.endHandler(end -> ended());
    body.handler(this::receive);
    body.resume();
  }

  private void receive(Buffer buffer) {
    if (failure != null) {
      return;
    }
    arrived = true;
    received += buffer.length();
    if (grant.offset() + received > grant.file().size()) {
      fail(HoldfastException.withPublicMessage(ErrorCode.TOO_LARGE, "upload: more than its size"));
      return;
    }
    pending.add(buffer);
    pendingBytes += buffer.length();
    if (pendingBytes >= MOST_PENDING && !paused) {
      paused = true;
      body.pause();
    }
    next();
  }

  private void ended() {
    ended = true;
    next();
  }

  /**
   * Gives up the body. What is on its way to the disk is kept, unless a checksum would have to
   * prove it.
   */
  private void fail(HoldfastException reason) {
    if (failure == null && !finishing) {
      failure = reason;
      pending = new ArrayList<>();
      pendingBytes = 0;
      next();
    }
  }

  private void lookForStall() {
    if (!arrived && !paused && !busy && !ended) {
      fail(
          HoldfastException.withPublicMessage(
              ErrorCode.TIMEOUT, "upload: nothing came for too long"));
    }
    arrived = false;
  }

  /** Takes the next step with the disk, if none is under way. */
  private void next() {
    if (busy || finishing) {
      return;
    }
    if (!pending.isEmpty()) {
      write();
    } else if (failure != null || ended) {
      finish();
    } else if (paused) {
      paused = false;
      body.resume();
    }
  }

  private void write() {
    List<Buffer> batch = pending;
    int bytes = pendingBytes;
    pending = new ArrayList<>();
    pendingBytes = 0;
    busy = true;
    uncommitted += bytes;
    Future<Void> written = disk.run(tenant(), storage -> write(batch));
    Future<Void> digested = disk.run(tenant(), storage -> digest(batch));
    Future.join(written, digested).<Void>mapEmpty().onComplete(this::written);
    if (paused) {
      paused = false;
      body.resume();
    }
  }

  private void written(AsyncResult<Void> result) {
    busy = false;
    if (result.failed()) {
      fail(HoldfastException.from(result.cause()));
    } else if (checksum == null && uncommitted >= COMMIT_EVERY && committing.isComplete()) {
      uncommitted = 0;
      committing = commit(writer.length());
    }
    next();
  }

  /** Commits a length; the writing goes on meanwhile. */
  private Future<Void> commit(long length) {
    return disk.run(tenant(), storage -> forced())
        .compose(done -> files.ask(TransferMessage.Advance.of(caller, grant, length, false, null)))
        .onFailure(late -> fail(HoldfastException.from(late)))
        .mapEmpty();
  }

  private String tenant() {
    return grant.file().tenant();
  }

  /** On a worker thread. */
  private Void forced() throws IOException {
    writer.force();
    return null;
  }

  /** On a worker thread. */
  private Void write(List<Buffer> batch) throws IOException {
    writer.write(batch.stream().map(UploadWriter::bytes).toArray(ByteBuffer[]::new));
    return null;
  }

  /** Adds to the digests; on another worker thread at the same time. */
  private Void digest(List<Buffer> batch) {
    for (Buffer piece : batch) {
      if (whole != null) {
        whole.update(bytes(piece));
      }
      if (checksum != null) {
        checksum.update(bytes(piece));
      }
    }
    return null;
  }

  private static ByteBuffer bytes(Buffer piece) {
    return ((BufferInternal) piece).getByteBuf().nioBuffer();
  }

  private void finish() {
    finishing = true;
    vertx.cancelTimer(stallTimer);
    committing
        .transform(committed -> disk.run(tenant(), storage -> close()))
        .compose(length -> files.ask(last(length)))
        .recover(this::dropped)
        .onComplete(this::finished);
  }

  /** On a worker thread. */
  private long close() throws IOException {
    try (writer) {
      boolean drop = checksum != null && (failure != null || !checksum.holds());
      if (drop) {
        writer.cut(grant.partLength());
        failure =
            failure != null
                ? failure
                : HoldfastException.withPublicMessage(
                    ErrorCode.CHECKSUM_MISMATCH, ErrorCode.CHECKSUM_MISMATCH.publicText);
      }
      writer.force();
      return writer.length();
    }
  }

  private TransferMessage.Advance last(long length) {
    boolean complete = failure == null && received == grant.file().size();
    String sha256 = complete && whole != null ? HexFormat.of().formatHex(whole.digest()) : null;
    return TransferMessage.Advance.of(caller, grant, length, true, sha256);
  }

  /** Removes a part that came after its file had ended: nobody else would for a day. */
  private Future<FileAnswer.Advanced> dropped(Throwable refused) {
    return HoldfastException.from(refused).code() == ErrorCode.NOT_FOUND
        ? disk.run(tenant(), storage -> dropped(storage, grant.content()))
            .transform(done -> Future.failedFuture(refused))
        : Future.failedFuture(refused);
  }

  /** On a worker thread. */
  private static Void dropped(FileStorage storage, String content) throws IOException {
    storage.deleteParts(content);
    return null;
  }

  private void finished(AsyncResult<FileAnswer.Advanced> result) {
    if (failure != null) {
      if (result.failed()) {
        LOG.debug("upload {}: {}", grant.file().file(), result.cause().getMessage());
      }
      done.fail(failure);
    } else if (result.failed()) {
      done.fail(result.cause());
    } else {
      done.complete(result.result());
    }
  }
}
