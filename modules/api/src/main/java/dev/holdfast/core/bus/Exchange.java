package dev.holdfast.core.bus;

import dev.holdfast.core.BusMessage;
import dev.holdfast.core.Ids;
import dev.holdfast.core.audit.Origin;
import dev.holdfast.core.audit.Witness;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.shareddata.Shareable;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A process's knowledge of who answers on the bus; one for all {@link Bus}es of a Vert.x. Besides
 * the address that all instances of a service share, each process has one of its own per service,
 * so that it can be known who was asked. Safe on any thread.
 */
final class Exchange implements Shareable {
  /** Names the instance in an answer; who asks learns its own address by it. */
  static final String BY = "holdfast.by";

  /** Asks who serves an address, and whether it still answers; the body is null. */
  static final String WHO = "holdfast.who";

  /** Says in an answer that the request was not read. */
  static final String NOT_READ = "holdfast.not-read";

  /** Names who asked for a request over HTTP; believed within one process only. */
  static final String ORIGIN = "holdfast.origin";

  private static final long TICK_MS = 20;
  private static final long GIVEN_UP_MS = 5_000;

  final String process = Ids.fresh();
  final Vertx vertx;
  final BusCounts counts = new BusCounts();
  final SpareAsks spare = new SpareAsks();
  volatile Witness witness = Witness.NONE;
  final UnreadAnswers unread = new UnreadAnswers(this::knock);
  private final Context context;
  private final Map<String, Instances> services = new ConcurrentHashMap<>();
  private final Set<String> own = ConcurrentHashMap.newKeySet();
  private final AtomicLong numbers = new AtomicLong();
  private volatile @Nullable Future<Void> present;
  private long tickedAt = System.nanoTime();

  private Exchange(Vertx vertx) {
    this.vertx = vertx;
    // Of no verticle, as its timer is to outlive every one.
    this.context = ((VertxInternal) vertx).createEventLoopContext();
    context.runOnContext(now -> vertx.setPeriodic(TICK_MS, timer -> tick()));
  }

  static Exchange of(Vertx vertx) {
    return vertx
        .sharedData()
        .<String, Exchange>getLocalMap("holdfast.bus")
        .computeIfAbsent("exchange", fresh -> new Exchange(vertx));
  }

  /**
   * Returns the address at which one instance alone serves what all serve at a common address.
   *
   * @param instance the process, a point and a number
   */
  static String direct(String instance, String address) {
    return "node." + instance + "." + address;
  }

  /** Is there as long as the process is, whatever it still serves. */
  static String processAddress(String process) {
    return "node." + process;
  }

  /** Those that serve an address, about to be asked. */
  Instances instances(String address) {
    return services.compute(
        address, (key, kept) -> (kept == null ? new Instances(this, address) : kept).inUse());
  }

  /** The id of a further instance in this process. */
  String begin() {
    String instance = process + "." + numbers.incrementAndGet();
    own.add(instance);
    return instance;
  }

  /** The instance takes nothing more. */
  void end(String instance) {
    own.remove(instance);
  }

  /** Returns whether it is of this process, and takes requests. */
  boolean serves(String instance) {
    return own.contains(instance);
  }

  /** Completes when others can see that this process is there. */
  Future<Void> present() {
    Future<Void> known = present;
    return known == null ? beginPresence() : known;
  }

  private synchronized Future<Void> beginPresence() {
    Future<Void> known = present;
    if (known != null) {
      return known;
    }
    Promise<Void> registered = Promise.promise();
    present = registered.future();
    run(
        () ->
            vertx
                .eventBus()
                .consumer(processAddress(process), message -> message.reply(null))
                .completion()
                .onComplete(registered));
    return registered.future();
  }

  /**
   * Answers for a while what is still sent to an address that was given up lately: that nobody read
   * it. Otherwise the sender would wait in vain.
   */
  Future<Void> giveUp(String address) {
    Promise<Void> registered = Promise.promise();
    run(
        () -> {
          MessageConsumer<Object> consumer =
              vertx.eventBus().consumer(address, message -> message.reply(null, notRead()));
          consumer.completion().onComplete(registered);
          vertx.setTimer(GIVEN_UP_MS, timer -> consumer.unregister());
        });
    return registered.future();
  }

  private static DeliveryOptions notRead() {
    return new DeliveryOptions().addHeader(NOT_READ, "1");
  }

  /** Runs a task on the context of the exchange, not on that of whoever happens to ask. */
  void run(Runnable task) {
    context.runOnContext(now -> task.run());
  }

  /** Sends to an instance; if none is named, to any that the bus knows. */
  <A> Future<Message<A>> request(
      @Nullable Instance to,
      String address,
      BusMessage<A> message,
      @Nullable Origin origin,
      long millis) {
    DeliveryOptions options = asked(origin, millis);
    if (to == null) {
      return vertx.eventBus().request(address, message, options);
    }
    return vertx.eventBus().request(to.address(), message, options.setLocalOnly(to.local()));
  }

  /** Returns what a request carries besides its message. */
  DeliveryOptions asked(@Nullable Origin origin, long millis) {
    DeliveryOptions options = options(millis).addHeader(Ask.HEADER, Ask.of(process, millis));
    return origin == null ? options : options.addHeader(ORIGIN, origin.text());
  }

  /** Asks who is there. */
  Future<Message<Object>> who(String address, long millis) {
    var options = new DeliveryOptions().setSendTimeout(millis).addHeader(WHO, "1");
    return vertx.eventBus().request(address, null, options);
  }

  /**
   * Fails where nothing can be sent to a process: the only way to learn of a connection that is
   * refused or broken, as Vert.x lets requests wait for their time-out.
   */
  Future<Void> knock(String process) {
    return vertx.eventBus().sender(processAddress(process)).write(null);
  }

  static DeliveryOptions options(long millis) {
    return new DeliveryOptions().setCodecName(BusCodec.NAME).setSendTimeout(Math.max(1, millis));
  }

  private void tick() {
    long now = System.nanoTime();
    long late = Math.max(0, now - tickedAt - 2 * TICK_MS * 1_000_000);
    tickedAt = now;
    services.forEach(
        (address, each) -> {
          each.tick(now, late);
          if (each.isUnused(now)) {
            services.computeIfPresent(
                address, (key, kept) -> kept.isUnused(System.nanoTime()) ? null : kept);
          }
        });
  }
}
