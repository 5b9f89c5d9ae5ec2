package dev.holdfast.gateway.files;

import dev.holdfast.files.FileSpec;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads the description of a new file from a request. */
final class FileSpecs {
  private static final long MS = 1_000;

  private FileSpecs() {}

  /** Reads tus' metadata; its clients name {@code filename} and {@code filetype}. */
  static FileSpec ofMetadata(FileRequest request, long size, Map<String, String> metadata) {
    Function<String, @Nullable String> member = name -> blankIsNull(metadata.get(name));
    String name = metadata.getOrDefault("filename", metadata.get("name"));
    String type = metadata.getOrDefault("filetype", metadata.get("type"));
    return spec(request, name, size, blankIsNull(type), member);
  }

  /** Reads the query; the declared type is the body's. */
  static FileSpec ofQuery(FileRequest request, long size) {
    return spec(
        request, request.query("name"), size, request.header("content-type"), request::query);
  }

  private static FileSpec spec(
      FileRequest request,
      @Nullable String name,
      long size,
      @Nullable String type,
      Function<String, @Nullable String> member) {
    Long seconds = request.number("expires", member.apply("expires"));
    return new FileSpec(
        name == null ? "" : name,
        size,
        type,
        member.apply("sha256"),
        member.apply("owner"),
        member.apply("session"),
        member.apply("run"),
        seconds == null ? 0 : Math.min(seconds, Long.MAX_VALUE / MS) * MS);
  }

  private static @Nullable String blankIsNull(@Nullable String text) {
    return text == null || text.isBlank() ? null : text;
  }
}
