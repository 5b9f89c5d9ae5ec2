package dev.holdfast.gateway.page;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The JavaScript client as module client-js has built it.
 *
 * @param tag of its content
 * @param packed the script, compressed by gzip
 */
record ClientFiles(String version, String tag, Buffer script, Buffer packed, Buffer map) {
  private static final String FOLDER = "/dev/holdfast/client/js/";

  /** Read once for all event loops; none if it was not built, as on a platform without esbuild. */
  static final @Nullable ClientFiles FOUND = find();

  private static @Nullable ClientFiles find() {
    if (ClientFiles.class.getResource(FOLDER + "client.js") == null) {
      return null;
    }
    byte[] script = read(FOLDER + "client.js");
    String version = new String(read(FOLDER + "version"), StandardCharsets.UTF_8);
    Buffer map = Buffer.buffer(read(FOLDER + "client.js.map"));
    return new ClientFiles(
        version, tag(script), Buffer.buffer(script), Buffer.buffer(packed(script)), map);
  }

  private static String tag(byte[] content) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
      return '"' + HexFormat.of().formatHex(digest, 0, 8) + '"';
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] packed(byte[] content) {
    var packed = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(packed)) {
      out.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }

  static byte[] read(String path) {
    try (InputStream file = ClientFiles.class.getResourceAsStream(path)) {
      return file.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
