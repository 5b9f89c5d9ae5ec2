package dev.holdfast.files.service;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.files.records.FileAccess;
import dev.holdfast.files.records.FileKey;
import dev.holdfast.files.records.FileRecord;
import dev.holdfast.files.records.FileState;
import dev.holdfast.files.storage.ContentTypes;
import dev.holdfast.files.storage.FileStorage;
import io.vertx.core.Future;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes uploads that have all their bytes ready: content is sealed and looked at, then the record
 * shows it, then the owner is notified. Confined to the verticle's context.
 */
final class Finishing {
  private static final Logger LOG = LoggerFactory.getLogger(Finishing.class);

  private final FileParts parts;
  private final Removing removing;

  Finishing(FileParts parts, Removing removing) {
    this.parts = parts;
    this.removing = removing;
  }

  /**
   * Seals what the holder of the upload has written.
   *
   * @param part that the holder wrote to
   * @param sha256 of the whole, if the holder has it
   */
  Future<FileRecord> finish(FileKey key, long generation, long part, @Nullable String sha256) {
    return lookSoon(key)
        .compose(due -> parts.store().get(key))
        .map(found -> held(found.orElseThrow(FileAccess::notFound), generation))
        .compose(file -> file.ready() ? Future.succeededFuture(file) : seal(file, part, sha256));
  }

  /**
   * The same of an upload whose last bytes were just committed, and which is {@link #lookSoon
   * looked at soon}.
   */
  Future<FileRecord> finish(FileRecord committed, long part, @Nullable String sha256) {
    return seal(committed, part, sha256);
  }

  /** Goes on if a node has died that had all bytes of an upload. */
  Future<FileRecord> resume(FileRecord file) {
    return parts
        .store()
        .claim(file.key(), file.view().size())
        .compose(held -> finish(file.key(), held.generation(), held.part(), null));
  }

  /** Shows a file whose content is whole and was inspected. */
  Future<FileRecord> show(FileRecord file, String sha256, String type) {
    return lookSoon(file.key()).compose(due -> showNow(file, sha256, type));
  }

  private Future<FileRecord> showNow(FileRecord file, String sha256, String type) {
    return parts
        .store()
        .ready(file, sha256, type)
        .onSuccess(this::shown)
        .onFailure(failure -> notShown(file, failure));
  }

  /** Sends word to the owner, and sets the time at which the file is looked at next. */
  Future<Void> announce(FileRecord file) {
    return parts
        .events()
        .apply(new FileEvent(FileEvent.Kind.UPLOADED, file.view()))
        .compose(announced -> parts.store().notified(file.key()))
        .compose(ready -> ready ? settle(file) : Future.succeededFuture());
  }

  /** Sets the file's next look soon, so that the sweep goes on if this node dies. */
  Future<Void> lookSoon(FileKey file) {
    return parts.index().setDueIn(file, parts.config().retry().toMillis());
  }

  private Future<Void> settle(FileRecord file) {
    long expires = file.view().expires();
    return expires == 0
        ? parts.index().unsetDue(file.key())
        : parts.index().setDue(file.key(), expires);
  }

  private static FileRecord held(FileRecord file, long generation) {
    if (file.state() == FileState.DELETED) {
      throw FileAccess.notFound();
    }
    if (!file.ready() && file.generation() != generation) {
      throw new HoldfastException(ErrorCode.FENCED, "upload: claimed by somebody else");
    }
    return file;
  }

  private Future<FileRecord> seal(FileRecord file, long part, @Nullable String sha256) {
    boolean own = file.parts().size() == 1 && file.parts().get(0).number() == part;
    byte[] known = sha256 == null ? null : HexFormat.of().parseHex(sha256);
    return parts
        .disk()
        .run(file.key().tenant(), storage -> storage.seal(file.content(), file.parts(), own, known))
        .compose(whole -> inspect(file, whole));
  }

  private Future<FileRecord> inspect(FileRecord file, FileStorage.Sealed whole) {
    String sha256 = HexFormat.of().formatHex(whole.sha256());
    String type = ContentTypes.of(whole.head());
    if (whole.size() != file.view().size()) {
      return refuse(file, new HoldfastException(ErrorCode.INTERNAL, "content: of another size"));
    }
    if (file.wantedSha256() != null && !file.wantedSha256().equals(sha256)) {
      return refuse(
          file,
          HoldfastException.withPublicMessage(
              ErrorCode.CHECKSUM_MISMATCH, "sha256: the content's differs"));
    }
    if (!parts.config().of(file.key().tenant()).takes(type)) {
      return refuse(
          file,
          HoldfastException.withPublicMessage(
              ErrorCode.UNSUPPORTED_TYPE, "content: " + type + " is not taken"));
    }
    return showNow(file, sha256, type);
  }

  /** Nothing of it stays. */
  private Future<FileRecord> refuse(FileRecord file, HoldfastException reason) {
    parts.metrics().refused.increment();
    return removing
        .end(file.key(), "refused", false)
        .transform(ended -> Future.failedFuture(reason));
  }

  private void shown(FileRecord file) {
    parts.metrics().ready.increment();
    announce(file)
        .onFailure(
            failure ->
                LOG.info(
                    "The owner of file {} is notified by the sweep: {}",
                    file.key(),
                    failure.getMessage()));
  }

  /** Removes content that came after the file was deleted, whose record may be gone, too. */
  private void notShown(FileRecord file, Throwable failure) {
    if (HoldfastException.from(failure).code() == ErrorCode.NOT_FOUND) {
      removing
          .dropContent(file)
          .compose(dropped -> removing.end(file.key(), "deleted", false))
          .onFailure(
              late ->
                  LOG.info(
                      "The removal of file {} is left to the sweep: {}",
                      file.key(),
                      late.toString()));
    }
  }
}
