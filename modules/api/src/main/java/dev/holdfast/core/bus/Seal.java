package dev.holdfast.core.bus;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Proves who sent a frame of the bus, by an HMAC over all of it: addresses, headers and content.
 * Nodes share one key; a service has one that is computed of theirs and of what it is granted, so
 * that a node knows from the frame what its sender may say. Services can't check anybody: they
 * believe who is on the bus. Safe on any thread.
 */
public final class Seal {
  /** The seal of a process whose bus has no secret: it seals nothing, and checks nothing. */
  public static final Seal NONE = new Seal(null, null, "");

  private static final String ALGORITHM = "HmacSHA256";
  private static final int BYTES = 32;

  /** Services in a cluster are fewer; what is not kept is computed anew. */
  private static final int MOST_KNOWN = 1_000;

  private final byte @Nullable [] nodes;
  private final byte[] grant;
  private final @Nullable ThreadLocal<Mac> own;
  private final Map<String, Known> known = new ConcurrentHashMap<>();

  private record Known(Grant grant, byte[] key) {}

  private Seal(byte @Nullable [] nodes, byte @Nullable [] own, String grant) {
    this.nodes = nodes;
    this.own = own == null ? null : ThreadLocal.withInitial(() -> mac(own));
    this.grant = grant.getBytes(StandardCharsets.UTF_8);
  }

  /** Makes the seal of a process that may say everything, and checks others. */
  public static Seal ofNode(byte[] key) {
    return new Seal(key.clone(), key.clone(), "");
  }

  /**
   * @param key as {@link #key} computes it
   */
  public static Seal ofService(Grant grant, byte[] key) {
    return new Seal(null, key.clone(), grant.text());
  }

  /** Computes the key by which a service proves that it has been granted this. */
  public static byte[] key(byte[] nodes, Grant grant) {
    return key(nodes, grant.text());
  }

  private static byte[] key(byte[] nodes, String grant) {
    return mac(nodes).doFinal(grant.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Appends the proof.
   *
   * @param from where the frame begins
   */
  public void write(int from, Buffer frame) {
    if (own == null) {
      return;
    }
    frame.appendShort((short) grant.length).appendBytes(grant);
    frame.appendBytes(own.get().doFinal(frame.getBytes(from, frame.length())));
  }

  /**
   * Returns what the sender of a frame may say; none: everything.
   *
   * @param end of the content; the proof stands there
   * @throws HoldfastException FORBIDDEN if the frame has no good one
   */
  public @Nullable Grant read(Buffer frame, int end) {
    if (nodes == null) {
      return null;
    }
    int length = end + 2 <= frame.length() ? frame.getUnsignedShort(end) : frame.length();
    int content = end + 2 + length;
    if (content + BYTES != frame.length()) {
      throw refused();
    }
    String said = frame.getString(end + 2, content);
    byte[] proof = frame.getBytes(content, content + BYTES);
    byte[] sealed = frame.getBytes(0, content);
    if (said.isEmpty()) {
      check(Objects.requireNonNull(own, "a node has a key").get(), sealed, proof);
      return null;
    }
    return ofService(nodes, said, sealed, proof);
  }

  private Grant ofService(byte[] nodes, String said, byte[] sealed, byte[] proof) {
    Known kept = known.get(said);
    byte[] key = kept == null ? key(nodes, said) : kept.key();
    check(mac(key), sealed, proof);
    if (kept != null) {
      return kept.grant();
    }
    if (known.size() >= MOST_KNOWN) {
      known.clear();
    }
    Grant granted = Grant.parse(said);
    known.put(said, new Known(granted, key));
    return granted;
  }

  private static void check(Mac mac, byte[] sealed, byte[] proof) {
    if (!MessageDigest.isEqual(proof, mac.doFinal(sealed))) {
      throw refused();
    }
  }

  private static HoldfastException refused() {
    return HoldfastException.withPublicMessage(
        ErrorCode.FORBIDDEN, "a frame without a proof of its sender");
  }

  private static Mac mac(byte[] key) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + ALGORITHM, e);
    }
  }
}
