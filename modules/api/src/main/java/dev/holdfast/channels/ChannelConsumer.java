package dev.holdfast.channels;

import dev.holdfast.channels.ConsumerMessage.Claimed;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.core.Names;
import dev.holdfast.core.Position;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.core.process.BackOff;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a channel's log for a service, by a cursor that is kept under a name. Of all instances that
 * use the name, in any process, one reads at a time. When it stops, is killed or cut off, another
 * goes on after what was handled.
 *
 * <p>The handler gets one publication after another, in order, each at least once. It may get one
 * again after a loss of the reader, so it has to be idempotent; the position identifies a
 * publication. None is skipped: one whose handling fails is handed again, and what retention has
 * taken is reported as a {@link Gap}. The cursor is kept for 7 days after its last use.
 *
 * <p>Safe on any thread; handlers are called on one context, the constructor's.
 */
public final class ChannelConsumer {
  private static final Logger LOG = LoggerFactory.getLogger(ChannelConsumer.class);
  private static final BackOff BACK_OFF = new BackOff(50, 2_000);

  /** The longest pause between two looks of an instance that waits its turn. */
  private static final long STANDBY_MS = 1_000;

  private final Bus bus;
  private final Context context;
  private final Caller.Service service;
  private final Channel channel;
  private final String name;
  private final ChannelConsumerConfig config;
  private final String owner = Ids.fresh();
  private final Promise<Void> started = Promise.promise();
  private final Promise<Void> stopped = Promise.promise();
  private Consumer<Gap> gaps = this::logged;

  @SuppressWarnings("NullAway.Init") // set by start(), before anything reads it
  private ConsumerTask task;

  private @Nullable ConsumerRun run;
  private boolean stopping;
  private int failures;
  private volatile boolean active;

  /** Makes one with the default settings: a new consumer begins with the first retained entry. */
  public ChannelConsumer(Bus bus, Caller.Service service, Channel channel, String name) {
    this(bus, service, channel, name, ChannelConsumerConfig.DEFAULT);
  }

  /**
   * @param name 1 to 64 letters, digits, {@code _ -}; at most 64 names are kept per channel
   */
  public ChannelConsumer(
      Bus bus, Caller.Service service, Channel channel, String name, ChannelConsumerConfig config) {
    this.bus = bus;
    this.context = bus.vertx().getOrCreateContext();
    this.service = service;
    this.channel = channel;
    this.name = Names.id(name, "consumer");
    this.config = config;
  }

  /** Sets what gets the gaps, which otherwise are logged. Call it before {@link #start}. */
  public ChannelConsumer onGap(Consumer<Gap> handler) {
    gaps = handler;
    return this;
  }

  /**
   * Begins to read. Call it once.
   *
   * @param handler its future says that the publication is handled
   * @return done when this instance reads, or waits its turn; fails with FORBIDDEN, BAD_REQUEST or
   *     LIMIT_EXCEEDED (too many names). While no node answers, it tries on
   */
  public Future<Void> start(Function<Publication, Future<Void>> handler) {
    var client = new ServiceClient(bus, config.requestTimeout());
    task = new ConsumerTask(bus, context, service, channel, config, client, handler, gaps);
    context.runOnContext(now -> claim());
    return started.future();
  }

  /** Returns whether this instance is the one that reads. */
  public boolean active() {
    return active;
  }

  /**
   * Ends after the publication that is being handled. Its position is stored, and another instance
   * may go on at once.
   */
  public Future<Void> stop() {
    context.runOnContext(now -> end());
    return stopped.future();
  }

  private void end() {
    stopping = true;
    if (run == null) {
      done();
    } else {
      run.stop();
    }
  }

  private void done() {
    started.tryFail(new HoldfastException(ErrorCode.UNAVAILABLE, "stopped before it started"));
    stopped.tryComplete();
  }

  private void claim() {
    if (stopping) {
      done();
      return;
    }
    long sentAt = System.nanoTime();
    boolean earliest = config.begin() == ChannelConsumerConfig.Begin.EARLIEST;
    long lease = config.lease().toMillis();
    task.client()
        .ask(new ConsumerMessage.Claim(service, channel, name, owner, lease, earliest))
        .onSuccess(claimed -> claimed(claimed, sentAt))
        .onFailure(failure -> refused(HoldfastException.from(failure)));
  }

  private void claimed(Claimed claimed, long sentAt) {
    failures = 0;
    started.tryComplete();
    if (claimed.held()) {
      long wait = Math.min(STANDBY_MS, claimed.heldFor());
      task.later(wait + ThreadLocalRandom.current().nextLong(50), this::claim);
      return;
    }
    var ref = new ConsumerRef(channel, name, owner, claimed.generation());
    LOG.info("reads {} as {}, generation {}", channel, name, ref.generation());
    // Held here, too: it may be over, and gone from the field, before its begin returns.
    Position cursor = Objects.requireNonNull(claimed.cursor(), "a claim that holds has a cursor");
    var fresh = new ConsumerRun(task, new ConsumerLease(task, ref, cursor, sentAt));
    run = fresh;
    active = true;
    fresh.begin().onComplete(ended -> over());
    if (stopping) {
      fresh.stop();
    }
  }

  private void over() {
    run = null;
    active = false;
    if (stopping) {
      done();
      return;
    }
    task.later(ThreadLocalRandom.current().nextLong(100, 500), this::claim);
  }

  private void refused(HoldfastException failure) {
    if (!failure.code().retryable && started.tryFail(failure)) {
      stopping = true;
      stopped.tryComplete();
      return;
    }
    LOG.warn("can't claim {} of {}, trying again: {}", name, channel, failure.toString());
    failures++;
    task.later(BACK_OFF.delay(failures), this::claim);
  }

  private void logged(Gap gap) {
    LOG.warn("{} of {} can't have what lies in {}", name, channel, gap);
  }
}
