package dev.holdfast.files.service;

import dev.holdfast.files.FileMessage;
import dev.holdfast.files.FileSpec;
import dev.holdfast.files.FileView;
import dev.holdfast.files.records.FileRecord;
import dev.holdfast.files.storage.FileStorage;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.Objects;

/** Copies files within their tenant and owner. Confined to the verticle's context. */
final class Copying {
  private final FileParts parts;
  private final Creating creating;
  private final Finishing finishing;
  private final Removing removing;

  Copying(FileParts parts, Creating creating, Finishing finishing, Removing removing) {
    this.parts = parts;
    this.creating = creating;
    this.finishing = finishing;
    this.removing = removing;
  }

  Future<FileRecord> copy(FileMessage.Copy message) {
    return parts
        .findReady(message.caller(), message.tenant(), message.file())
        .compose(file -> copy(file, message));
  }

  private Future<FileRecord> copy(FileRecord file, FileMessage.Copy message) {
    FileView from = file.view();
    String name = message.name();
    var spec =
        new FileSpec(
            name == null ? from.name() : name,
            from.size(),
            from.declaredType(),
            null,
            from.owner(),
            null,
            from.run(),
            file.lifeMs());
    return creating
        .create(new FileMessage.Create(message.caller(), message.tenant(), spec))
        .compose(made -> fill(made, file));
  }

  private Future<FileRecord> fill(FileRecord made, FileRecord from) {
    return parts
        .disk()
        .run(made.key().tenant(), storage -> copied(storage, from.content(), made.content()))
        .compose(done -> show(made, from.view()))
        .recover(failure -> giveUp(made, failure));
  }

  private Future<FileRecord> show(FileRecord made, FileView ready) {
    String sha256 = Objects.requireNonNull(ready.sha256(), "sha256");
    return finishing.show(made, sha256, Objects.requireNonNull(ready.type(), "type"));
  }

  private static Void copied(FileStorage storage, String from, String to) throws IOException {
    storage.copy(from, to);
    return null;
  }

  private Future<FileRecord> giveUp(FileRecord made, Throwable failure) {
    return removing.end(made.key(), "failed", false).transform(d -> Future.failedFuture(failure));
  }
}
