package dev.holdfast.loadtest.worker.ledger;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * The positions up to which a client has read its channels, by kind. Confined to one event loop.
 */
public final class Cursors {
  private static final int KINDS = Kind.values().length;

  private final @Nullable String[] channels = new @Nullable String[KINDS];
  private final @Nullable String[] epochs = new @Nullable String[KINDS];
  private final long[] seqs = new long[KINDS];

  /** Returns the channel of that kind; none: it is not known yet. */
  public @Nullable String channel(Kind kind) {
    return channels[kind.ordinal()];
  }

  /** Returns the epoch of that channel; none: it is not known yet. */
  @Nullable String epoch(Kind kind) {
    return epochs[kind.ordinal()];
  }

  public boolean has(Kind kind) {
    return epochs[kind.ordinal()] != null;
  }

  public void name(Kind kind, String channel) {
    channels[kind.ordinal()] = channel;
  }

  public void move(Kind kind, String epoch, long seq) {
    epochs[kind.ordinal()] = epoch;
    seqs[kind.ordinal()] = seq;
  }

  public void forget(Kind kind) {
    channels[kind.ordinal()] = null;
    epochs[kind.ordinal()] = null;
  }

  /** Writes them as a hello has them. */
  public void write(ObjectNode into) {
    for (int i = 0; i < KINDS; i++) {
      if (epochs[i] != null && channels[i] != null) {
        write(Kind.values()[i], into.putArray(channels[i]));
      }
    }
  }

  public void write(Kind kind, ArrayNode into) {
    into.add(epochs[kind.ordinal()]).add(seqs[kind.ordinal()]);
  }
}
