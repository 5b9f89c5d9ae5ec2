package dev.holdfast.auth.jwks;

import dev.holdfast.core.bounds.Budget;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The memory of a node that the key sets of issuers take: an issuer chooses how many keys it has,
 * and how long they are. Sets that do not fit, in all or in the share of their tenant, are not
 * taken, but those of the configuration, which are few, always are. Any thread.
 */
public final class KeyRoom {
  /** Part of the heap. */
  private static final int PART = 16;

  /** How many tenants fill the room, if each has as much as it may. */
  private static final int SHARES = 4;

  /** A key for one algorithm, with what verifies by it, besides its text. */
  static final long KEY_BYTES = 3_000;

  /** A character of its text is kept in some forms. RSA of 2048 bits took 2.7 KB, 8192 8.7 KB. */
  private static final long CHARACTER_BYTES = 4;

  private final MeterRegistry registry;
  private final Budget.Share room;
  private final Map<String, Long> ofTenants = new HashMap<>();

  /** Makes the room of a node, in the budget {@code key-sets}. */
  public static KeyRoom of(MeterRegistry registry) {
    return new KeyRoom(registry, Budget.partOfHeap(0, PART));
  }

  /**
   * @param limit in bytes
   */
  public KeyRoom(MeterRegistry registry, long limit) {
    this.registry = registry;
    this.room = new Budget(registry).share("key-sets", limit);
  }

  /** Makes the place of a set of the configuration. */
  public Place configured() {
    return new Place(null, true);
  }

  /**
   * Makes the place of a set of an issuer that was added.
   *
   * @param tenant of all of its tokens; none: they may be of several
   */
  public Place added(@Nullable String tenant) {
    return new Place(tenant, false);
  }

  private synchronized boolean move(Place place, long bytes) {
    long more = bytes - place.held;
    String tenant = place.tenant;
    long own = tenant == null ? 0 : more + ofTenants.getOrDefault(tenant, 0L);
    boolean fits = room.used() + more <= room.limit() && own <= room.limit() / SHARES;
    if (more > 0 && !fits && !place.always) {
      room.refused();
      return false;
    }
    room.take(more);
    place.held = bytes;
    if (tenant != null) {
      ofTenants.compute(tenant, (name, before) -> own == 0 ? null : Long.valueOf(own));
    }
    return true;
  }

  private static long bytes(List<JsonObject> keys) {
    long bytes = 0;
    for (JsonObject key : keys) {
      bytes += KEY_BYTES + CHARACTER_BYTES * key.encode().length();
    }
    return bytes;
  }

  /** What the keys of one issuer take. */
  public final class Place {
    private final @Nullable String tenant;
    private final boolean always;
    private long held;
    private boolean closed;

    private Place(@Nullable String tenant, boolean always) {
      this.tenant = tenant;
      this.always = always;
    }

    MeterRegistry registry() {
      return registry;
    }

    /** Takes the room of these keys in place of those before; false: there is not so much. */
    boolean hold(List<JsonObject> keys) {
      synchronized (KeyRoom.this) {
        // What is fetched for an issuer that was removed meanwhile goes at once.
        return closed || move(this, bytes(keys));
      }
    }

    /** Gives all back, for good. */
    public void close() {
      synchronized (KeyRoom.this) {
        closed = true;
        move(this, 0);
      }
    }
  }
}
