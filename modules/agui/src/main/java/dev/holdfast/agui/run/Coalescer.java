package dev.holdfast.agui.run;

import dev.holdfast.agui.AguiEvent;
import dev.holdfast.agui.EventType;
import dev.holdfast.agui.ReasoningEvent;
import dev.holdfast.agui.TextEvent;
import dev.holdfast.agui.ToolEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes fewer events of many: deltas of one construct that wait together become one. The first
 * delta of a construct is due at once, a later one a window after the one before it; anything else
 * is due at once, and everything that came before it. Deltas of different constructs may pass each
 * other, for they do not touch each other; nothing else changes its place. Times are the caller's,
 * in ms. Not safe for several threads.
 */
public final class Coalescer {
  /** Something that grows: its id, and the type of its deltas. */
  private record Key(EventType type, String id) {}

  private static final class Waiting {
    AguiEvent event;
    @Nullable StringBuilder text;
    long due;

    Waiting(AguiEvent event, long due) {
      this.event = event;
      this.due = due;
    }

    AguiEvent whole() {
      return text == null ? event : ((AguiEvent.Delta) event).withDelta(text.toString());
    }

    int length() {
      return text == null ? ((AguiEvent.Delta) event).delta().length() : text.length();
    }

    void append(String delta) {
      if (text == null) {
        text = new StringBuilder(((AguiEvent.Delta) event).delta());
      }
      text.append(delta);
    }
  }

  private final long window;
  private final int maxDelta;
  private final List<Waiting> waiting = new ArrayList<>();
  private final Map<Key, Waiting> growing = new HashMap<>();
  private final Map<Key, Long> sent = new HashMap<>();
  private long merged;

  /**
   * @param window in ms between two deltas of one construct; 0 merges only what waits anyway
   * @param maxDelta the length in characters that a merged delta does not exceed
   */
  public Coalescer(long window, int maxDelta) {
    this.window = window;
    this.maxDelta = maxDelta;
  }

  /** Takes the next event. */
  public void add(AguiEvent event, long now) {
    if (event instanceof AguiEvent.Delta delta && delta.extras().isPlain()) {
      grow(delta, now);
    } else {
      growing.clear();
      waiting.add(new Waiting(event, now));
    }
  }

  private void grow(AguiEvent.Delta delta, long now) {
    Key key = new Key(delta.type(), delta.id());
    Waiting there = growing.get(key);
    if (there != null && fits(there, delta)) {
      there.append(delta.delta());
      merged++;
      return;
    }
    Long before = sent.get(key);
    Waiting next = new Waiting(delta, before == null ? now : before + window);
    waiting.add(next);
    growing.put(key, next);
  }

  private boolean fits(Waiting there, AguiEvent.Delta delta) {
    return Objects.equals(there.event.owner(), delta.owner())
        && there.length() + delta.delta().length() <= maxDelta;
  }

  /** The time at which the next is due; {@code Long.MAX_VALUE} if nothing waits. */
  public long nextDue() {
    long next = Long.MAX_VALUE;
    for (Waiting each : waiting) {
      next = Math.min(next, each.due);
    }
    return next;
  }

  /** Takes out what is due, with all that came before it. */
  public List<AguiEvent> due(long now) {
    int count = 0;
    for (int i = 0; i < waiting.size(); i++) {
      if (waiting.get(i).due <= now) {
        count = i + 1;
      }
    }
    return take(count, now);
  }

  /** Takes out everything. */
  public List<AguiEvent> all(long now) {
    return take(waiting.size(), now);
  }

  private List<AguiEvent> take(int count, long now) {
    List<AguiEvent> taken = new ArrayList<>(count);
    for (Waiting each : waiting.subList(0, count)) {
      taken.add(each.whole());
      if (each.event instanceof AguiEvent.Delta delta) {
        Key key = new Key(delta.type(), delta.id());
        sent.put(key, now);
        growing.remove(key, each);
      } else {
        sent.remove(ended(each.event));
      }
    }
    waiting.subList(0, count).clear();
    return taken;
  }

  /** Returns what grows no more after the event; none: the event ends nothing. */
  private static @Nullable Key ended(AguiEvent event) {
    if (event instanceof TextEvent.End text) {
      return new Key(EventType.TEXT_MESSAGE_CONTENT, text.messageId());
    } else if (event instanceof ToolEvent.End tool) {
      return new Key(EventType.TOOL_CALL_ARGS, tool.toolCallId());
    } else if (event instanceof ReasoningEvent.MessageEnd message) {
      return new Key(EventType.REASONING_MESSAGE_CONTENT, message.messageId());
    }
    return null;
  }

  /** The number of events that wait. */
  public int size() {
    return waiting.size();
  }

  /** The number of deltas that became part of another, since the beginning. */
  public long merged() {
    return merged;
  }
}
