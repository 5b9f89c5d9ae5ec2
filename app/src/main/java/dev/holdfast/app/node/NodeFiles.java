package dev.holdfast.app.node;

import dev.holdfast.app.start.StartException;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.files.config.FilesConfig;
import dev.holdfast.files.service.FileLog;
import dev.holdfast.files.service.FilesVerticle;
import dev.holdfast.files.storage.FileStorage;
import dev.holdfast.files.storage.FolderStorage;
import dev.holdfast.files.transfer.Transfers;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.Duration;

/** The files of one life of a node: their folder, their service, and the transfer of content. */
final class NodeFiles {
  private static final Duration REQUEST = Duration.ofSeconds(5);

  private final NodeParts parts;
  private final FilesConfig config;
  private final FileStorage storage;
  private final FileLog log;
  private final Transfers transfers;

  private NodeFiles(NodeParts parts, FilesConfig config, FileStorage storage) {
    Bus bus = parts.bus();
    this.parts = parts;
    this.config = config;
    this.storage = storage;
    this.log = new FileLog(bus);
    this.transfers = new Transfers(bus.vertx(), ServiceClient.local(bus, REQUEST), storage, config);
  }

  /** Opens the folder, away from the event loop. */
  static Future<NodeFiles> open(NodeParts parts) {
    FilesConfig given = parts.config().files();
    Path named = given.folder();
    Path folder = named == null ? parts.config().data().resolve("files") : named;
    FilesConfig config = given.in(folder);
    return parts
        .bus()
        .vertx()
        .executeBlocking(() -> FolderStorage.open(folder), false)
        .map(storage -> new NodeFiles(parts, config, storage))
        .recover(failure -> notOpen(folder, failure));
  }

  FilesVerticle verticle() {
    return new FilesVerticle(
        parts.bus(), parts.redis(), config, storage, log::emit, parts.meters().registry());
  }

  Transfers transfers() {
    return transfers;
  }

  void close() {
    log.close();
    transfers.close();
  }

  private static <T> Future<T> notOpen(Path folder, Throwable failure) {
    String what = "the files' folder " + folder + ": " + failure;
    return Future.failedFuture(new StartException(what, failure));
  }
}
