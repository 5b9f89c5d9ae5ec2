package dev.holdfast.redis.topology;

import dev.holdfast.redis.server.Advice;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One server of a cluster, which is asked for its view again and again. One question at a time, on
 * one event-loop context.
 */
final class ClusterNode {
  /** The longest wait for an answer, connecting included. */
  static final long PATIENCE_MS = 1_000;

  private final ContextInternal context;
  private final ServerAddress address;
  private final KeptConnection connection;
  private final LongSupplier pace;
  private final Runnable onAnswer;
  private @Nullable NodesView view;
  private String trouble = "";
  private boolean asking;
  private boolean closed;
  private long timer = -1;

  /**
   * Begins to ask.
   *
   * @param pace gives the time until the next question, in ms
   * @param onAnswer runs after each answer, and each failure
   */
  ClusterNode(
      ContextInternal context,
      ServerAddress address,
      Supplier<Redis> clients,
      LongSupplier pace,
      Runnable onAnswer) {
    this.context = context;
    this.address = address;
    this.connection = new KeptConnection(address, PATIENCE_MS, clients);
    this.pace = pace;
    this.onAnswer = onAnswer;
    context.runOnContext(begun -> ask());
  }

  /** Asks soon, by the pace of now. */
  void hurry() {
    if (!asking && !closed) {
      context.owner().cancelTimer(timer);
      askLater();
    }
  }

  private void askLater() {
    timer = context.setTimer(Math.max(1, pace.getAsLong()), due -> ask());
  }

  private void ask() {
    if (closed || asking) {
      return;
    }
    asking = true;
    Future.succeededFuture()
        .compose(begun -> connection.ask(Request.cmd(Command.CLUSTER, "NODES")))
        .map(this::read)
        .onComplete(answer -> answered(answer.result(), answer.cause()));
  }

  private NodesView read(@Nullable Response answer) {
    return NodesView.parse(String.valueOf(answer), address);
  }

  private void answered(@Nullable NodesView seen, @Nullable Throwable failure) {
    asking = false;
    if (closed) {
      return;
    }
    view = seen;
    trouble = failure == null ? "" : problem(failure);
    if (failure != null) {
      connection.drop();
    }
    onAnswer.run();
    if (!closed) {
      askLater();
    }
  }

  private static String problem(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    if (failure instanceof TimeoutException) {
      return "no answer within " + PATIENCE_MS + " ms";
    }
    boolean alone = message.startsWith("ERR This instance has cluster support disabled");
    return Advice.with(alone ? "it is no server of a cluster" : message);
  }

  /** Returns its newest answer; none: the newest question failed, or was not answered yet. */
  @Nullable NodesView view() {
    return view;
  }

  /** Returns whether the newest question has failed. */
  boolean isInTrouble() {
    return !trouble.isEmpty();
  }

  Future<Void> close() {
    closed = true;
    context.owner().cancelTimer(timer);
    return connection.close();
  }

  @Override
  public String toString() {
    return address + (trouble.isEmpty() ? "" : ": " + trouble);
  }
}
