package dev.holdfast.channels;

import dev.holdfast.channels.ChannelMessage.Done;
import dev.holdfast.channels.ChannelMessage.Page;
import dev.holdfast.core.BusValue;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import dev.holdfast.core.Position;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Requests of a {@link ChannelConsumer} to the channels service: to hold a consumer's lease, to
 * wait for what follows on a cursor, and to store the cursor. For services alone. Each may be sent
 * again.
 */
public sealed interface ConsumerMessage<A> extends ChannelMessage<A> {
  /** The bounds of a lease and of a wait, in ms. */
  long MIN_LEASE = 1_000;

  long MAX_LEASE = 600_000;
  long MAX_WAIT = 30_000;

  /** The most publications of one {@link Fetch}. */
  int MAX_FETCH = 256;

  /**
   * Takes a consumer whose lease nobody holds, or the same owner does; the generation rises.
   *
   * @param owner a fresh id of the instance
   * @param lease ms, {@link #MIN_LEASE} to {@link #MAX_LEASE}
   * @param earliest where a new consumer begins: before the first entry retained, or at the top
   */
  record Claim(
      Caller caller, Channel channel, String name, String owner, long lease, boolean earliest)
      implements ConsumerMessage<Claimed> {
    public Claim {
      Objects.requireNonNull(caller, "caller");
      Objects.requireNonNull(channel, "channel");
      Names.id(name, "consumer");
      Names.id(owner, "owner");
      checkLease(lease);
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.claim(this);
    }
  }

  /**
   * The answer to a claim.
   *
   * @param generation of the lease; 0 if another instance holds it
   * @param cursor up to where everything was handled; none: another instance holds the lease
   * @param heldFor ms until the other's lease expires, unless it is renewed; 0 if it is claimed
   */
  record Claimed(long generation, @Nullable Position cursor, long heldFor) implements BusValue {
    public boolean held() {
      return generation == 0;
    }
  }

  /**
   * Stores the cursor, which never moves back, and renews the lease; FENCED if another has it.
   *
   * @param cursor up to where everything was handled; none: only the lease is renewed
   */
  record Commit(Caller caller, ConsumerRef consumer, @Nullable Position cursor, long lease)
      implements ConsumerMessage<Done> {
    public Commit {
      Objects.requireNonNull(caller, "caller");
      Objects.requireNonNull(consumer, "consumer");
      checkLease(lease);
    }

    @Override
    public boolean repeatable() {
      return true;
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.commit(this);
    }
  }

  /** Gives the lease back, so that another need not wait; done also if another has it. */
  record Release(Caller caller, ConsumerRef consumer) implements ConsumerMessage<Done> {
    @Override
    public boolean repeatable() {
      return true;
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.release(this);
    }
  }

  /**
   * Reads what follows on a cursor; if there is nothing yet, the answer waits for it.
   *
   * @param after the cursor; none: from the earliest on
   * @param limit 1 to {@link #MAX_FETCH}
   * @param waitMs 0 to {@link #MAX_WAIT}; an empty page comes after it
   */
  record Fetch(Caller caller, Channel channel, @Nullable Position after, int limit, long waitMs)
      implements ConsumerMessage<Page> {
    public Fetch {
      Objects.requireNonNull(caller, "caller");
      Objects.requireNonNull(channel, "channel");
      if (limit < 1 || limit > MAX_FETCH || waitMs < 0 || waitMs > MAX_WAIT) {
        throw HoldfastException.withPublicMessage(
            ErrorCode.BAD_REQUEST, "limit: 1 to " + MAX_FETCH + ", waitMs: 0 to " + MAX_WAIT);
      }
    }

    @Override
    public boolean repeatable() {
      return true;
    }

    @Override
    public boolean waits() {
      return waitMs > 0;
    }

    @Override
    public Duration patience(Duration usual) {
      return usual.plusMillis(waitMs);
    }

    /** Holds next to nothing while it waits. */
    @Override
    public int weight() {
      return 0;
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.fetch(this);
    }
  }

  /** One method per message. */
  interface Handler<R> {
    R claim(Claim message);

    R commit(Commit message);

    R release(Release message);

    R fetch(Fetch message);
  }

  <R> R dispatch(Handler<R> handler);

  @Override
  default <R> R dispatch(ChannelMessage.Handler<R> handler) {
    return handler.consumer(this);
  }

  private static void checkLease(long lease) {
    if (lease < MIN_LEASE || lease > MAX_LEASE) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.BAD_REQUEST, "lease: " + MIN_LEASE + " to " + MAX_LEASE + " ms");
    }
  }
}
