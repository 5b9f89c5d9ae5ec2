package dev.holdfast.loadtest.worker.clients;

import java.util.PriorityQueue;

/** Clients that wait before they come back. Confined to one event loop. */
final class Comebacks {
  private final PriorityQueue<Comeback> waiting = new PriorityQueue<>();

  private record Comeback(long at, LoadClient client) implements Comparable<Comeback> {
    @Override
    public int compareTo(Comeback other) {
      return Long.compare(at, other.at);
    }
  }

  /**
   * @param at µs
   */
  void add(long at, LoadClient client) {
    waiting.add(new Comeback(at, client));
  }

  void tick(long now) {
    while (!waiting.isEmpty() && waiting.peek().at() <= now) {
      LoadClient client = waiting.poll().client();
      if (!client.gone()) {
        client.connect();
      }
    }
  }
}
