package dev.holdfast.channels.log;

import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ChannelName.Kind;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Settings of logs and of the fan-out.
 *
 * @param retention by {@code <tenant>/<kind>}, {@code <tenant>}, {@code <kind>} or {@code default};
 *     the first found in this order holds. {@code default}, {@code system}, {@code system:audit}
 *     and {@code run} are always there; what a tenant has does not hold for its {@code system:} and
 *     {@code run:} channels. Audit logs have {@code <tenant>/system:audit} or {@code system:audit}
 * @param interestTtl how long a node's interest lasts without renewal, 10 s to 4 h; default 2 h. It
 *     is renewed after 40 to 60 % of it. The interest of a dead node ends when it is met
 * @param leaveAfter how long a channel without local readers stays open, default 10 s
 * @param holeWait how long a missing publication is waited for before the log is read, default 5 ms
 * @param silence after which a peer that sends no beats is taken for lost, default 3 s
 * @param ringBytes most bytes of encoded frames kept per channel for readers that are just behind,
 *     default 128 KiB
 * @param checksPerSecond pace at which the nodes of a cluster together compare positions after a
 *     loss, default 20,000; a node takes its part, at most 2,000
 * @param memory most bytes that a node keeps for readers and peers
 */
public record ChannelsConfig(
    Map<String, Retention> retention,
    Duration interestTtl,
    Duration leaveAfter,
    Duration holeWait,
    Duration silence,
    int ringBytes,
    int checksPerSecond,
    MemoryConfig memory) {
  private static final String DEFAULT_KEY = "default";
  private static final String SYSTEM_KEY = Kind.SYSTEM.wireName;
  private static final String AUDIT_KEY = ChannelName.AUDIT.toString();
  private static final String RUN_KEY = Kind.RUN.wireName;

  /** Life of a log's meta; longer than any cursor of a session or a consumer lives. */
  private static final Duration META_LIFE = Duration.ofDays(7);

  private static final Duration INTEREST_TTL = Duration.ofHours(2);
  private static final Duration LEAVE_AFTER = Duration.ofSeconds(10);
  private static final Duration HOLE_WAIT = Duration.ofMillis(5);
  private static final Duration SILENCE = Duration.ofSeconds(3);

  public static final ChannelsConfig DEFAULT =
      new ChannelsConfig(
          Map.of(), INTEREST_TTL, LEAVE_AFTER, HOLE_WAIT, SILENCE, 0, 0, MemoryConfig.DEFAULT);

  /** Takes the default for settings that are left out, which are null or 0 here. */
  public ChannelsConfig {
    retention = withDefault(retention == null ? Map.of() : retention);
    interestTtl = interestTtl == null ? INTEREST_TTL : interestTtl;
    leaveAfter = leaveAfter == null ? LEAVE_AFTER : leaveAfter;
    holeWait = holeWait == null ? HOLE_WAIT : holeWait;
    silence = silence == null ? SILENCE : silence;
    ringBytes = ringBytes == 0 ? 128 << 10 : ringBytes;
    checksPerSecond = checksPerSecond == 0 ? 20_000 : checksPerSecond;
    memory = memory == null ? MemoryConfig.DEFAULT : memory;
    retention.forEach(
        (key, of) -> check(of.isShort() || isOfAudit(key), "retention." + key + ".age: 1s to 6d"));
    check(interestTtl.toSeconds() >= 10 && interestTtl.toHours() <= 4, "interestTtl: 10s to 4h");
    check(!leaveAfter.isNegative(), "leaveAfter: not negative");
    check(holeWait.toMillis() >= 1, "holeWait: at least 1ms");
    check(silence.toMillis() >= 1500, "silence: at least 1500ms (beats come every second)");
    check(ringBytes > 0, "ringBytes: positive");
    check(checksPerSecond >= 10, "checksPerSecond: at least 10");
  }

  private static boolean isOfAudit(String key) {
    return key.equals(AUDIT_KEY) || key.endsWith("/" + AUDIT_KEY);
  }

  Retention retentionOf(Channel channel) {
    if (channel.name().equals(ChannelName.AUDIT)) {
      Retention own = retention.get(channel.tenant() + "/" + AUDIT_KEY);
      return own == null ? retention.getOrDefault(AUDIT_KEY, Retention.AUDIT) : own;
    }
    String kind = channel.name().kind().wireName;
    boolean ours = kind.equals(SYSTEM_KEY) || kind.equals(RUN_KEY);
    String tenant = ours ? kind : channel.tenant();
    for (String key : new String[] {channel.tenant() + "/" + kind, tenant, kind}) {
      Retention found = retention.get(key);
      if (found != null) {
        return found;
      }
    }
    return retention.getOrDefault(DEFAULT_KEY, Retention.DEFAULT);
  }

  /**
   * Returns how long a log's meta stays after its last use. Runs end, and there may be hundreds of
   * thousands a day: a run's meta outlives its entries by a day. A cursor that comes later finds a
   * new log with another epoch, and gets a gap.
   */
  Duration metaLife(Channel channel) {
    if (channel.name().equals(ChannelName.AUDIT)) {
      Duration entries = retentionOf(channel).age().plusDays(1);
      return entries.compareTo(META_LIFE) > 0 ? entries : META_LIFE;
    }
    return channel.name().kind() == Kind.RUN ? retentionOf(channel).age().plusDays(1) : META_LIFE;
  }

  /** Adds the defaults, so that they are shown like the rest. */
  private static Map<String, Retention> withDefault(Map<String, Retention> given) {
    var all = new HashMap<>(given);
    all.putIfAbsent(DEFAULT_KEY, Retention.DEFAULT);
    all.putIfAbsent(SYSTEM_KEY, Retention.SYSTEM);
    all.putIfAbsent(AUDIT_KEY, Retention.AUDIT);
    all.putIfAbsent(RUN_KEY, Retention.RUN);
    return Map.copyOf(all);
  }

  private static void check(boolean holds, String problem) {
    if (!holds) {
      throw new IllegalArgumentException("channels." + problem);
    }
  }
}
