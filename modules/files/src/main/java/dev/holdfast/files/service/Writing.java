package dev.holdfast.files.service;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.files.FileAnswer;
import dev.holdfast.files.FileMessage;
import dev.holdfast.files.TransferMessage;
import dev.holdfast.files.records.FileRecord;
import dev.holdfast.files.records.FileStore;
import dev.holdfast.files.storage.FileStorage;
import dev.holdfast.files.storage.Part;
import dev.holdfast.files.storage.PartWriter;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Takes uploads' bytes, and commits those that others have written. Confined to the verticle's
 * context.
 */
final class Writing {
  private final FileParts parts;
  private final Finishing finishing;

  Writing(FileParts parts, Finishing finishing) {
    this.parts = parts;
    this.finishing = finishing;
  }

  Future<FileAnswer.Grant> claim(TransferMessage.Claim message) {
    return parts
        .find(message.caller(), message.tenant(), message.file())
        .compose(file -> claim(file, message.offset()));
  }

  Future<FileAnswer.Advanced> advance(TransferMessage.Advance message) {
    var written = new Part(message.part(), message.partLength());
    return parts
        .find(message.caller(), message.tenant(), message.file())
        .compose(file -> commit(file, message.generation(), written, message));
  }

  Future<FileAnswer.Advanced> append(FileMessage.Append message) {
    return parts
        .find(message.caller(), message.tenant(), message.file())
        .compose(file -> append(file, message));
  }

  /** A file without bytes is ready as soon as it is made. */
  Future<FileRecord> createdEmpty(FileRecord file) {
    return parts
        .store()
        .claim(file.key(), 0)
        .compose(held -> finishing.finish(file.key(), held.generation(), held.part(), null));
  }

  private Future<FileAnswer.Grant> claim(FileRecord file, long offset) {
    return parts.store().claim(file.key(), offset).map(held -> grant(file, held));
  }

  private static FileAnswer.Grant grant(FileRecord file, FileStore.Claimed held) {
    return new FileAnswer.Grant(
        file.view(),
        file.content(),
        held.generation(),
        held.part(),
        held.partLength(),
        held.offset());
  }

  private Future<FileAnswer.Advanced> commit(
      FileRecord file, long generation, Part written, TransferMessage.Advance message) {
    if (file.ready() && file.generation() == generation) {
      return Future.succeededFuture(new FileAnswer.Advanced(file.view().size(), file.view()));
    }
    boolean last = message.closed() && file.offsetWith(written) == file.view().size();
    Future<Void> due = last ? finishing.lookSoon(file.key()) : Future.succeededFuture();
    Future<FileStore.Advanced> advanced =
        parts.store().advance(file.key(), generation, written, message.closed());
    return Future.all(due, advanced)
        .compose(
            both ->
                last
                    ? ready(
                        finishing.finish(
                            advanced.result().file(), written.number(), message.sha256()))
                    : notLast(file, advanced.result(), written, message));
  }

  private Future<FileAnswer.Advanced> ready(Future<FileRecord> finished) {
    return finished.map(file -> new FileAnswer.Advanced(file.view().size(), file.view()));
  }

  /** Another commit of the same writer may have come in between. */
  private Future<FileAnswer.Advanced> notLast(
      FileRecord file, FileStore.Advanced now, Part written, TransferMessage.Advance message) {
    return message.closed() && now.offset() == file.view().size()
        ? ready(
            finishing.finish(file.key(), message.generation(), written.number(), message.sha256()))
        : Future.succeededFuture(new FileAnswer.Advanced(now.offset(), null));
  }

  private Future<FileAnswer.Advanced> append(FileRecord file, FileMessage.Append message) {
    long end = message.offset() + message.bytes().length;
    if (end > file.view().size()) {
      return Future.failedFuture(
          HoldfastException.withPublicMessage(ErrorCode.TOO_LARGE, "upload: more than its size"));
    }
    if (file.ready()) {
      return Future.succeededFuture(new FileAnswer.Advanced(file.view().size(), file.view()));
    }
    if (end <= file.view().offset() && end < file.view().size()) {
      return Future.succeededFuture(new FileAnswer.Advanced(file.view().offset(), null));
    }
    boolean last = end == file.view().offset();
    return parts
        .store()
        .claim(file.key(), last ? end : message.offset())
        .compose(held -> write(file, held, last ? new byte[0] : message.bytes(), message.caller()));
  }

  private Future<FileAnswer.Advanced> write(
      FileRecord file, FileStore.Claimed held, byte[] bytes, Caller caller) {
    long length = held.partLength() + bytes.length;
    return parts
        .disk()
        .run(file.key().tenant(), storage -> written(storage, file.content(), held, bytes))
        .compose(
            done ->
                advance(
                    new TransferMessage.Advance(
                        caller,
                        file.key().tenant(),
                        file.key().file(),
                        held.generation(),
                        held.part(),
                        length,
                        true,
                        null)))
        .recover(failure -> dropped(file, failure));
  }

  /** Removes a part that came after its file had ended: nobody else would for a day. */
  private Future<FileAnswer.Advanced> dropped(FileRecord file, Throwable failure) {
    return HoldfastException.from(failure).code() == ErrorCode.NOT_FOUND
        ? parts
            .disk()
            .run(file.key().tenant(), storage -> dropped(storage, file.content()))
            .transform(done -> Future.failedFuture(failure))
        : Future.failedFuture(failure);
  }

  private static Void dropped(FileStorage storage, String content) throws IOException {
    storage.deleteParts(content);
    return null;
  }

  private static Void written(
      FileStorage storage, String content, FileStore.Claimed held, byte[] bytes)
      throws IOException {
    try (PartWriter writer = storage.append(content, held.part(), held.partLength())) {
      writer.write(new ByteBuffer[] {ByteBuffer.wrap(bytes)});
      writer.force();
      return null;
    }
  }
}
