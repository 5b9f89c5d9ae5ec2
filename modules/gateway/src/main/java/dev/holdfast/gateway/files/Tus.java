package dev.holdfast.gateway.files;

import dev.holdfast.files.FileView;
import dev.holdfast.files.transfer.Checksum;
import dev.holdfast.gateway.http.Problem;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The headers and values of tus 1.0, the protocol of resumable uploads. */
final class Tus {
  static final String VERSION = "1.0.0";
  static final String RESUMABLE = "Tus-Resumable";
  static final String BODY_TYPE = "application/offset+octet-stream";
  static final String LENGTH = "Upload-Length";
  static final String OFFSET = "Upload-Offset";
  static final String METADATA = "Upload-Metadata";
  static final String CHECKSUM = "Upload-Checksum";
  static final String EXPIRES = "Upload-Expires";
  static final String DEFER = "Upload-Defer-Length";

  private static final String EXTENSIONS =
      "creation,creation-with-upload,expiration,checksum,termination";
  private static final int MOST_METADATA = 4_096;

  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US);

  private Tus() {}

  static boolean isTus(HttpServerRequest request) {
    return request.headers().contains(RESUMABLE);
  }

  static void describe(HttpServerResponse response) {
    response
        .setStatusCode(204)
        .putHeader(RESUMABLE, VERSION)
        .putHeader("Tus-Version", VERSION)
        .putHeader("Tus-Extension", EXTENSIONS)
        .putHeader("Tus-Checksum-Algorithm", String.join(",", Checksum.algorithms()))
        .end();
  }

  /** Refuses versions that are not supported. */
  static void check(FileRequest request) {
    if (!VERSION.equals(request.header(RESUMABLE))) {
      request.response().putHeader("Tus-Version", VERSION);
      throw Problem.of(412, "tus: version " + VERSION + " alone");
    }
  }

  /** Adds the headers of an upload's state. */
  static HttpServerResponse stands(HttpServerResponse response, FileView upload, long offset) {
    response.putHeader(RESUMABLE, VERSION).putHeader(OFFSET, Long.toString(offset));
    if (!upload.ready()) {
      Instant end = Instant.ofEpochMilli(upload.expires());
      response.putHeader(EXPIRES, HTTP_DATE.format(end.atOffset(ZoneOffset.UTC)));
    }
    return response;
  }

  /**
   * Reads {@code key base64,key base64}. Fails with BAD_REQUEST if it is malformed, or has a key
   * twice.
   */
  static Map<String, String> metadata(@Nullable String header) {
    Map<String, String> metadata = new HashMap<>();
    if (header == null || header.isBlank()) {
      return metadata;
    }
    if (header.length() > MOST_METADATA) {
      throw FileRequest.bad("metadata: at most " + MOST_METADATA + " characters");
    }
    for (String pair : header.split(",")) {
      String[] parts = pair.strip().split(" +", 2);
      if (metadata.put(parts[0], parts.length < 2 ? "" : decoded(parts[1])) != null) {
        throw FileRequest.bad("metadata: a key twice");
      }
    }
    return metadata;
  }

  private static String decoded(String base64) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(base64.strip()));
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (IllegalArgumentException | CharacterCodingException e) {
      throw FileRequest.bad("metadata: UTF-8 in Base64");
    }
  }
}
