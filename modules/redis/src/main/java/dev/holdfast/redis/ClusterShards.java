package dev.holdfast.redis;

import dev.holdfast.redis.routing.Lanes;
import dev.holdfast.redis.routing.Route;
import dev.holdfast.redis.routing.Task;
import dev.holdfast.redis.server.Advice;
import dev.holdfast.redis.topology.ClusterTopology;
import dev.holdfast.redis.topology.FixedMaster;
import dev.holdfast.redis.topology.ServerAddress;
import dev.holdfast.redis.topology.SlotMap;
import dev.holdfast.redis.topology.Slots;
import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The shards of a cluster: a connection to each master of the slot map. One that goes leaves the
 * others as they are. A master that serves nothing any more is kept until what was sent to it must
 * be answered.
 */
final class ClusterShards implements Shards, Route<Shard> {
  private static final int ANSWERED = 6;

  /** Gets the slots whose keys came up, went down, or have another time now. */
  record Events(BiConsumer<Slots, Boolean> up, Consumer<Slots> clockSet) {}

  /** A master, and the way to take its meters out. */
  private record Held(Shard shard, Runnable unwatch) {}

  private final Shard.Parts parts;
  private final ClusterTopology topology;
  private final Events events;
  private final Map<ServerAddress, Held> held = new ConcurrentHashMap<>();
  private final Lanes<Shard> lanes;
  private final Runnable onChange;
  private volatile @Nullable SlotMap map;
  private volatile Map<ServerAddress, String> tags = Map.of();
  private boolean given;
  private boolean closed;

  ClusterShards(Shard.Parts parts, ClusterTopology topology, Events events) {
    this.parts = parts;
    this.topology = topology;
    this.events = events;
    this.onChange = () -> parts.context().runOnContext(changed -> follow());
    this.lanes =
        new Lanes<>(
            parts.context(),
            this,
            parts.room(),
            parts.config().commandTimeout().toMillis(),
            parts.metrics()::redirected);
  }

  /**
   * Completes when each master was tried, and one of them can be used: a shard that is away keeps
   * nobody from the others.
   */
  @Override
  public Future<Void> open() {
    return topology
        .map(parts.context())
        .recover(failure -> Future.failedFuture(unreachable(failure.getMessage())))
        .compose(this::openAll)
        .onSuccess(opened -> given());
  }

  private Throwable unreachable(@Nullable String reason) {
    parts.metrics().failed("connect");
    return RedisErrors.unavailable(parts.config().description() + ": " + reason);
  }

  private Future<Void> openAll(SlotMap first) {
    use(first);
    List<Future<Void>> tried = new ArrayList<>();
    for (ServerAddress master : first.masters()) {
      tried.add(hold(master).shard.open());
    }
    Future<?> all = Future.join(tried);
    return all.transform(
        done -> {
          boolean none = tried.stream().allMatch(Future::failed);
          return none
              ? Future.failedFuture(
                  tried.isEmpty() ? unreachable("it has no master") : tried.get(0).cause())
              : Future.succeededFuture();
        });
  }

  private void use(SlotMap now) {
    map = now;
    tags = ShardTags.of(now::owner);
  }

  private void given() {
    given = true;
    held.values().stream().map(Held::shard).filter(shard -> !shard.isUp()).forEach(Shard::connect);
    topology.listen(onChange);
    follow();
  }

  private Held hold(ServerAddress master) {
    return held.computeIfAbsent(
        master,
        fresh -> {
          var shard = new Shard(parts, new FixedMaster(fresh), listener());
          return new Held(shard, parts.metrics().watchShard(fresh.toString(), shard::isUp));
        });
  }

  private Shard.Listener listener() {
    return new Shard.Listener() {
      @Override
      public void isUp(Shard shard) {
        report(shard, true);
        lanes.changed();
      }

      @Override
      public void isDown(Shard shard) {
        topology.wanted();
        report(shard, false);
      }

      @Override
      public void clockIsSet(Shard shard) {
        Slots slots = slotsOf(shard);
        if (!slots.isEmpty()) {
          events.clockSet.accept(slots);
        }
      }

      @Override
      public String tag(Shard shard) {
        return tags.getOrDefault(shard.address(), "");
      }
    };
  }

  private void report(Shard shard, boolean up) {
    Slots slots = slotsOf(shard);
    if (given && !slots.isEmpty()) {
      events.up.accept(slots, up);
    }
  }

  private Slots slotsOf(Shard shard) {
    SlotMap now = map;
    return now == null ? Slots.NONE : now.slots(shard.address());
  }

  /** Takes over the newest map. Comes late, and more than once. */
  private void follow() {
    SlotMap before = map;
    SlotMap now = topology.known();
    if (closed || now == null || now == before) {
      return;
    }
    use(now);
    for (ServerAddress master : now.masters()) {
      if (!held.containsKey(master)) {
        hold(master).shard.connect();
      }
    }
    for (ServerAddress master : held.keySet()) {
      if (!now.masters().contains(master)) {
        parts.context().setTimer(patience(), late -> closeUnused(master));
      }
    }
    Map<Boolean, List<Slots>> moved = new HashMap<>();
    now.movedSince(before)
        .forEach(
            (owner, slots) ->
                moved
                    .computeIfAbsent(hold(owner).shard.isUp(), first -> new ArrayList<>())
                    .add(slots));
    moved.forEach((up, all) -> all.forEach(slots -> events.up.accept(slots, up)));
    lanes.changed();
  }

  private long patience() {
    return ANSWERED * parts.config().commandTimeout().toMillis();
  }

  private void closeUnused(ServerAddress master) {
    SlotMap now = map;
    Held unused = now == null || now.masters().contains(master) ? null : held.remove(master);
    if (unused != null && !closed) {
      unused.unwatch.run();
      unused.shard.close();
    }
  }

  @Override
  public Future<Response> call(@Nullable String key, Task<Shard> task) {
    return lanes.call(Slots.of(key == null ? Keys.leases() : key), task);
  }

  private @Nullable Shard known(ServerAddress address) {
    Held known = held.get(address);
    return known == null ? null : known.shard;
  }

  @Override
  public @Nullable Shard owner(int slot) {
    SlotMap now = map;
    ServerAddress owner = now == null ? null : now.owner(slot);
    return owner == null ? null : known(owner);
  }

  @Override
  public @Nullable Shard at(ServerAddress address) {
    Shard known = known(address);
    return known != null && known.isUp() ? known : null;
  }

  @Override
  public void doubt() {
    topology.wanted();
  }

  @Override
  public @Nullable Shard of(String key) {
    return owner(Slots.of(key));
  }

  @Override
  public List<Shard> all() {
    SlotMap now = map;
    return now == null
        ? List.of()
        : now.masters().stream().map(this::known).filter(Objects::nonNull).toList();
  }

  @Override
  public boolean areTagged() {
    SlotMap now = map;
    Map<ServerAddress, String> tagged = tags;
    return now != null
        && now.masters().stream()
            .allMatch(one -> tagged.containsKey(one) || now.slots(one).isEmpty());
  }

  @Override
  public Optional<String> trouble() {
    SlotMap now = map;
    if (now == null) {
      return Optional.empty();
    }
    List<String> missing = new ArrayList<>();
    for (Shard shard : all()) {
      Slots slots = now.slots(shard.address());
      if (!shard.isUp() && !slots.isEmpty()) {
        missing.add(Advice.away(shard.address().toString(), slots.toString(), shard.problem()));
      }
    }
    Slots unserved = now.slots(null);
    if (!unserved.isEmpty()) {
      missing.add(Advice.unserved(unserved.toString()));
    }
    if (!lanes.trouble().isEmpty()) {
      missing.add(lanes.trouble());
    }
    return missing.isEmpty()
        ? Optional.empty()
        : Optional.of("Redis Cluster: " + String.join("; ", missing));
  }

  @Override
  public Future<Void> close() {
    closed = true;
    topology.forget(onChange);
    List<Future<Void>> all = held.values().stream().map(one -> one.shard.close()).toList();
    return Future.join(all).mapEmpty();
  }
}
