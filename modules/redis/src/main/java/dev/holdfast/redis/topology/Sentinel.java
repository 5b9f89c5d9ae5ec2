package dev.holdfast.redis.topology;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One sentinel, and the connection to it, which is kept while it answers. One question at a time,
 * on one event-loop context.
 */
final class Sentinel {
  private static final Logger LOG = LoggerFactory.getLogger(Sentinel.class);

  private final ServerAddress address;
  private final String master;
  private final long patienceMs;
  private final KeptConnection connection;
  private String trouble = "";
  private final Worries worries = new Worries(this::log);
  private boolean closed;

  /**
   * @param master the name of the master that is asked for
   * @param patienceMs longest wait for an answer, connecting included
   * @param clients makes a driver's client of this sentinel
   */
  Sentinel(ServerAddress address, String master, long patienceMs, Supplier<Redis> clients) {
    this.address = address;
    this.master = master;
    this.patienceMs = patienceMs;
    this.connection = new KeptConnection(address, patienceMs, clients);
  }

  /** Asks for the master; fails with a {@link SentinelProblem}, in time. */
  Future<Opinion> ask() {
    return connection
        .ask(Request.cmd(Command.SENTINEL, "MASTER", master))
        .compose(Sentinel::read)
        .onSuccess(opinion -> note(""))
        .recover(failure -> Future.failedFuture(failed(failure)));
  }

  /** What is under way fails. */
  Future<Void> close() {
    closed = true;
    return connection.close();
  }

  private SentinelProblem failed(Throwable failure) {
    connection.drop();
    SentinelProblem problem = SentinelProblem.of(failure, patienceMs);
    note(String.valueOf(problem.getMessage()));
    return problem;
  }

  private void note(String now) {
    if (!closed) {
      trouble = now;
      worries.are(now);
    }
  }

  private void log(String now) {
    if (now.isEmpty()) {
      LOG.info("Sentinel {} names a master of {} again", address, master);
    } else {
      LOG.warn("Sentinel {} names no master of {}: {}", address, master, now);
    }
  }

  private static Future<Opinion> read(@Nullable Response answer) {
    try {
      return Future.succeededFuture(opinion(answer));
    } catch (IllegalArgumentException e) {
      return Future.failedFuture(
          SentinelProblem.nonsense("its answer describes no master: " + e.getMessage()));
    }
  }

  private static Opinion opinion(@Nullable Response answer) {
    if (answer == null || answer.type() != ResponseType.MULTI) {
      throw new IllegalArgumentException("it is no list");
    }
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i + 1 < answer.size(); i += 2) {
      values.put(String.valueOf(answer.get(i)), String.valueOf(answer.get(i + 1)));
    }
    int port = Integer.parseInt(values.getOrDefault("port", "none"));
    long epoch = Long.parseLong(values.getOrDefault("config-epoch", "none"));
    if (values.getOrDefault("flags", "").contains("failover_in_progress")) {
      epoch = Opinion.BETWEEN;
    }
    return new Opinion(new ServerAddress(values.getOrDefault("ip", ""), port), epoch);
  }

  @Override
  public String toString() {
    return address + (trouble.isEmpty() ? "" : ": " + trouble);
  }
}
