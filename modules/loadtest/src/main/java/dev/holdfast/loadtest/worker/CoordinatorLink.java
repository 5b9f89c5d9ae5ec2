package dev.holdfast.loadtest.worker;

import dev.holdfast.loadtest.plan.FromWorker;
import dev.holdfast.loadtest.plan.ToWorker;
import dev.holdfast.loadtest.worker.clients.ClientsVerticle;
import dev.holdfast.loadtest.worker.measure.Clock;
import dev.holdfast.loadtest.worker.measure.CpuMeter;
import dev.holdfast.loadtest.worker.measure.LoopReport;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A link to a coordinator: does what it asks, and reports once a second. When its connection ends,
 * everything that it asked for ends. Confined to the event loop of the connection.
 */
final class CoordinatorLink {
  private static final Logger LOG = LoggerFactory.getLogger(CoordinatorLink.class);
  private static final long REPORT_MS = 1_000;
  private static final long POLL_MS = 100;
  private static final long PING_EVERY_REPORTS = 5;
  private static final long SILENCE_NS = TimeUnit.SECONDS.toNanos(30);
  private static final short NORMAL = 1000;
  private static final short GOING_AWAY = 1001;
  private static final short POLICY = 1008;

  private final Vertx vertx;
  private final Context context;
  private final int loops;
  private final ServerWebSocket socket;
  private final CpuMeter cpu = new CpuMeter();
  private final Promise<Void> ended = Promise.promise();
  private final long reporter;

  @SuppressWarnings("NullAway.Init")
  private Assignment assignment;

  private Future<Void> opened = Future.succeededFuture();
  private Future<Void> reported = Future.succeededFuture();
  private long reports;
  private long heard = System.nanoTime();
  private boolean ready;
  private boolean over;

  CoordinatorLink(Vertx vertx, int loops, ServerWebSocket socket) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.loops = loops;
    this.socket = socket;
    socket.textMessageHandler(this::message);
    socket.pongHandler(pong -> heard = System.nanoTime());
    socket.closeHandler(closed -> finish());
    socket.exceptionHandler(failure -> socket.close());
    this.reporter = vertx.setPeriodic(REPORT_MS, timer -> tick());
  }

  /** Completes when everything of it is closed; never fails. */
  Future<Void> ended() {
    return ended.future();
  }

  /** Ends it from this side. */
  Future<Void> end() {
    socket.close(GOING_AWAY, "the worker ends").onFailure(this::log);
    finish();
    return ended();
  }

  private void message(String text) {
    heard = System.nanoTime();
    if (over) {
      return;
    }
    try {
      obey(MessageCodec.read(text));
    } catch (IllegalArgumentException e) {
      fail("not understood: " + e.getMessage());
    } catch (NullPointerException e) {
      fail("not understood: a member of the message is missing");
    }
  }

  private void obey(ToWorker message) {
    if (message instanceof ToWorker.Clock asked) {
      send(new FromWorker.Clock(asked.id(), Clock.own()));
    } else if (message instanceof ToWorker.Assign assign) {
      assign(assign);
    } else if (message instanceof ToWorker.Stop) {
      finish();
    } else if (!ready) {
      fail(message.getClass().getSimpleName() + " came before it was ready");
    } else {
      work(message);
    }
  }

  private void work(ToWorker message) {
    if (message instanceof ToWorker.Connect connect) {
      then(assignment.connect(connect.groups()), done -> {});
    } else if (message instanceof ToWorker.Leave leave) {
      then(assignment.leave(leave.groups()), done -> {});
    } else if (message instanceof ToWorker.Cut cut) {
      then(assignment.cut(cut.node()), done -> {});
    } else if (message instanceof ToWorker.Publish publish) {
      then(
          assignment.publish(publish),
          totals -> sendAfterReport(new FromWorker.Published(publish.flows(), totals)));
    } else if (message instanceof ToWorker.Call call) {
      then(assignment.call(call), done -> sendAfterReport(new FromWorker.Called(call.calls())));
    } else if (message instanceof ToWorker.Finish finish) {
      var news = new News(TimeUnit.MILLISECONDS.toNanos(assignment.patienceMillis()));
      then(assignment.expect(finish.totals()), done -> await(news));
    }
  }

  private void assign(ToWorker.Assign assign) {
    List<String> problems = PlanCheck.problems(assign);
    if (assignment != null) {
      fail("it was assigned already");
    } else if (!problems.isEmpty()) {
      fail("the plan can't be: " + String.join("; ", problems));
    } else {
      assignment = new Assignment(vertx, assign, loops);
      opened = assignment.open();
      then(opened, done -> ready());
    }
  }

  private void ready() {
    ready = true;
    send(new FromWorker.Ready());
  }

  /** Notices that nothing new comes any more. */
  private static final class News {
    private final long patience;
    private long last = -1;
    private long since;

    News(long patience) {
      this.patience = patience;
    }

    boolean over(long news) {
      if (news != last) {
        last = news;
        since = System.nanoTime();
      }
      return System.nanoTime() - since > patience;
    }
  }

  private void await(News news) {
    then(assignment.end(), end -> judge(end, news));
  }

  private void judge(ClientsVerticle.End end, News news) {
    boolean complete = end.lost() == 0 && end.away() == 0;
    if (complete || news.over(end.news())) {
      sendAfterReport(new FromWorker.Done(complete, end.unpublished()));
    } else {
      vertx.setTimer(POLL_MS, timer -> await(news));
    }
  }

  private void tick() {
    if (System.nanoTime() - heard > SILENCE_NS) {
      LOG.warn("The coordinator is silent; its connection is closed");
      socket.close().onFailure(this::log);
      finish();
    } else if (!over) {
      reports++;
      if (reports % PING_EVERY_REPORTS == 0) {
        socket.writePing(Buffer.buffer("?")).onFailure(this::log);
      }
      if (reported.isComplete()) {
        report();
      }
    }
  }

  /** Reports, one at a time, so that no report overtakes another. */
  private Future<Void> report() {
    Future<LoopReport> loopReport =
        ready ? assignment.report() : Future.succeededFuture(LoopReport.NONE);
    Promise<Void> sent = Promise.promise();
    reported = sent.future();
    then(
        loopReport,
        report -> {
          long at = ready ? assignment.clock().micros() : Clock.own();
          send(report.progress(at, cpu.take()));
          sent.tryComplete();
        });
    return reported;
  }

  /** The message after one more progress. */
  private void sendAfterReport(FromWorker message) {
    then(reported.compose(before -> report()), progressed -> send(message));
  }

  private void send(FromWorker message) {
    if (!over) {
      socket.writeTextMessage(MessageCodec.write(message)).onFailure(this::log);
    }
  }

  /** Takes a step on this event loop, while the link lasts; a failure ends it. */
  private <T> void then(Future<T> future, Consumer<T> step) {
    future.onComplete(
        result ->
            context.runOnContext(
                now -> {
                  if (!over && result.succeeded()) {
                    step.accept(result.result());
                  } else if (!over) {
                    fail("" + result.cause().getMessage());
                  }
                }));
  }

  private void fail(String message) {
    LOG.warn("Given up: {}", message);
    send(new FromWorker.Failed(message));
    socket.close(POLICY, "given up").onFailure(this::log);
    finish();
  }

  private void finish() {
    if (over) {
      return;
    }
    over = true;
    vertx.cancelTimer(reporter);
    opened
        .transform(any -> assignment == null ? Future.succeededFuture() : assignment.close())
        .onComplete(closed -> context.runOnContext(now -> left()));
  }

  private void left() {
    if (!socket.isClosed()) {
      socket.close(NORMAL, "done").onFailure(this::log);
    }
    ended.tryComplete();
  }

  private void log(Throwable failure) {
    LOG.debug("The coordinator's connection", failure);
  }
}
