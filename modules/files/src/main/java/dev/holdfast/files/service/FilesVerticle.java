package dev.holdfast.files.service;

import dev.holdfast.core.Caller;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.bounds.FairTurns;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.core.bus.Serving;
import dev.holdfast.files.FileAnswer;
import dev.holdfast.files.FileMessage;
import dev.holdfast.files.TransferMessage;
import dev.holdfast.files.config.FilesConfig;
import dev.holdfast.files.records.FileAccess;
import dev.holdfast.files.records.FileIndex;
import dev.holdfast.files.records.FileRecord;
import dev.holdfast.files.records.FileStore;
import dev.holdfast.files.records.QuotaStore;
import dev.holdfast.files.records.Tickets;
import dev.holdfast.files.storage.Disk;
import dev.holdfast.files.storage.FileStorage;
import dev.holdfast.redis.FileKeys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reserve;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@link FileMessage}s, one instance per node; sweeps and compares now and then. Holds no
 * state but what is under way; that is touched on its own context only, and the storage on worker
 * threads.
 */
public final class FilesVerticle extends VerticleBase implements FileMessage.Handler<Future<?>> {
  private static final Logger LOG = LoggerFactory.getLogger(FilesVerticle.class);
  private static final Duration SESSIONS_TIMEOUT = Duration.ofSeconds(5);

  /** A list reads each of its files, so few are under way at a time, and fewer of one tenant. */
  private static final FairTurns.Bounds LISTS = new FairTurns.Bounds(16, 4, 64, 4_000, 0);

  private final Bus bus;
  private final RedisConfig redis;
  private final FilesConfig config;
  private final FileStorage storage;
  private final Function<FileEvent, Future<Void>> events;
  private final MeterRegistry registry;
  private @Nullable RedisLink link;
  private @Nullable Serving<?> consumer;

  @SuppressWarnings("NullAway.Init")
  private FileParts parts;

  @SuppressWarnings("NullAway.Init")
  private Reserve reserve;

  @SuppressWarnings("NullAway.Init")
  private Tickets tickets;

  @SuppressWarnings("NullAway.Init")
  private Removing removing;

  @SuppressWarnings("NullAway.Init")
  private Creating creating;

  @SuppressWarnings("NullAway.Init")
  private Finishing finishing;

  @SuppressWarnings("NullAway.Init")
  private Writing writing;

  @SuppressWarnings("NullAway.Init")
  private Reading reading;

  @SuppressWarnings("NullAway.Init")
  private FairTurns lists;

  private boolean sweeping;
  private boolean auditing;

  /**
   * @param events notifies a file's owner; its future completes when the event is stored. It may
   *     get the same event again if that failed.
   */
  public FilesVerticle(
      Bus bus,
      RedisConfig redis,
      FilesConfig config,
      FileStorage storage,
      Function<FileEvent, Future<Void>> events,
      MeterRegistry registry) {
    this.bus = bus;
    this.redis = redis;
    this.config = config;
    this.storage = storage;
    this.events = events;
    this.registry = registry;
  }

  @Override
  public Future<?> start() {
    return RedisLink.open(vertx, redis, "files", registry)
        .compose(this::assemble)
        .compose(known -> register())
        .onSuccess(done -> watch());
  }

  @Override
  public Future<?> stop() {
    Future<Void> unregistered = consumer == null ? Future.succeededFuture() : consumer.unregister();
    Future<Void> closed = link == null ? Future.succeededFuture() : link.close();
    Future<Void> idle = parts == null ? Future.succeededFuture() : parts.disk().close();
    return Future.join(unregistered, closed, idle);
  }

  @Override
  public Future<?> create(FileMessage.Create message) {
    reserve.require(FileKeys.fileQuota(message.tenant()));
    return creating
        .create(message)
        .compose(
            made ->
                made.view().size() == 0 ? writing.createdEmpty(made) : Future.succeededFuture(made))
        .map(FileRecord::view);
  }

  @Override
  public Future<?> append(FileMessage.Append message) {
    return writing.append(message);
  }

  @Override
  public Future<?> stat(FileMessage.Stat message) {
    return parts.find(message.caller(), message.tenant(), message.file()).map(FileRecord::view);
  }

  @Override
  public Future<?> list(FileMessage.ListFiles message) {
    return lists.run(message.tenant(), () -> reading.list(message));
  }

  @Override
  public Future<?> read(FileMessage.Read message) {
    return reading.read(message);
  }

  @Override
  public Future<?> issueTicket(FileMessage.IssueTicket message) {
    reserve.require(FileKeys.fileQuota(message.tenant()));
    Future<FileRecord> file =
        message.purpose() == FileMessage.Purpose.DOWNLOAD
            ? parts.findReady(message.caller(), message.tenant(), message.file())
            : parts.find(message.caller(), message.tenant(), message.file());
    return file.compose(found -> tickets.issue(found, message));
  }

  @Override
  public Future<?> copy(FileMessage.Copy message) {
    reserve.require(FileKeys.fileQuota(message.tenant()));
    return new Copying(parts, creating, finishing, removing).copy(message).map(FileRecord::view);
  }

  @Override
  public Future<?> delete(FileMessage.Delete message) {
    return parts
        .find(message.caller(), message.tenant(), message.file())
        .compose(file -> removing.end(file.key(), "deleted", false))
        .map(new FileAnswer.Done());
  }

  @Override
  public Future<?> eraseTenant(FileMessage.EraseTenant message) {
    return removing.erase(message);
  }

  @Override
  public Future<?> begin(TransferMessage.Begin message) {
    reserve.require(FileKeys.fileQuota(message.tenant()));
    return creating.begin(message);
  }

  @Override
  public Future<?> claim(TransferMessage.Claim message) {
    return writing.claim(message);
  }

  @Override
  public Future<?> advance(TransferMessage.Advance message) {
    return writing.advance(message);
  }

  @Override
  public Future<?> locate(TransferMessage.Locate message) {
    return reading.locate(message);
  }

  @Override
  public Future<?> redeem(TransferMessage.Redeem message) {
    String tenant = FileAccess.redeems(message.caller(), message.tenant());
    return tickets
        .redeem(tenant, message.ticket(), message.purpose())
        .map(found -> found.orElseThrow(FileAccess::notFound));
  }

  @Override
  public Future<?> audit(TransferMessage.Audit message) {
    Caller operator = FileAccess.audits(message.caller());
    LOG.info("Compares files with their content for {}", operator);
    return sweep().compose(swept -> new Auditing(parts).audit());
  }

  private Future<Void> assemble(RedisLink opened) {
    link = opened;
    reserve = opened.reserve();
    parts =
        new FileParts(
            new FileStore(opened, config),
            new QuotaStore(opened, config),
            new FileIndex(opened),
            new Disk(vertx, storage),
            config,
            new FilesMetrics(registry),
            events);
    tickets = new Tickets(opened);
    removing = new Removing(parts);
    creating = new Creating(parts, ServiceClient.local(bus, SESSIONS_TIMEOUT), removing);
    finishing = new Finishing(parts, removing);
    writing = new Writing(parts, finishing);
    reading = new Reading(parts);
    lists = new FairTurns("files", LISTS, null, registry);
    return reserve
        .watch()
        .compose(seen -> parts.disk().run(FileStorage::id))
        .compose(id -> parts.index().storage(id).map(id::equals))
        .onSuccess(this::shared)
        .mapEmpty();
  }

  private void shared(boolean known) {
    if (!known) {
      LOG.warn(
          "The folder {} is not the one that other nodes use for files: set files.folder",
          config.folder());
    }
  }

  private Future<Void> register() {
    Serving<FileMessage<?>> served = bus.serve(FileMessage.ADDRESS, this::handle);
    consumer = served;
    return served.completion();
  }

  /** Logs a failure without a name here; the asker only learns that the fault is ours. */
  private Future<?> handle(FileMessage<?> message) {
    return message
        .dispatch(this)
        .onFailure(
            failure -> {
              if (!(failure instanceof HoldfastException)) {
                LOG.error("{} failed", message.getClass().getSimpleName(), failure);
              }
            });
  }

  private void watch() {
    long jitter = ThreadLocalRandom.current().nextLong(config.sweep().toMillis());
    vertx.setPeriodic(jitter + 1, config.sweep().toMillis(), timer -> sweepQuietly());
    vertx.setPeriodic(config.audit().toMillis(), timer -> auditQuietly());
  }

  private Future<Integer> sweep() {
    return new Sweeping(parts, finishing, removing).sweep();
  }

  private void sweepQuietly() {
    if (!sweeping) {
      sweeping = true;
      quietly("sweep", this::sweep).onComplete(done -> sweeping = false);
    }
  }

  private void auditQuietly() {
    if (!auditing) {
      auditing = true;
      quietly("audit", () -> new Auditing(parts).audit()).onComplete(done -> auditing = false);
    }
  }

  private static Future<?> quietly(String what, Supplier<Future<?>> step) {
    return step.get()
        .onFailure(failure -> LOG.warn("The {} of files failed: {}", what, failure.getMessage()));
  }
}
