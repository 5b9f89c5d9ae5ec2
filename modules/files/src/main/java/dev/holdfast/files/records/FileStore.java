package dev.holdfast.files.records;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.files.FileSpec;
import dev.holdfast.files.config.FilesConfig;
import dev.holdfast.files.storage.Part;
import dev.holdfast.redis.FileKeys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.redis.Script;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Files in Redis: what is in a file's own slot, the truth of it. One method per script; each is
 * atomic, and they reach Redis in the order of the calls. Used on the context of its link; failures
 * are the link's, and those that are named here.
 */
public final class FileStore {
  private static final int MOST_PARTS = 1_000;
  private static final Script CREATE = script("file_create");
  private static final Script CLAIM = script("file_claim");
  private static final Script ADVANCE = script("file_advance");
  private static final Script READY = script("file_ready");
  private static final Script NOTIFIED = script("file_notified");
  private static final Script MARK = script("file_mark");
  private static final Script REMOVE = script("file_remove");

  private final RedisLink link;
  private final long idleMs;

  public FileStore(RedisLink link, FilesConfig config) {
    this.link = link;
    this.idleMs = config.uploadIdle().toMillis();
  }

  /** A claim that was granted. */
  public record Claimed(long generation, long part, long partLength, long offset) {}

  /**
   * The state of a file after the attempt to end it.
   *
   * @param marked its record; empty: there is none, or it is kept
   * @param due when it will be due, Redis ms; 0: never
   */
  public record Marked(Optional<FileRecord> marked, boolean kept, long due) {}

  public Future<Optional<FileRecord>> get(FileKey file) {
    return link.send("HGETALL", key(file)).map(reply -> FileFields.record(file, reply));
  }

  /** The offset of an upload, and its record. */
  public record Advanced(long offset, FileRecord file) {}

  /**
   * @param deadline Redis ms after which the reservation may be gone
   * @param claimed whether it is made for its first writer: that then has generation and part 1
   */
  public Future<FileRecord> create(
      FileKey file, FileSpec spec, String content, long deadline, boolean claimed) {
    List<Object> args = new ArrayList<>(List.of(deadline, idleMs, claimed ? 1 : 0));
    args.addAll(FileFields.of(spec, content));
    return CREATE.run(link, List.of(key(file)), args).map(reply -> made(file, reply));
  }

  /**
   * Claims an upload; fails with CONFLICT if it does not stand at the offset, with NOT_FOUND if
   * there is none.
   */
  public Future<Claimed> claim(FileKey file, long offset) {
    return CLAIM
        .run(link, List.of(key(file)), List.of(offset, idleMs, MOST_PARTS))
        .map(FileStore::claimed);
  }

  /** Commits bytes of an upload; fails with FENCED, NOT_FOUND, or TOO_LARGE. */
  public Future<Advanced> advance(FileKey file, long generation, Part written, boolean closed) {
    List<Object> args =
        List.of(generation, written.number(), written.length(), closed ? 1 : 0, idleMs);
    return ADVANCE.run(link, List.of(key(file)), args).map(reply -> advanced(file, reply));
  }

  /** Makes a file ready; fails with FENCED, or NOT_FOUND. */
  public Future<FileRecord> ready(FileRecord file, String sha256, String type) {
    List<Object> args = List.of(file.generation(), sha256, type, file.lifeMs());
    return READY.run(link, List.of(key(file.key())), args).map(reply -> visible(file.key(), reply));
  }

  public Future<Boolean> notified(FileKey file) {
    return NOTIFIED.run(link, List.of(key(file)), List.of()).map(reply -> reply.asLong() == 1);
  }

  /**
   * @param onlyDue leaves it if its time has not come
   */
  public Future<Marked> mark(FileKey file, String reason, boolean onlyDue) {
    return MARK.run(link, List.of(key(file)), List.of(reason, onlyDue ? "due" : "any"))
        .map(reply -> marked(file, reply));
  }

  public Future<Void> remove(FileKey file) {
    return REMOVE.run(link, List.of(key(file)), List.of()).mapEmpty();
  }

  private static FileRecord made(FileKey file, Reply reply) {
    return switch (reply.at(0).asText()) {
      case "made" -> FileFields.record(file, reply.at(1)).orElseThrow(FileAccess::notFound);
      case "late" -> throw new HoldfastException(ErrorCode.TIMEOUT, "file: made too late");
      default -> throw new HoldfastException(ErrorCode.CONFLICT, "file: id in use");
    };
  }

  private static Claimed claimed(Reply reply) {
    if (reply.size() == 0) {
      throw FileAccess.notFound();
    }
    return switch (reply.at(0).asText()) {
      case "granted" ->
          new Claimed(
              reply.at(1).asLong(),
              reply.at(2).asLong(),
              reply.at(3).asLong(),
              reply.at(4).asLong());
      case "parts" ->
          throw HoldfastException.withPublicMessage(
              ErrorCode.LIMIT_EXCEEDED, "upload: in too many pieces; begin anew");
      default -> throw standsAt(reply.at(1).asLong());
    };
  }

  static HoldfastException standsAt(long offset) {
    return HoldfastException.withPublicMessage(
        ErrorCode.CONFLICT, "offset: the upload stands at " + offset);
  }

  private static Advanced advanced(FileKey file, Reply reply) {
    if (reply.size() == 0) {
      throw FileAccess.notFound();
    }
    return switch (reply.at(0).asText()) {
      case "at" ->
          new Advanced(
              reply.at(1).asLong(),
              FileFields.record(file, reply.at(2)).orElseThrow(FileAccess::notFound));
      case "fenced" -> throw fenced();
      default ->
          throw HoldfastException.withPublicMessage(
              ErrorCode.TOO_LARGE, "upload: more than its size");
    };
  }

  private static FileRecord visible(FileKey file, Reply reply) {
    if (reply.size() == 0) {
      throw FileAccess.notFound();
    }
    if (reply.size() == 1) {
      throw fenced();
    }
    return FileFields.record(file, reply.at(1)).orElseThrow(FileAccess::notFound);
  }

  private static Marked marked(FileKey file, Reply reply) {
    if (reply.size() == 0) {
      return new Marked(Optional.empty(), false, 0);
    }
    return reply.at(0).asText().equals("kept")
        ? new Marked(Optional.empty(), true, reply.at(1).asLong())
        : new Marked(FileFields.record(file, reply.at(1)), false, 0);
  }

  private static HoldfastException fenced() {
    return HoldfastException.withPublicMessage(
        ErrorCode.FENCED, "upload: somebody else goes on with it");
  }

  private static String key(FileKey file) {
    return FileKeys.file(file.tenant(), file.file());
  }

  private static Script script(String name) {
    return Script.of("files", "file_prelude", name);
  }
}
