package dev.holdfast.redis;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * A Lua script: a file of the class path, run by its digest (EVALSHA).
 *
 * <p>Order: a link writes SCRIPT LOAD right before the first EVALSHA of a script on each of its
 * connections, in the same stream, so a script is always there when it is called, and nothing has
 * to be repeated, which would reorder. Only {@code SCRIPT FLUSH} by somebody else can make Redis
 * answer NOSCRIPT. That call has changed nothing. It is repeated (after another SCRIPT LOAD) if
 * nothing was written on the link after it; otherwise it fails with UNAVAILABLE, because a
 * repetition would come after what was written later. Publishers resend in order; that is what
 * restores theirs.
 *
 * <p>Immutable; one instance serves all links.
 */
public final class Script {
  /** What runs scripts: a link. */
  public interface Runner {
    /** Runs a script, as {@link Script#run} says. */
    Future<Reply> run(Script script, List<String> keys, List<Object> args);
  }

  private final String name;
  private final byte[] text;
  private final byte[] digest;

  private Script(String name, byte[] text) {
    this.name = name;
    this.text = text;
    this.digest = sha1(text);
  }

  /**
   * Reads {@code /dev/holdfast/<module>/<name>.lua} from the class path, for each name, and joins
   * them to one script. The last file is the script; the others hold local functions that it uses.
   *
   * @throws IllegalArgumentException if a file is missing
   */
  public static Script of(String module, String... names) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    for (String name : names) {
      text.writeBytes(read("/dev/holdfast/" + module + "/" + name + ".lua"));
    }
    return new Script(names[names.length - 1], text.toByteArray());
  }

  private static byte[] read(String path) {
    try (InputStream file = Script.class.getResourceAsStream(path)) {
      if (file == null) {
        throw new IllegalArgumentException("no script " + path + " on the class path");
      }
      return file.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Runs the script once, atomically.
   *
   * @param args strings, numbers, booleans, {@code byte[]}, {@link Buffer}, or {@link ShardValue}s
   * @return its answer; or UNAVAILABLE (outcome unknown, unless the message says otherwise),
   *     STORE_FULL (nothing changed), or INTERNAL (an error in the script)
   */
  public Future<Reply> run(Runner link, List<String> keys, List<Object> args) {
    return link.run(this, keys, args);
  }

  /** Returns the arguments of EVALSHA: digest, number of keys, keys, arguments. */
  Object[] call(List<String> keys, List<Object> args) {
    Object[] call = new Object[2 + keys.size() + args.size()];
    int at = 0;
    call[at++] = digest;
    call[at++] = keys.size();
    for (String key : keys) {
      call[at++] = key;
    }
    for (Object arg : args) {
      call[at++] = arg;
    }
    return call;
  }

  byte[] text() {
    return text;
  }

  @Override
  public String toString() {
    return name;
  }

  private static byte[] sha1(byte[] text) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-1").digest(text);
      return HexFormat.of().formatHex(digest).getBytes(StandardCharsets.US_ASCII);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-1", e);
    }
  }
}
