package dev.holdfast.channels.fanout;

import java.util.ArrayList;
import java.util.List;

/**
 * A set without order from which a member leaves in one step: the last one takes its place. So
 * thousands can leave one channel at a time without a search for each. Confined to one context.
 */
final class Readers<R extends Readers.Placed> {
  private final List<R> all = new ArrayList<>();

  /** A member of at most one such set. */
  static class Placed {
    /** Its place; -1: it is in no set. Only the set changes it. */
    private int slot = -1;
  }

  void add(R reader) {
    place(reader).slot = all.size();
    all.add(reader);
  }

  /**
   * Removes a reader.
   *
   * @return whether it was there
   */
  boolean remove(R reader) {
    Placed leaves = place(reader);
    int slot = leaves.slot;
    if (slot < 0) {
      return false;
    }
    leaves.slot = -1;
    R last = all.remove(all.size() - 1);
    if (last != reader) {
      all.set(slot, last);
      place(last).slot = slot;
    }
    return true;
  }

  private Placed place(R reader) {
    return reader;
  }

  /** Returns a copy, as some may leave while it is used. */
  List<R> now() {
    return List.copyOf(all);
  }
}
