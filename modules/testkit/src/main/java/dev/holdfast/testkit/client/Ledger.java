package dev.holdfast.testkit.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.core.Position;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Everything that one client received, in order, over all its connections; and by it the client's
 * cursors. Any thread.
 */
public final class Ledger {
  private final List<Entry> entries = new ArrayList<>();
  private final Map<String, Position> cursors = new LinkedHashMap<>();

  /** Channels whose unsubscription is not answered: what still comes of them is not noted. */
  private final Set<String> leaving = new HashSet<>();

  /** A copy. */
  public synchronized List<Entry> entries() {
    return List.copyOf(entries);
  }

  public <E extends Entry> List<E> all(Class<E> kind) {
    return all(kind, entry -> true);
  }

  public synchronized <E extends Entry> List<E> all(Class<E> kind, Predicate<E> wanted) {
    return entries.stream().filter(kind::isInstance).map(kind::cast).filter(wanted).toList();
  }

  /** Returns the entries after this time, the last first; a copy. */
  public synchronized <E extends Entry> Stream<E> newestFirst(Class<E> kind, long since) {
    List<E> newest = new ArrayList<>();
    for (int i = entries.size() - 1; i >= 0 && entries.get(i).at() - since > 0; i--) {
      if (kind.isInstance(entries.get(i))) {
        newest.add(kind.cast(entries.get(i)));
      }
    }
    return newest.stream();
  }

  /** The events of a channel, in the order of their arrival. */
  public List<Entry.Received> received(String channel) {
    return all(Entry.Received.class, entry -> entry.channel().equals(channel));
  }

  public List<Entry.Gap> gaps(String channel) {
    return all(Entry.Gap.class, entry -> entry.channel().equals(channel));
  }

  public boolean isLive(String channel) {
    return all(Entry.Live.class, entry -> entry.channel().equals(channel)).size() > 0;
  }

  /** The last seen of each channel that is subscribed; a copy. */
  public synchronized Map<String, Position> cursors() {
    return new LinkedHashMap<>(cursors);
  }

  /** Returns the cursor; none: it is not subscribed. */
  public synchronized @Nullable Position cursor(String channel) {
    return cursors.get(channel);
  }

  public synchronized void add(Entry entry) {
    entries.add(entry);
    if (entry instanceof Entry.Subscribed subscribed) {
      cursors.put(subscribed.channel(), subscribed.position());
    } else if (entry instanceof Entry.Received received && received.position() != null) {
      cursors.put(received.channel(), received.position());
    } else if (entry instanceof Entry.Snapshot snapshot) {
      cursors.put(snapshot.channel(), snapshot.position());
    } else if (entry instanceof Entry.Gap gap) {
      cursors.put(gap.channel(), gap.to());
    } else if (entry instanceof Entry.Unsubscribed gone) {
      cursors.remove(gone.channel());
    }
  }

  /**
   * The client unsubscribes. Until that is answered, over any number of connections, its hello has
   * no cursor of the channel, and what comes of it may have come before.
   */
  synchronized void leaves(String channel) {
    leaving.add(channel);
    add(new Entry.Unsubscribed(System.nanoTime(), channel, "requested"));
  }

  synchronized void left(String channel) {
    leaving.remove(channel);
  }

  /** Notes a frame of the server; others than those of {@link Entry} leave no line. */
  synchronized void read(ObjectNode frame) {
    long now = System.nanoTime();
    String channel = frame.path("channel").asText(null);
    if (leaving.contains(channel)) {
      return;
    }
    switch (frame.path("type").asText()) {
      case "welcome" -> add(welcomed(now, frame));
      case "subscribed" ->
          add(
              new Entry.Subscribed(
                  now, channel, Json.neededPosition(frame), frame.path("recovered").asBoolean()));
      case "unsubscribed" -> add(new Entry.Unsubscribed(now, channel, frame.path("code").asText()));
      case "event" ->
          add(
              new Entry.Received(
                  now,
                  channel,
                  Json.position(frame),
                  frame.path("event").asText(),
                  frame.get("data")));
      case "snapshot" ->
          add(new Entry.Snapshot(now, channel, Json.neededPosition(frame), frame.path("data")));
      case "gap" -> add(gap(now, channel, frame));
      case "error" -> add(new Entry.Refused(now, frame.path("code").asText()));
      case "live" -> add(new Entry.Live(now, channel, Json.neededPosition(frame)));
      default -> {
        // Answers and heartbeats are the connection's affair.
      }
    }
  }

  private static Entry.Welcomed welcomed(long now, ObjectNode frame) {
    return new Entry.Welcomed(
        now,
        frame.path("session").asText(),
        frame.path("generation").asLong(),
        frame.path("node").asText(),
        frame.path("connection").asText(),
        frame.path("resumed").asBoolean());
  }

  private static Entry.Gap gap(long now, String channel, ObjectNode frame) {
    return new Entry.Gap(
        now,
        channel,
        Json.cursor(frame.get("from")),
        Json.cursor(frame.get("to")),
        frame.path("reason").asText());
  }
}
