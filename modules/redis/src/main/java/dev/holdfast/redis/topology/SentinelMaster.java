package dev.holdfast.redis.topology;

import dev.holdfast.redis.server.Advice;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.redis.client.Redis;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A master that sentinels name. All of them are asked once a second, and five times a second while
 * somebody wants to connect (once a second while one of them hangs); whom {@link Election} elects
 * is followed after it has been checked: it answers, and says that it is a master. While nobody is
 * elected, or nobody that is elected can be used, the master that is known stays, as the sentinels
 * may be wrong or away, and Redis well.
 *
 * <p>There is no subscription to {@code +switch-master}: it may be lost, so that asking would be
 * needed all the same, and asking is as fast.
 *
 * <p>Its state belongs to the event-loop context that it was made with.
 */
public final class SentinelMaster implements MasterSource {
  /** The longest wait for the answer of a sentinel, and for that of a server which is checked. */
  public static final long PATIENCE_MS = 1_000;

  private static final Logger LOG = LoggerFactory.getLogger(SentinelMaster.class);
  private static final long CALM_MS = 1_000;
  private static final long HURRY_MS = 200;
  private static final long WANTED_NANOS = TimeUnit.SECONDS.toNanos(15);

  /** The driver, as this class needs it. */
  public interface Servers {
    /** Makes a client of one connection to a sentinel. */
    Redis sentinel(String uri);

    /**
     * Connects to a server and looks at it, within {@link #PATIENCE_MS}.
     *
     * @return done if it is a master that can be used; otherwise a failure that says why not
     */
    Future<Void> check(ServerAddress server);
  }

  private final ContextInternal context;
  private final SentinelConfig config;
  private final Servers servers;
  private final MasterMetrics metrics;
  private final List<Sentinel> sentinels;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final List<Promise<ServerAddress>> waiting = new ArrayList<>();
  private volatile @Nullable Opinion known;
  private List<String> refused = List.of();
  private final Worries worries = new Worries(this::log);
  private boolean asking;
  private boolean closed;
  private long timer = -1;
  private long lastRound = System.nanoTime();
  private long lastWanted = System.nanoTime() - WANTED_NANOS;

  /**
   * Begins to ask.
   *
   * @param context an event loop's
   */
  public SentinelMaster(
      ContextInternal context, SentinelConfig config, Servers servers, MasterMetrics metrics) {
    this.context = context;
    this.config = config;
    this.servers = servers;
    this.metrics = metrics;
    this.sentinels = config.addresses().stream().map(this::sentinel).toList();
    context.runOnContext(begun -> round());
  }

  private Sentinel sentinel(ServerAddress at) {
    return new Sentinel(at, config.master(), PATIENCE_MS, () -> servers.sentinel(config.uri(at)));
  }

  @Override
  public Future<ServerAddress> master(ContextInternal caller) {
    Promise<ServerAddress> answer = caller.promise();
    context.runOnContext(asked -> wanted(answer));
    return answer.future();
  }

  @Override
  public boolean isMaster(ServerAddress server) {
    Opinion now = known;
    return now == null || now.master().equals(server);
  }

  @Override
  public void listen(Runnable action) {
    listeners.add(action);
  }

  @Override
  public void forget(Runnable action) {
    listeners.remove(action);
  }

  /** Ends it; whoever waits is answered. Any thread. */
  public Future<Void> close() {
    Promise<Void> gone = context.promise();
    context.runOnContext(v -> shut().onComplete(gone));
    return gone.future();
  }

  private Future<Void> shut() {
    if (closed) {
      return Future.succeededFuture();
    }
    closed = true;
    context.owner().cancelTimer(timer);
    metrics.close();
    answerAll("it was closed");
    return Future.join(sentinels.stream().map(Sentinel::close).toList()).mapEmpty();
  }

  private void wanted(Promise<ServerAddress> answer) {
    Opinion now = known;
    if (closed) {
      answer.tryFail("it was closed");
    } else if (now != null) {
      answer.tryComplete(now.master());
    } else {
      waiting.add(answer);
    }
    boolean calm = System.nanoTime() - lastWanted > WANTED_NANOS;
    lastWanted = System.nanoTime();
    if (calm && !asking && !closed) {
      context.owner().cancelTimer(timer);
      askLater();
    }
  }

  /** Rounds follow each other, never two at once. */
  private void askLater() {
    boolean hurry = System.nanoTime() - lastWanted < WANTED_NANOS;
    long since = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastRound);
    long delay = Math.max(1, (hurry ? HURRY_MS : CALM_MS) - since);
    timer = context.setTimer(delay, due -> round());
  }

  private void round() {
    if (closed) {
      return;
    }
    asking = true;
    lastRound = System.nanoTime();
    List<Future<Opinion>> answers = sentinels.stream().map(this::ask).toList();
    Future.join(answers).transform(all -> decide(answers)).onComplete(this::settle);
  }

  /** Fails, and never throws: the next round follows this one. */
  private Future<Opinion> ask(Sentinel sentinel) {
    return Future.succeededFuture().compose(begun -> sentinel.ask()).onFailure(this::count);
  }

  private void count(Throwable failure) {
    metrics.failed(failure instanceof SentinelProblem named ? named.kind() : "unreachable");
  }

  private Future<Void> decide(List<Future<Opinion>> answers) {
    List<Opinion> opinions =
        answers.stream().filter(Future::succeeded).map(Future::result).toList();
    metrics.answering(opinions.size());
    refused = new ArrayList<>();
    Opinion now = known;
    if (now != null) {
      known = renewed(now, opinions);
    }
    List<Opinion> candidates = Election.candidates(opinions, sentinels.size(), known);
    return candidates.isEmpty()
        ? Future.failedFuture(undecided(opinions))
        : elect(candidates.iterator());
  }

  /** The greatest epoch that the master was ever named with counts. */
  private static Opinion renewed(Opinion now, List<Opinion> opinions) {
    return opinions.stream()
        .filter(opinion -> opinion.master().equals(now.master()))
        .filter(opinion -> opinion.epoch() > now.epoch())
        .reduce(now, (one, other) -> one.epoch() > other.epoch() ? one : other);
  }

  private Future<Void> elect(Iterator<Opinion> candidates) {
    if (!candidates.hasNext()) {
      return Future.failedFuture("nobody that they name can be used");
    }
    Opinion next = candidates.next();
    Opinion now = known;
    if (now != null && now.master().equals(next.master())) {
      return Future.succeededFuture();
    }
    return servers
        .check(next.master())
        .onSuccess(usable -> follow(next))
        .recover(
            failure -> {
              String problem = String.valueOf(failure.getMessage());
              refused.add(Advice.unusable(next.toString(), problem));
              return elect(candidates);
            });
  }

  private void follow(Opinion next) {
    if (closed) {
      return;
    }
    Opinion before = known;
    known = next;
    metrics.follows(next.master());
    if (before == null) {
      LOG.info("Redis: the master of {} is {}", config.master(), next);
    } else {
      metrics.changed();
      LOG.warn("Redis: the master of {} is {} now, not {}", config.master(), next, before);
      listeners.forEach(Runnable::run);
    }
  }

  private String undecided(List<Opinion> opinions) {
    if (opinions.isEmpty()) {
      String each = sentinels.stream().map(Sentinel::toString).collect(Collectors.joining("; "));
      return "no sentinel names one (" + each + ")";
    }
    String each =
        opinions.stream().distinct().map(Opinion::toString).collect(Collectors.joining(", "));
    return Advice.disagreement(sentinels.size(), each, config.master());
  }

  private void settle(AsyncResult<Void> round) {
    asking = false;
    List<String> all = new ArrayList<>(refused);
    if (round.failed()) {
      all.add(String.valueOf(round.cause().getMessage()));
    }
    String now = String.join("; ", all);
    if (!closed) {
      worries.are(now);
      answerAll("no master is known: " + now);
      askLater();
    }
  }

  private void answerAll(String reason) {
    Opinion now = known;
    List<Promise<ServerAddress>> all = List.copyOf(waiting);
    waiting.clear();
    for (Promise<ServerAddress> answer : all) {
      if (now == null) {
        answer.tryFail(reason);
      } else {
        answer.tryComplete(now.master());
      }
    }
  }

  private void log(String now) {
    Opinion master = known;
    if (now.isEmpty()) {
      LOG.info("Redis: the sentinels of {} name its master, {}", config.master(), master);
    } else if (master == null) {
      LOG.warn("Redis: no master of {} is known: {}", config.master(), now);
    } else {
      LOG.warn("Redis: {} stays the master of {}: {}", master, config.master(), now);
    }
  }
}
