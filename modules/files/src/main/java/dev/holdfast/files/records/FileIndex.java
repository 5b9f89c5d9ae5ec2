package dev.holdfast.files.records;

import dev.holdfast.files.FileSpec;
import dev.holdfast.redis.FileKeys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.redis.Script;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The indexes of files: by name for tenant, owner and session; by the time at which they have to be
 * looked at; by content. Hints all of them: written before a file's record, removed after it, and
 * checked against it when read. Used on the context of its link.
 */
public final class FileIndex {
  private static final Script DUE = Script.of("files", "file_prelude", "file_due");

  /** Between name and id of a member; no name holds it. */
  private static final char SEPARATOR = '\u0000';

  private final RedisLink link;

  public FileIndex(RedisLink link) {
    this.link = link;
  }

  /** A file that is to be looked at, with the score that it had. */
  public record Due(FileKey file, long score) {}

  /** A file by its name; {@code member} is how the index has it. */
  public record Named(String file, String member) {}

  /** Redis time in ms. */
  public Future<Long> now() {
    return link.send("TIME").map(time -> time.at(0).asLong() * 1_000 + time.at(1).asLong() / 1_000);
  }

  /** Adds a file to the indexes, before its record is made. */
  public Future<Void> add(FileKey file, FileSpec spec, String content) {
    String member = member(spec.name(), file.file());
    List<Future<?>> written = new ArrayList<>();
    written.add(list(file.tenant()));
    written.add(link.send("SET", FileKeys.fileContent(content), file.toString()));
    String owner = Objects.requireNonNull(spec.owner(), "owner");
    for (String key : keys(file.tenant(), owner, spec.session())) {
      written.add(link.send("ZADD", key, 0, member));
    }
    return Future.all(written).mapEmpty();
  }

  /**
   * Removes a file from the indexes once its record is as good as gone; its id is never used again.
   */
  public Future<Void> remove(FileKey file, QuotaStore.Entry entry) {
    String member = member(entry.name(), file.file());
    List<Future<?>> written = new ArrayList<>();
    for (String key : keys(file.tenant(), entry.owner(), entry.session())) {
      written.add(link.send("ZREM", key, member));
    }
    return Future.all(written).mapEmpty();
  }

  /** Returns the file that content belongs to; empty: to none. */
  public Future<Optional<FileKey>> ofContent(String content) {
    return link.send("GET", FileKeys.fileContent(content))
        .map(
            reply ->
                reply.isNull() ? Optional.empty() : Optional.of(FileKey.parse(reply.asText())));
  }

  /** Forgets content that is gone. */
  public Future<Void> forget(String content) {
    return link.send("DEL", FileKeys.fileContent(content)).mapEmpty();
  }

  /** Returns files by their names. */
  public Future<List<Named>> range(String key, String prefix, String after, int limit) {
    Object from = after.isEmpty() ? "[" + prefix : "(" + after;
    Object to = prefix.isEmpty() ? "+" : beyond(prefix);
    return link.send("ZRANGEBYLEX", key, from, to, "LIMIT", 0, limit)
        .map(reply -> reply.list().stream().map(FileIndex::named).toList());
  }

  /** Adds a tenant to those that have files. */
  public Future<Void> list(String tenant) {
    return link.send("SADD", FileKeys.fileTenants(), tenant).mapEmpty();
  }

  /** Takes a tenant from those that have files. */
  public Future<Void> unlist(String tenant) {
    return link.send("SREM", FileKeys.fileTenants(), tenant).mapEmpty();
  }

  public Future<List<String>> tenants() {
    return link.send("SMEMBERS", FileKeys.fileTenants())
        .map(reply -> reply.list().stream().map(Reply::asText).toList());
  }

  /** Sets the Redis time in ms at which a file is looked at. */
  public Future<Void> setDue(FileKey file, long at) {
    return setDue(file, Long.toString(at));
  }

  /** Sets the time at which a file is looked at, in ms from now. */
  public Future<Void> setDueIn(FileKey file, long ms) {
    return setDue(file, "+" + ms);
  }

  private Future<Void> setDue(FileKey file, String at) {
    List<Object> args = List.of(file.toString(), "", at);
    return DUE.run(link, List.of(FileKeys.fileDue(file.shard())), args).mapEmpty();
  }

  public Future<Void> unsetDue(FileKey file) {
    return link.send("ZREM", FileKeys.fileDue(file.shard()), file.toString()).mapEmpty();
  }

  public Future<Boolean> isDue(FileKey file) {
    return link.send("ZSCORE", FileKeys.fileDue(file.shard()), file.toString())
        .map(reply -> !reply.isNull());
  }

  /** Returns up to {@code limit} files that are due, the earliest first. */
  public Future<List<Due>> due(int shard, long now, int limit) {
    return link.send(
            "ZRANGEBYSCORE", FileKeys.fileDue(shard), "-inf", now, "WITHSCORES", "LIMIT", 0, limit)
        .map(FileIndex::dues);
  }

  /** Moves a due entry; false: somebody else has done so since it was read. */
  public Future<Boolean> postpone(Due due, long to) {
    List<Object> args = List.of(due.file().toString(), due.score(), to);
    return DUE.run(link, List.of(FileKeys.fileDue(due.file().shard())), args)
        .map(reply -> reply.asLong() == 1);
  }

  /**
   * Returns the id of the storage that goes with this Redis: the first that ever came. Read before
   * it is written, so that a node can start while Redis is full.
   */
  public Future<String> storage(String id) {
    return link.send("GET", FileKeys.fileStorage())
        .compose(kept -> kept.isNull() ? firstStorage(id) : Future.succeededFuture(kept))
        .map(Reply::asText);
  }

  private Future<Reply> firstStorage(String id) {
    return link.send("SET", FileKeys.fileStorage(), id, "NX")
        .compose(set -> link.send("GET", FileKeys.fileStorage()));
  }

  private static List<String> keys(String tenant, String owner, @Nullable String session) {
    List<String> keys = new ArrayList<>();
    keys.add(FileKeys.tenantFiles(tenant));
    keys.add(FileKeys.userFiles(tenant, owner));
    if (session != null) {
      keys.add(FileKeys.sessionFiles(tenant, session));
    }
    return keys;
  }

  private static String member(String name, String file) {
    return name + SEPARATOR + file;
  }

  private static Named named(Reply reply) {
    String member = reply.asText();
    return new Named(member.substring(member.indexOf(SEPARATOR) + 1), member);
  }

  /** The least bound that no name with this prefix reaches: UTF-8 has no byte 255. */
  private static byte[] beyond(String prefix) {
    byte[] text = ("(" + prefix).getBytes(StandardCharsets.UTF_8);
    byte[] bound = java.util.Arrays.copyOf(text, text.length + 1);
    bound[text.length] = (byte) 0xff;
    return bound;
  }

  private static List<Due> dues(Reply reply) {
    List<Due> dues = new ArrayList<>();
    for (int i = 0; i + 1 < reply.size(); i += 2) {
      dues.add(new Due(FileKey.parse(reply.at(i).asText()), reply.at(i + 1).asLong()));
    }
    return dues;
  }
}
