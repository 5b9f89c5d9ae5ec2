package dev.holdfast.files.records;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.files.FileSpec;
import dev.holdfast.files.config.FilesConfig;
import dev.holdfast.files.config.TenantFiles;
import dev.holdfast.redis.FileKeys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.redis.Script;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The quota of a tenant's files, in the tenant's slot: totals, and an entry per file, which makes
 * reserving and giving back safe to repeat. An entry is written before a file's record and removed
 * after it, and says where the file is in the indexes. Used on the context of its link.
 */
public final class QuotaStore {
  private static final Script RESERVE = Script.of("files", "file_prelude", "quota_reserve");
  private static final Script RELEASE = Script.of("files", "quota_release");
  private static final String TOTAL_BYTES = "#bytes";
  private static final String TOTAL_FILES = "#count";

  private final RedisLink link;
  private final FilesConfig config;

  public QuotaStore(RedisLink link, FilesConfig config) {
    this.link = link;
    this.config = config;
  }

  /**
   * The reservation of a file.
   *
   * @param session that it belongs to, if it does
   */
  public record Entry(
      String file, long bytes, String owner, @Nullable String session, String name) {}

  /** Some of a tenant's entries; {@code cursor} is {@code 0} at the end. */
  public record Scan(List<Entry> entries, String cursor) {}

  public record Totals(long bytes, long files) {}

  /**
   * Reserves a file, and answers Redis time in ms; fails with LIMIT_EXCEEDED if it would be too
   * much, and reserves nothing then.
   *
   * @param byUser whether the owner makes it, who then is held to a user's share
   */
  public Future<Long> reserve(FileKey file, FileSpec spec, boolean byUser) {
    TenantFiles limits = config.of(file.tenant());
    long mostBytes = byUser ? limits.userBytes() : limits.bytes();
    long mostFiles = byUser ? limits.userFiles() : limits.files();
    String owner = Objects.requireNonNull(spec.owner(), "owner");
    String session = spec.session() == null ? "" : spec.session();
    String entry = spec.size() + "\n" + owner + "\n" + session + "\n" + spec.name();
    List<Object> args =
        List.of(
            file.file(),
            spec.size(),
            entry,
            limits.bytes(),
            limits.files(),
            owner,
            mostBytes,
            mostFiles);
    return RESERVE
        .run(link, List.of(FileKeys.fileQuota(file.tenant())), args)
        .map(QuotaStore::reserved);
  }

  public Future<Boolean> release(FileKey file) {
    return RELEASE
        .run(link, List.of(FileKeys.fileQuota(file.tenant())), List.of(file.file()))
        .map(reply -> reply.asLong() == 1);
  }

  public Future<Optional<Entry>> entry(FileKey file) {
    return link.send("HGET", FileKeys.fileQuota(file.tenant()), file.file())
        .map(
            reply ->
                reply.isNull()
                    ? Optional.empty()
                    : Optional.of(entry(file.file(), reply.asText())));
  }

  public Future<Totals> totals(String tenant) {
    return link.send("HMGET", FileKeys.fileQuota(tenant), TOTAL_BYTES, TOTAL_FILES)
        .map(reply -> new Totals(reply.at(0).longOr(0), reply.at(1).longOr(0)));
  }

  /** Returns about {@code count} entries; each one that stays comes at least once until the end. */
  public Future<Scan> scan(String tenant, String cursor, int count) {
    return link.send("HSCAN", FileKeys.fileQuota(tenant), cursor, "COUNT", count)
        .map(QuotaStore::scanned);
  }

  private static long reserved(Reply reply) {
    return switch (reply.asText()) {
      case "bytes" ->
          throw HoldfastException.withPublicMessage(
              ErrorCode.LIMIT_EXCEEDED, "quota: the tenant's files would take too many bytes");
      case "count" ->
          throw HoldfastException.withPublicMessage(
              ErrorCode.LIMIT_EXCEEDED, "quota: the tenant has too many files");
      case "user" ->
          throw HoldfastException.withPublicMessage(
              ErrorCode.LIMIT_EXCEEDED, "quota: the user's files would take more than its share");
      default -> reply.asLong();
    };
  }

  private static Scan scanned(Reply reply) {
    List<Entry> entries = new ArrayList<>();
    Reply flat = reply.at(1);
    for (int i = 0; i + 1 < flat.size(); i += 2) {
      String field = flat.at(i).asText();
      if (!field.startsWith("#")) {
        entries.add(entry(field, flat.at(i + 1).asText()));
      }
    }
    return new Scan(entries, reply.at(0).asText());
  }

  private static Entry entry(String file, String text) {
    String[] lines = text.split("\n", 4);
    String session = lines[2].isEmpty() ? null : lines[2];
    return new Entry(file, Long.parseLong(lines[0]), lines[1], session, lines[3]);
  }
}
