package dev.holdfast.files.records;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.files.FileSpec;
import dev.holdfast.files.FileView;
import dev.holdfast.files.storage.Part;
import dev.holdfast.redis.Reply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A file's record as the fields of a hash, and back. */
final class FileFields {
  private FileFields() {}

  /** Fields and values by turns, of a file that begins. */
  static List<Object> of(FileSpec spec, String content) {
    List<Object> fields = new ArrayList<>();
    put(fields, "owner", spec.owner());
    put(fields, "session", spec.session());
    put(fields, "run", spec.run());
    put(fields, "name", spec.name());
    put(fields, "size", Long.toString(spec.size()));
    put(fields, "declared", spec.contentType());
    put(fields, "wanted", spec.sha256());
    put(fields, "life", Long.toString(spec.lifeMs()));
    put(fields, "content", content);
    return fields;
  }

  /**
   * @param hash fields and values by turns
   * @return empty: there is no record, or not enough of it is left
   */
  static Optional<FileRecord> record(FileKey key, Reply hash) {
    Map<String, String> fields = new HashMap<>();
    for (int i = 0; i + 1 < hash.size(); i += 2) {
      fields.put(hash.at(i).asText(), hash.at(i + 1).asText());
    }
    return fields.containsKey("content") ? Optional.of(record(key, fields)) : Optional.empty();
  }

  private static FileRecord record(FileKey key, Map<String, String> fields) {
    FileState state = FileState.valueOf(text(fields, "state").toUpperCase(Locale.ROOT));
    return new FileRecord(
        key,
        state,
        view(key, fields, state),
        text(fields, "content"),
        number(fields, "life"),
        fields.get("wanted"),
        number(fields, "gen"),
        parts(fields.getOrDefault("parts", "")),
        number(fields, "told") == 1,
        "ready".equals(fields.get("was")),
        fields.get("reason"));
  }

  private static FileView view(FileKey key, Map<String, String> fields, FileState state) {
    return new FileView(
        key.tenant(),
        key.file(),
        text(fields, "owner"),
        fields.get("session"),
        fields.get("run"),
        text(fields, "name"),
        number(fields, "size"),
        number(fields, "off"),
        fields.get("sha"),
        fields.get("declared"),
        fields.get("type"),
        state == FileState.READY,
        number(fields, "ver"),
        number(fields, "created"),
        number(fields, state == FileState.UPLOADING ? "due" : "exp"));
  }

  private static List<Part> parts(String text) {
    List<Part> parts = new ArrayList<>();
    for (String part : text.isEmpty() ? new String[0] : text.split(",")) {
      int colon = part.indexOf(':');
      parts.add(
          new Part(
              Long.parseLong(part.substring(0, colon)), Long.parseLong(part.substring(colon + 1))));
    }
    return parts;
  }

  /** Returns a field that each record has. */
  private static String text(Map<String, String> fields, String name) {
    String value = fields.get(name);
    if (value == null) {
      throw new HoldfastException(ErrorCode.INTERNAL, "file: its record has no " + name);
    }
    return value;
  }

  private static long number(Map<String, String> fields, String name) {
    return Long.parseLong(fields.getOrDefault(name, "0"));
  }

  private static void put(List<Object> fields, String name, @Nullable String value) {
    if (value != null) {
      fields.add(name);
      fields.add(value);
    }
  }
}
