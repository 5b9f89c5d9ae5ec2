package dev.holdfast.redis.topology;

import dev.holdfast.redis.topology.NodesView.Server;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which master serves which slots. A server that answered speaks for itself; for the others speak
 * those that answered, and the greatest configuration epoch is believed. If two claim a slot, the
 * greater epoch has it, as in the cluster itself; one that nobody claims belongs to whom the newest
 * answer names. Immutable.
 */
public final class SlotMap {
  private final @Nullable ServerAddress[] owners = new @Nullable ServerAddress[Slots.COUNT];
  private final long[] epochs = new long[Slots.COUNT];
  private final Set<ServerAddress> masters = new LinkedHashSet<>();

  /** All servers, with the id of their shard. */
  private final Map<ServerAddress, String> servers = new LinkedHashMap<>();

  private SlotMap() {}

  /**
   * @param views of the servers that answered, at least one
   * @param before what was known; none: nothing
   */
  static SlotMap of(Collection<NodesView> views, @Nullable SlotMap before) {
    Map<String, Server> believed = new HashMap<>();
    Set<ServerAddress> answered = new HashSet<>();
    for (Server server : spoken(views, true)) {
      believed.put(server.id(), server);
      answered.add(server.at());
    }
    Set<String> themselves = Set.copyOf(believed.keySet());
    for (Server server : spoken(views, false)) {
      if (!themselves.contains(server.id())) {
        believed.merge(server.id(), server, SlotMap::newer);
      }
    }
    var map = new SlotMap();
    believed.values().stream()
        .sorted(Comparator.comparingLong(Server::epoch).thenComparing(Server::id))
        .forEach(map::add);
    views.stream()
        .sorted(Comparator.comparingLong(NodesView::number).reversed())
        .flatMap(view -> view.servers().stream())
        .forEach(map::addUnclaimed);
    if (before != null && map.isMinority(before, answered)) {
      map.keepNewer(before);
    }
    return map;
  }

  private static List<Server> spoken(Collection<NodesView> views, boolean ofThemselves) {
    return views.stream()
        .flatMap(view -> view.servers().stream())
        .filter(server -> server.itself() == ofThemselves)
        .toList();
  }

  /** At the same epoch one of them may not have heard yet of a slot that was moved. */
  private static Server newer(Server one, Server other) {
    if (one.epoch() != other.epoch()) {
      return one.epoch() > other.epoch() ? one : other;
    }
    return one.with(other.slots());
  }

  private void add(Server server) {
    servers.put(server.at(), server.shard());
    if (server.master()) {
      masters.add(server.at());
    }
    for (int slot : server.slots().stream().toArray()) {
      owners[slot] = server.at();
      epochs[slot] = server.epoch();
    }
  }

  /**
   * Its own answer may be older than that of the one that gave it the slot: nobody claims a slot
   * that has just moved. The newest answer counts.
   */
  private void addUnclaimed(Server server) {
    for (int slot : server.slots().stream().toArray()) {
      if (owners[slot] == null) {
        owners[slot] = server.at();
        epochs[slot] = server.epoch();
      }
    }
  }

  private boolean isMinority(SlotMap before, Set<ServerAddress> answered) {
    long spoke = before.masters.stream().filter(answered::contains).count();
    return spoke * 2 <= before.masters.size();
  }

  /** A few, who may be cut off from the others, take nothing back that newer epochs said. */
  private void keepNewer(SlotMap before) {
    for (int slot = 0; slot < Slots.COUNT; slot++) {
      ServerAddress owner = before.owners[slot];
      if (owner != null && (owners[slot] == null || epochs[slot] < before.epochs[slot])) {
        owners[slot] = owner;
        epochs[slot] = before.epochs[slot];
        masters.add(owner);
      }
    }
  }

  /** Returns the master that serves a slot; none: nobody does. */
  public @Nullable ServerAddress owner(int slot) {
    return owners[slot];
  }

  /** Returns all masters, also those that serve no slot yet. */
  public Set<ServerAddress> masters() {
    return masters;
  }

  /** Returns all servers, also replicas. */
  Set<ServerAddress> servers() {
    return servers.keySet();
  }

  /**
   * Returns whether there are several shards, and these servers belong to one of them; false if one
   * of them is not known by this address.
   */
  boolean areOneShard(Collection<ServerAddress> some) {
    if (!servers.keySet().containsAll(some)) {
      return false;
    }
    Set<String> named = new HashSet<>();
    for (Map.Entry<ServerAddress, String> server : servers.entrySet()) {
      if (some.contains(server.getKey())) {
        named.add(server.getValue());
      }
    }
    return named.size() == 1 && Set.copyOf(servers.values()).size() > 1;
  }

  /** Returns the slots that a master serves; with null those that nobody serves. */
  public Slots slots(@Nullable ServerAddress owner) {
    var slots = new BitSet(Slots.COUNT);
    for (int slot = 0; slot < Slots.COUNT; slot++) {
      if (Objects.equals(owners[slot], owner)) {
        slots.set(slot);
      }
    }
    return new Slots(slots);
  }

  /**
   * Returns the slots that have another master now, by that master.
   *
   * @param before none: all slots that are served
   */
  public Map<ServerAddress, Slots> movedSince(@Nullable SlotMap before) {
    Map<ServerAddress, BitSet> moved = new HashMap<>();
    for (int slot = 0; slot < Slots.COUNT; slot++) {
      ServerAddress owner = owners[slot];
      if (owner != null && (before == null || !owner.equals(before.owners[slot]))) {
        moved.computeIfAbsent(owner, first -> new BitSet(Slots.COUNT)).set(slot);
      }
    }
    return moved.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> new Slots(entry.getValue())));
  }

  boolean isSame(@Nullable SlotMap other) {
    return other != null
        && Arrays.equals(owners, other.owners)
        && Arrays.equals(epochs, other.epochs)
        && masters.equals(other.masters)
        && servers.equals(other.servers);
  }

  /** Returns each master with its slots. */
  @Override
  public String toString() {
    Map<String, Slots> shown = new TreeMap<>();
    masters.forEach(master -> shown.put(master.toString(), slots(master)));
    return shown.entrySet().stream()
        .map(
            entry ->
                entry.getKey() + " " + (entry.getValue().isEmpty() ? "none" : entry.getValue()))
        .collect(Collectors.joining(", "));
  }
}
