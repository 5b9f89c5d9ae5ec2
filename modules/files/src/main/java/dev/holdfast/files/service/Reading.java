package dev.holdfast.files.service;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.files.FileAnswer;
import dev.holdfast.files.FileMessage;
import dev.holdfast.files.FileView;
import dev.holdfast.files.TransferMessage;
import dev.holdfast.files.records.FileAccess;
import dev.holdfast.files.records.FileIndex;
import dev.holdfast.files.records.FileKey;
import dev.holdfast.files.records.FileRecord;
import dev.holdfast.redis.FileKeys;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Answers what can be known of files. Confined to the verticle's context. */
final class Reading {
  private final FileParts parts;

  Reading(FileParts parts) {
    this.parts = parts;
  }

  Future<FileAnswer.Located> locate(TransferMessage.Locate message) {
    return parts
        .findReady(message.caller(), message.tenant(), message.file())
        .map(file -> new FileAnswer.Located(file.view(), file.content()));
  }

  Future<FileAnswer.Chunk> read(FileMessage.Read message) {
    return parts
        .findReady(message.caller(), message.tenant(), message.file())
        .compose(file -> read(file, message.offset(), message.length()));
  }

  Future<FileAnswer.Page> list(FileMessage.ListFiles message) {
    Optional<String> owner = FileAccess.lists(message.caller(), message.tenant(), message.owner());
    if (owner.isEmpty()) {
      return Future.succeededFuture(new FileAnswer.Page(List.of(), null));
    }
    String after = decoded(message.after());
    return parts
        .index()
        .range(index(message, owner.get()), message.prefix(), after, message.limit())
        .compose(found -> page(message, owner.get(), found));
  }

  private Future<FileAnswer.Chunk> read(FileRecord file, long offset, int length) {
    long size = file.view().size();
    if (offset > size) {
      return Future.failedFuture(
          HoldfastException.withPublicMessage(ErrorCode.RANGE_INVALID, "offset: 0 to " + size));
    }
    return parts
        .disk()
        .run(file.key().tenant(), storage -> storage.read(file.content(), offset, length))
        .map(bytes -> new FileAnswer.Chunk(bytes, size));
  }

  private static String index(FileMessage.ListFiles message, String owner) {
    String session = message.session();
    if (session != null) {
      return FileKeys.sessionFiles(message.tenant(), session);
    }
    return owner.equals("*")
        ? FileKeys.tenantFiles(message.tenant())
        : FileKeys.userFiles(message.tenant(), owner);
  }

  private Future<FileAnswer.Page> page(
      FileMessage.ListFiles message, String owner, List<FileIndex.Named> found) {
    List<Future<Optional<FileRecord>>> records = new ArrayList<>();
    for (FileIndex.Named named : found) {
      records.add(parts.store().get(new FileKey(message.tenant(), named.file())));
    }
    boolean more = found.size() == message.limit();
    String next = more ? encoded(found.get(found.size() - 1).member()) : null;
    return Future.all(records).map(done -> new FileAnswer.Page(views(owner, records), next));
  }

  private static List<FileView> views(String owner, List<Future<Optional<FileRecord>>> records) {
    return records.stream()
        .flatMap(record -> record.result().stream())
        .filter(FileRecord::ready)
        .filter(file -> owner.equals("*") || owner.equals(file.owner()))
        .map(FileRecord::view)
        .toList();
  }

  private static String encoded(String member) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(member.getBytes(StandardCharsets.UTF_8));
  }

  private static String decoded(String after) {
    try {
      return new String(Base64.getUrlDecoder().decode(after), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, "after: not of a page");
    }
  }
}
