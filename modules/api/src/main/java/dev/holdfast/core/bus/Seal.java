package dev.holdfast.core.bus;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.shareddata.Shareable;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Proves who sent a frame of the bus, by an HMAC over all of it: addresses, headers and content.
 * Nodes share one key; a service has one that is computed of theirs and of what it is granted, so
 * that a node knows from the frame what its sender may say. Services can't check anybody: they
 * believe who is on the bus. Safe on any thread.
 */
public final class Seal implements Shareable {
  /** The seal of a process whose bus has no secret: it seals nothing, and checks nothing. */
  public static final Seal NONE = new Seal(null, null, "");

  private static final String ALGORITHM = "HmacSHA256";
  private static final int BYTES = 32;

  /** Services in a cluster are fewer; what is not kept is computed anew. */
  private static final int MOST_KNOWN = 1_000;

  private static final String MAP = "holdfast.seal";

  private final byte @Nullable [] nodes;
  private volatile @Nullable Own own;
  private volatile BiPredicate<Grant, String> ended = (granted, tenant) -> true;
  private final Map<String, Known> known = new ConcurrentHashMap<>();

  private record Known(Grant grant, byte[] key) {}

  /** What this process writes under each frame: what it is granted, and the proof. */
  private record Own(byte[] grant, ThreadLocal<Mac> mac) {
    static Own of(byte[] key, String grant) {
      return new Own(
          grant.getBytes(StandardCharsets.UTF_8), ThreadLocal.withInitial(() -> Seal.mac(key)));
    }
  }

  private Seal(byte @Nullable [] nodes, byte @Nullable [] own, String grant) {
    this.nodes = nodes;
    this.own = own == null ? null : Own.of(own, grant);
  }

  /** Returns the seal of a Vert.x; {@link #NONE} if it has none. */
  public static Seal of(Vertx vertx) {
    return vertx.sharedData().<String, Seal>getLocalMap(MAP).getOrDefault(MAP, NONE);
  }

  /** Makes this the seal of a Vert.x. */
  public void putIn(Vertx vertx) {
    vertx.sharedData().<String, Seal>getLocalMap(MAP).put(MAP, this);
  }

  /**
   * Has a node refuse frames of accounts that are good no longer. Without it, a node refuses all
   * frames of accounts.
   *
   * @param test whether the account of a grant is good no longer for a tenant; called on any
   *     thread, for each frame
   */
  public void refusing(BiPredicate<Grant, String> test) {
    if (this != NONE) {
      ended = test;
    }
  }

  /** From now on proves frames of this process as another seal of a service does. */
  public void renew(Seal other) {
    own = Objects.requireNonNull(other.own, "a service has a key");
  }

  /**
   * @throws HoldfastException REVOKED if the sender's account is revoked for a tenant that the
   *     message claims; of one that claims none, such as an answer, for all of the account
   */
  void check(Grant granted, BusValue value) {
    if (granted.account() == null) {
      return;
    }
    Set<String> claimed = granted.claimed(value);
    boolean refused =
        claimed.isEmpty()
            ? granted.tenants().stream().allMatch(tenant -> ended.test(granted, tenant))
            : claimed.stream().anyMatch(tenant -> ended.test(granted, tenant));
    if (refused) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.REVOKED, "the token of the credentials is revoked");
    }
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
    Own proof = own;
    if (proof == null) {
      return;
    }
    frame.appendShort((short) proof.grant().length).appendBytes(proof.grant());
    frame.appendBytes(proof.mac().get().doFinal(frame.getBytes(from, frame.length())));
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
      check(Objects.requireNonNull(own, "a node has a key").mac().get(), sealed, proof);
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
