package dev.holdfast.redis.topology;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The cluster as one of its servers sees it: the answer of CLUSTER NODES, which Redis 6.2 to 8 and
 * Valkey have, and which says more than CLUSTER SLOTS: the configuration epoch of each server, and
 * who speaks.
 *
 * @param number later answers have greater numbers
 */
record NodesView(long number, List<Server> servers) {
  private static final AtomicLong NUMBERS = new AtomicLong();
  private static final int FIELDS = 8;
  private static final int MASTER = 3;
  private static final int EPOCH = 6;
  private static final Set<String> UNKNOWN = Set.of("handshake", "noaddr");

  /**
   * One server.
   *
   * @param shard id of its master, or its own if it is one
   * @param itself whether it is the one that was asked
   * @param epoch of its configuration: of two that claim a slot, the greater one has it
   * @param slots that it serves; none if it is a replica
   */
  record Server(
      String id,
      String shard,
      ServerAddress at,
      boolean itself,
      boolean master,
      long epoch,
      BitSet slots) {
    Server {
      slots = (BitSet) slots.clone();
    }

    /** Returns the same, as another one sees it, with more slots. */
    Server with(BitSet more) {
      var both = (BitSet) slots.clone();
      both.or(more);
      return new Server(id, shard, at, false, master, epoch, both);
    }
  }

  /**
   * Reads the answer. What is not understood of it is left out: a server may be newer than this.
   *
   * @param asked the address at which it was asked: a server may not know its own
   * @throws IllegalArgumentException if the answer does not describe who was asked
   */
  static NodesView parse(String answer, ServerAddress asked) {
    var servers = new ArrayList<Server>();
    for (String line : answer.split("\n")) {
      String[] words = line.strip().split(" ");
      if (words.length >= FIELDS) {
        read(words, asked, servers);
      }
    }
    if (servers.stream().noneMatch(Server::itself)) {
      throw new IllegalArgumentException("its answer does not describe a cluster");
    }
    return new NodesView(NUMBERS.incrementAndGet(), List.copyOf(servers));
  }

  private static void read(String[] words, ServerAddress asked, List<Server> servers) {
    Set<String> flags = Set.of(words[2].split(","));
    boolean itself = flags.contains("myself");
    if (flags.stream().anyMatch(UNKNOWN::contains)) {
      return;
    }
    boolean master = flags.contains("master");
    BitSet slots = master ? slots(words) : new BitSet();
    if (flags.contains("fail") && slots.isEmpty()) {
      return;
    }
    try {
      ServerAddress at = address(words[1], asked);
      String shard = master ? words[0] : words[MASTER];
      long epoch = Long.parseLong(words[EPOCH]);
      servers.add(new Server(words[0], shard, at, itself, master, epoch, slots));
    } catch (IllegalArgumentException e) {
      if (itself) {
        throw e;
      }
    }
  }

  /** Reads {@code host:port@busport,name,…}; the name, if it announces one, is preferred. */
  private static ServerAddress address(String word, ServerAddress asked) {
    String[] parts = word.split(",");
    String client = parts[0].replaceFirst("@.*", "");
    int colon = client.lastIndexOf(':');
    String host = client.substring(0, Math.max(0, colon));
    int port = Integer.parseInt(client.substring(colon + 1));
    boolean named = parts.length > 1 && !parts[1].isEmpty() && parts[1].indexOf('=') < 0;
    if (named) {
      host = parts[1];
    }
    return new ServerAddress(host.isEmpty() ? asked.host() : host, port);
  }

  private static BitSet slots(String[] words) {
    var slots = new BitSet(Slots.COUNT);
    for (int i = FIELDS; i < words.length; i++) {
      // In brackets are slots that move.
      if (words[i].startsWith("[")) {
        continue;
      }
      String[] ends = words[i].split("-");
      int from = Integer.parseInt(ends[0]);
      int to = Integer.parseInt(ends[ends.length - 1]);
      if (from < 0 || to >= Slots.COUNT || from > to) {
        throw new IllegalArgumentException("slots " + words[i]);
      }
      slots.set(from, to + 1);
    }
    return slots;
  }
}
