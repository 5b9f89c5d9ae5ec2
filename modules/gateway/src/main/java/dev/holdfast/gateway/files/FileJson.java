package dev.holdfast.gateway.files;

import dev.holdfast.files.FileView;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The metadata of a file, as JSON. */
final class FileJson {
  private FileJson() {}

  static JsonObject of(FileView file) {
    JsonObject json =
        new JsonObject()
            .put("file", file.file())
            .put("name", file.name())
            .put("owner", file.owner())
            .put("size", file.size())
            .put("state", file.ready() ? "ready" : "uploading")
            .put("offset", file.offset())
            .put("version", file.version())
            .put("created", time(file.created()));
    put(json, "session", file.session());
    put(json, "run", file.run());
    put(json, "sha256", file.sha256());
    put(json, "type", file.type());
    put(json, "declaredType", file.declaredType());
    put(json, "expires", file.expires() == 0 ? null : time(file.expires()));
    return json;
  }

  static String time(long ms) {
    return Instant.ofEpochMilli(ms).toString();
  }

  private static void put(JsonObject json, String name, @Nullable String value) {
    if (value != null) {
      json.put(name, value);
    }
  }
}
