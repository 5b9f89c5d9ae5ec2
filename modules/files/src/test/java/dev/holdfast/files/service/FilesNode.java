package dev.holdfast.files.service;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.files.AuditReport;
import dev.holdfast.files.FileMessage;
import dev.holdfast.files.FileSpec;
import dev.holdfast.files.FileView;
import dev.holdfast.files.FilesClient;
import dev.holdfast.files.TransferMessage;
import dev.holdfast.files.config.FilesConfig;
import dev.holdfast.files.config.TenantFiles;
import dev.holdfast.files.storage.FileStorage;
import dev.holdfast.files.storage.FolderStorage;
import dev.holdfast.files.transfer.Transfers;
import dev.holdfast.redis.FileKeys;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.sessions.service.SessionsVerticle;
import dev.holdfast.sessions.store.SessionsConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** One node's files service with a Vert.x of its own, as tests want it. */
final class FilesNode implements AutoCloseable {
  static final Caller.Service OPERATOR =
      new Caller.Service("operator", "one", Set.of("*"), Set.of("erase:files"));

  final Vertx vertx = Vertx.vertx();
  final Bus bus = new Bus(vertx);
  final ServiceClient client = ServiceClient.local(bus, Duration.ofSeconds(10));
  final FilesClient files = new FilesClient(client);
  final List<FileEvent> events = new CopyOnWriteArrayList<>();
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final FilesConfig config;
  final FileStorage storage;
  final Transfers transfers;
  private final RedisLink raw;

  private FilesNode(
      String redis,
      FilesConfig config,
      FileStorage storage,
      Function<FileEvent, Future<Void>> emitter,
      boolean fresh) {
    this.config = config;
    this.storage = storage;
    this.transfers = new Transfers(vertx, client, storage, config);
    RedisConfig at = RedisConfig.of(redis).withConnectTimeout(Duration.ofSeconds(20));
    raw = await(RedisLink.open(vertx, at, "test", meters));
    if (fresh) {
      redis("FLUSHALL");
    }
    await(
        vertx.deployVerticle(
            new SessionsVerticle(
                bus, at, SessionsConfig.defaults(), e -> Future.succeededFuture(), meters)));
    Function<FileEvent, Future<Void>> noted =
        event -> {
          events.add(event);
          return emitter.apply(event);
        };
    await(vertx.deployVerticle(new FilesVerticle(bus, at, config, storage, noted, meters)));
  }

  /** The first at this Redis, which is emptied: a folder of its own goes with it. */
  static FilesNode first(String redis, FilesConfig config) {
    return first(redis, config, folder(config));
  }

  static FilesNode first(String redis, FilesConfig config, FileStorage storage) {
    return new FilesNode(redis, config, storage, event -> Future.succeededFuture(), true);
  }

  private static FileStorage folder(FilesConfig config) {
    try {
      return FolderStorage.open(config.folder());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static FilesNode start(String redis, FilesConfig config) {
    return start(redis, config, event -> Future.succeededFuture());
  }

  static FilesNode start(
      String redis, FilesConfig config, Function<FileEvent, Future<Void>> emitter) {
    return new FilesNode(redis, config, folder(config), emitter, false);
  }

  /** Nothing happens by itself: tests sweep and compare when they want. */
  static FilesConfig quiet(Path folder) {
    return new FilesConfig(
        folder,
        TenantFiles.DEFAULTS,
        Map.of(),
        Duration.ofHours(1),
        Duration.ofSeconds(10),
        Duration.ofHours(1),
        Duration.ofDays(1),
        Duration.ofDays(1),
        Duration.ofMinutes(1));
  }

  static FilesConfig limited(Path folder, TenantFiles limits) {
    FilesConfig quiet = quiet(folder);
    return new FilesConfig(
        folder,
        limits,
        Map.of(),
        quiet.uploadIdle(),
        quiet.stall(),
        quiet.sweep(),
        quiet.audit(),
        quiet.orphanAge(),
        quiet.retry());
  }

  /** An upload that has begun. */
  FileView begin(Caller.User user, String name, long size) {
    return await(client.ask(new FileMessage.Create(user, user.tenant(), FileSpec.of(name, size))));
  }

  /** A file that is ready. */
  FileView put(Caller.User user, String name, byte[] bytes) {
    return put(user, FileSpec.of(name, bytes.length), bytes);
  }

  FileView put(Caller.User user, FileSpec spec, byte[] bytes) {
    return await(files.put(user, user.tenant(), spec, offset -> piece(bytes, offset)));
  }

  static Future<byte[]> piece(byte[] bytes, long offset) {
    int to = (int) Math.min(bytes.length, offset + FileMessage.MAX_CHUNK);
    return Future.succeededFuture(Arrays.copyOfRange(bytes, (int) offset, to));
  }

  byte[] read(Caller caller, FileView file) {
    var all = new java.io.ByteArrayOutputStream();
    await(files.get(caller, file.tenant(), file.file(), bytes -> taken(all, bytes)));
    return all.toByteArray();
  }

  private static Future<Void> taken(java.io.ByteArrayOutputStream all, byte[] bytes) {
    all.writeBytes(bytes);
    return Future.succeededFuture();
  }

  FileView stat(Caller caller, FileView file) {
    return await(client.ask(new FileMessage.Stat(caller, file.tenant(), file.file())));
  }

  void delete(Caller caller, FileView file) {
    await(client.ask(new FileMessage.Delete(caller, file.tenant(), file.file())));
  }

  List<String> names(Caller caller, String tenant, String prefix) {
    var message = new FileMessage.ListFiles(caller, tenant, null, null, prefix, "", 200);
    return await(client.ask(message)).files().stream().map(FileView::name).toList();
  }

  /** After everything that is due was looked at. */
  AuditReport audit() {
    return await(client.ask(new TransferMessage.Audit(OPERATOR)));
  }

  /** Bytes and files that the tenant's quota counts. */
  List<Long> quota(String tenant) {
    Reply reply = redis("HMGET", FileKeys.fileQuota(tenant), "#bytes", "#count");
    return List.of(reply.at(0).longOr(0), reply.at(1).longOr(0));
  }

  /** Makes what is due at some time due now. */
  void dueNow(FileView file) {
    redis("ZADD", FileKeys.fileDue(Keys.shard(file.file())), 1, file.tenant() + "!" + file.file());
  }

  /** All keys that name the tenant. */
  List<String> keysOf(String tenant) {
    return redis("KEYS", "hf:*{" + tenant + "!*").list().stream().map(Reply::asText).toList();
  }

  Reply redis(String command, Object... args) {
    return await(raw.send(command, args));
  }

  static Caller.User user(String tenant, String user) {
    return new Caller.User(tenant, user, Set.of(), Set.of("create:file"));
  }

  static Caller.Service service(String tenant) {
    return new Caller.Service("agents", "one", Set.of(tenant), Set.of());
  }

  static String tenant() {
    return "t" + Ids.fresh();
  }

  static byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    new java.util.Random(size).nextBytes(bytes);
    return bytes;
  }

  static <A> A await(Future<A> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException named) {
        throw named;
      }
      throw new AssertionError(e);
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  static ErrorCode code(Future<?> asked) {
    try {
      throw new AssertionError("not refused: " + await(asked));
    } catch (HoldfastException e) {
      return e.code();
    }
  }

  @Override
  public void close() {
    await(vertx.close());
  }
}
