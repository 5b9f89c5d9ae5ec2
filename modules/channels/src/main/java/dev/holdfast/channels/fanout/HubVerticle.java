package dev.holdfast.channels.fanout;

import dev.holdfast.channels.Hint;
import dev.holdfast.channels.log.ChannelStore;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.channels.log.ChannelsMetrics;
import dev.holdfast.channels.log.HubMemory;
import dev.holdfast.channels.log.JournalStore;
import dev.holdfast.channels.log.LogReader;
import dev.holdfast.channels.log.LogSegment;
import dev.holdfast.channels.log.Rings;
import dev.holdfast.core.Channel;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.Position;
import dev.holdfast.core.bounds.Budget;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.NodeInbox;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Shard;
import dev.holdfast.redis.topology.Slots;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A node's hub. Brings each channel with readers on this node from the log and from hints to the
 * fan-outs of its event loops, every publication once and in order. It holds memory only: all of it
 * can be rebuilt from Redis. State is touched on the verticle's own context; methods that may be
 * called from others say so.
 */
public final class HubVerticle extends VerticleBase {
  private static final long TICK_MS = 1_000;

  /** The time between renewals of interest while nodes of an older build live. */
  private static final long OLDER_RENEWAL_NS = Duration.ofSeconds(150).toNanos();

  private final Bus bus;
  private final NodeInbox inbox;
  private final RedisConfig redis;
  private final ChannelsConfig config;
  private final MeterRegistry registry;
  private final ChannelsMetrics metrics;
  private final Map<Channel, HubChannel> channels = new HashMap<>();
  private volatile Set<NodeId> peers = Set.of();
  private volatile Set<NodeId> dead = Set.of();
  private volatile boolean older;
  private final HubMemory memory;
  private @Nullable RedisLink link;
  private @Nullable RedisLink checkLink;
  private @Nullable Gauge openChannels;
  private Set<String> tokens = Set.of();

  @SuppressWarnings("NullAway.Init")
  private HubContext shared;

  @SuppressWarnings("NullAway.Init")
  private Peers tracker;

  @SuppressWarnings("NullAway.Init")
  private PositionChecks checks;

  @SuppressWarnings("NullAway.Init")
  private Rings rings;

  @SuppressWarnings("NullAway.Init")
  private Leaves leaves;

  public HubVerticle(
      Bus bus, NodeInbox inbox, RedisConfig redis, ChannelsConfig config, MeterRegistry registry) {
    this.bus = bus;
    this.inbox = inbox;
    this.redis = redis;
    this.config = config;
    this.registry = registry;
    this.metrics = new ChannelsMetrics(registry);
    this.memory = HubMemory.of(config.memory(), new Budget(registry));
  }

  @Override
  public Future<?> start() {
    return RedisLink.open(vertx, redis, "hub", registry).compose(this::opened);
  }

  /** Opens a second link, for checks: if they ever break it, no reader's work is lost. */
  private Future<Void> opened(RedisLink opened) {
    link = opened;
    return opened
        .reserve()
        .watch()
        .compose(seen -> RedisLink.open(vertx, redis, "checks", registry))
        .map(forChecks -> begun(opened, forChecks));
  }

  private Void begun(RedisLink forReads, RedisLink forChecks) {
    checkLink = forChecks;
    var store = new ChannelStore(forReads, config);
    var checkStore = new ChannelStore(forChecks, config);
    checks = new PositionChecks(vertx, checkStore, config.checksPerSecond(), metrics);
    var reader = new LogReader(store, node(), metrics, memory.reads(), registry);
    rings = new Rings(memory.rings(), config.ringBytes(), Rings.AGE);
    shared =
        new HubContext(
            vertx, node(), config, store, reader, metrics, rings, memory.held(), this::recheck);
    leaves = new Leaves(shared, channels, forReads::longestLate);
    var journals = new Journals(new JournalStore(forChecks), channels, checks, metrics);
    tracker =
        new Peers(
            System::nanoTime,
            node().startEpoch(),
            config.silence(),
            metrics,
            journals,
            inbox::reopen);
    tokens = tokens(forReads);
    forReads.onUp(slots -> upAgain(forReads, slots));
    forReads.onClockSet(slots -> journals.compareAll());
    inbox.on(Hint.Batch.class, batch -> here(() -> batch(batch)));
    inbox.on(Hint.Beat.class, beat -> here(() -> tracker.beat(beat)));
    vertx.setPeriodic(TICK_MS, timer -> tick());
    openChannels = Gauge.builder("holdfast.channels.open", channels, Map::size).register(registry);
    return null;
  }

  /** Closes the links, and removes the gauges: the next life of this node has its own. */
  @Override
  public Future<?> stop() {
    memory.budget().close();
    Gauge gauge = openChannels;
    if (gauge != null) {
      registry.remove(gauge);
    }
    return closed(link).eventually(() -> closed(checkLink));
  }

  private static Future<Void> closed(@Nullable RedisLink opened) {
    return opened == null ? Future.succeededFuture() : opened.close();
  }

  /**
   * Opens the node's inbox on this hub's context. Most of its messages are hints, which so arrive
   * where they are used. Its other receivers are called there, too. Completes on the caller's
   * context.
   */
  public Future<Void> openInbox() {
    Promise<Void> opened = ((ContextInternal) vertx.getOrCreateContext()).promise();
    onContext(() -> inbox.open().onComplete(opened));
    return opened.future();
  }

  /** Returns this life of this node. */
  public NodeId node() {
    return inbox.node();
  }

  public Bus bus() {
    return bus;
  }

  public ChannelsMetrics metrics() {
    return metrics;
  }

  public HubMemory memory() {
    return memory;
  }

  /**
   * Returns the nodes that live, this one included; empty until {@link #nodes} was called. Any
   * thread.
   */
  public Set<NodeId> peers() {
    return peers;
  }

  /** Returns the nodes that died lately, and can't come back. Any thread. */
  public Set<NodeId> dead() {
    return dead;
  }

  /** Returns whether a node of an older build lives, or lived a while ago. Any thread. */
  public boolean areOlder() {
    return older;
  }

  /** Reports which nodes died lately, and can't come back. Any thread. */
  public void dead(Set<NodeId> known) {
    dead = Set.copyOf(known);
  }

  /**
   * Reports which nodes hold a lease; the loss of one starts a comparison of positions. Any thread.
   */
  public void nodes(Set<NodeId> live) {
    Set<NodeId> now = Set.copyOf(live);
    peers = now;
    onContext(
        () -> {
          checks.nodes(now.size());
          tracker.nodes(now);
        });
  }

  // --- fan-outs of this node, from their own contexts

  /** Opens a channel for a fan-out: it gets the position, and from there on every segment. */
  public void open(Channel channel, Tap tap) {
    onContext(() -> channels.computeIfAbsent(channel, this::fresh).open(tap));
  }

  /** Opens the channel of a session that is being made; {@link #began} has to follow. */
  void expect(Channel channel, Tap tap) {
    onContext(() -> channels.computeIfAbsent(channel, this::fresh).expect(tap));
  }

  /**
   * @param at where the expected session begins; none: it was not made
   */
  void began(Channel channel, @Nullable Position at) {
    onContext(
        () -> {
          HubChannel open = channels.get(channel);
          if (open != null) {
            open.began(at);
          }
        });
  }

  /** Starts a comparison of an open channel's position with the log. */
  void compare(Channel channel) {
    onContext(
        () -> {
          HubChannel open = channels.get(channel);
          if (open != null) {
            recheck(open);
          }
        });
  }

  private HubChannel fresh(Channel channel) {
    return new HubChannel(channel, shared);
  }

  public void close(Channel channel, Tap tap) {
    onContext(
        () -> {
          HubChannel open = channels.get(channel);
          if (open != null) {
            open.close(tap);
          }
        });
  }

  /**
   * Reads the entries after a cursor; the answer comes on the fan-out's context.
   *
   * @param after the cursor; none: from the earliest entry
   * @param gone returns true once nobody waits for the answer any more; asked on this context
   */
  public void read(
      Channel channel,
      @Nullable Position after,
      BooleanSupplier gone,
      Tap tap,
      Consumer<Future<LogSegment>> answer) {
    onContext(
        () -> {
          HubChannel open = channels.get(channel);
          Future<LogSegment> read =
              open == null ? shared.reader().read(channel, after, gone) : open.read(after, gone);
          read.onComplete(done -> tap.run(() -> answer.accept(read)));
        });
  }

  // --- hints

  /** Takes hints of this node's own appends. Any thread. */
  public void hints(List<Hint> hints) {
    onContext(() -> take(hints));
  }

  private void batch(Hint.Batch batch) {
    tracker.batch(batch);
    take(batch.hints());
  }

  private void take(List<Hint> hints) {
    metrics.hints.increment(hints.size());
    Set<HubChannel> touched = new LinkedHashSet<>();
    for (Hint hint : hints) {
      HubChannel open = channels.get(hint.channel());
      if (open != null) {
        open.hint(hint);
        touched.add(open);
      } else {
        leaves.unread(hint.channel());
      }
    }
    touched.forEach(HubChannel::flush);
  }

  // --- maintenance

  private void tick() {
    tracker.tick();
    long now = System.nanoTime();
    rings.tick(now);
    leaves.tick(now);
    List<HubChannel> due = new ArrayList<>();
    List<HubChannel> behind = new ArrayList<>();
    older = tracker.areOlder();
    channels.values().removeIf(channel -> leave(channel, now));
    for (HubChannel channel : channels.values()) {
      if (channel.isDue(now)) {
        due.add(channel);
      } else if (channel.isBehind()
          || (older && channel.isAssertedBefore(now - OLDER_RENEWAL_NS))) {
        behind.add(channel);
      }
    }
    checks.addDue(due);
    checks.add(behind);
  }

  private boolean leave(HubChannel channel, long now) {
    if (!channel.deserted(now)) {
      return false;
    }
    channel.leave();
    leaves.leave(channel.channel());
    return true;
  }

  private void recheck(HubChannel channel) {
    checks.addDue(List.of(channel));
  }

  /** Compares the positions of these slots if a server has other data than before. */
  private void upAgain(RedisLink forReads, Slots slots) {
    Set<String> now = tokens(forReads);
    if (!now.equals(tokens)) {
      tokens = now;
      checks.add(
          channels.values().stream().filter(open -> slots.has(Keys.meta(open.channel()))).toList());
    }
  }

  private static Set<String> tokens(RedisLink forReads) {
    return forReads.shards().stream().map(Shard::epochToken).collect(Collectors.toSet());
  }

  /**
   * Runs an action at once if called on the hub's context, where an inbox that was opened here
   * delivers.
   */
  private void here(Runnable action) {
    var current = (ContextInternal) Vertx.currentContext();
    if (current != null && current.unwrap() == context) {
      action.run();
    } else {
      onContext(action);
    }
  }

  private void onContext(Runnable action) {
    context.runOnContext(ignored -> action.run());
  }
}
