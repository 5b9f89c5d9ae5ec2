package dev.holdfast.loadtest.worker.ledger;

import dev.holdfast.client.session.Cursor;
import dev.holdfast.client.session.From;
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

  /** Returns the place at which reading goes on; the latest if nothing was read. */
  public From from(Kind kind) {
    String epoch = epochs[kind.ordinal()];
    return epoch == null ? From.LATEST : From.after(new Cursor(epoch, seqs[kind.ordinal()]));
  }
}
