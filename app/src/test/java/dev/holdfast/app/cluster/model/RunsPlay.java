package dev.holdfast.app.cluster.model;

import dev.holdfast.app.cluster.BusService;
import dev.holdfast.app.cluster.Traffic;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.runs.Busy;
import dev.holdfast.runs.RunMessage;
import dev.holdfast.runs.RunView;
import dev.holdfast.runs.RunWorker;
import dev.holdfast.runs.WorkerRun;
import dev.holdfast.testkit.ClusterOptions;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.TestNode;
import dev.holdfast.testkit.client.ClientOptions;
import dev.holdfast.testkit.client.WsTestClient;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Runs of agents within a random run of the model: a user starts and cancels them, pages read them,
 * move, are cut and are loaded anew, workers write, die, and wake too late. What is done follows
 * from the seed alone. When all has healed, every page has of each run what its worker has written.
 */
final class RunsPlay {
  /** A user's page that is there from the beginning. */
  static final String FIRST = "page0";

  private static final Duration HEALING = Duration.ofSeconds(60);
  private static final int OPERATIONS = 24;
  private static final int PAGES = 4;
  private static final int RUNS = 6;
  private static final int BATCH_MS = 40;

  private final TestCluster cluster;
  private final Vertx vertx;
  private final RunAsker asker;
  private final RunStarts starts;
  private final Weather weather;
  private final long seed;
  private final Random random;
  private final String user = "u" + Ids.fresh();
  private final String raw = "raw" + Ids.fresh();
  private final String library = "lib" + Ids.fresh();
  private final Map<String, RunPaper> papers = new ConcurrentHashMap<>();
  private final List<RunPaper> order = new ArrayList<>();
  private final List<RunPage> pages = new ArrayList<>();
  private final List<RunWorker> workers = new ArrayList<>();
  private final List<String> trace = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private volatile boolean over;

  RunsPlay(TestCluster cluster, BusService service, long seed, Weather weather) {
    this.weather = weather;
    this.cluster = cluster;
    this.vertx = service.bus().vertx();
    this.asker = new RunAsker(service);
    this.starts = new RunStarts(asker, this::problem);
    this.seed = seed;
    this.random = new Random(seed ^ 0x72756e73L);
    for (int i = 0; i < 2; i++) {
      workers.add(
          new RunWorker(service.bus(), RunAsker.ME, library, 4).start(run -> write(vertx, run)));
    }
  }

  /** With a cluster whose runs lose their workers soon. */
  static ClusterOptions options(ClusterOptions some) {
    return some.with("runs.limits.lease", "8s")
        .with("runs.limits.grace", "2s")
        .with("runs.userRuns", 100)
        .with("runs.tenantRuns", 10_000)
        .with("runs.startsPerMinute", 10_000)
        .with("channels.retention." + RunAsker.TENANT + "/run.age", "1h");
  }

  void begin() {
    for (int i = 0; i < 2; i++) {
      new RawWorker(asker, raw, papers::get, () -> over);
    }
    RunPage first = open(FIRST);
    Traffic.await(first.client.connect(anyNode().url()));
  }

  void operate() {
    for (int i = 0; i < OPERATIONS; i++) {
      if (i % (OPERATIONS / RUNS) == 0) {
        start();
      } else {
        operateOnce();
      }
      pause(100 + random.nextInt(300));
    }
  }

  private void operateOnce() {
    int dice = random.nextInt(100);
    RunPage page = pages.get(random.nextInt(pages.size()));
    RunPaper run = order.get(random.nextInt(order.size()));
    boolean snapshot = random.nextInt(3) > 0;
    if (dice < 40) {
      note(page + " reads " + run.id + (snapshot ? " from its snapshot" : ""));
      read(page, run, snapshot);
    } else if (dice < 52 && pages.size() < PAGES) {
      note(page + " is loaded anew, and reads " + run.id);
      read(open("page" + pages.size()), run, snapshot);
    } else if (dice < 68) {
      note(page + " moves");
      page.client.connect(anyNode().url());
    } else if (dice < 78) {
      note(page + " is cut");
      page.client.cut();
    } else if (dice < 84) {
      note(page + " is away");
      page.client.detach();
    } else if (dice < 92) {
      note(run.id + " is cancelled");
      starts.cancel(run, 1 + random.nextInt(2));
    } else {
      note(run.id + " is started again");
      starts.startAgain(run);
    }
  }

  private RunPage open(String name) {
    var options = ClientOptions.of(cluster.urls(), cluster.token(RunAsker.TENANT, user, Set.of()));
    WsTestClient client =
        cluster.clients().client(options.withWaits(Duration.ofMillis(100), Duration.ofSeconds(1)));
    RunPage page = new RunPage(name, client);
    client.connect(anyNode().url());
    pages.add(page);
    return page;
  }

  private static void read(RunPage page, RunPaper run, boolean snapshot) {
    if (run.view() != null && page.client.isConnected()) {
      page.read(run, snapshot);
    }
  }

  private void start() {
    String id = "r" + order.size();
    boolean joins = !order.isEmpty() && random.nextInt(3) == 0;
    String thread = joins ? order.get(random.nextInt(order.size())).thread : "th" + order.size();
    Busy busy = Busy.values()[random.nextInt(Busy.values().length)];
    String agent = random.nextInt(3) == 0 ? library : raw;
    RunPaper run = new RunPaper(user, thread, id, agent, busy, new Random(random.nextLong()));
    boolean twice = random.nextInt(4) == 0;
    papers.put(id, run);
    order.add(run);
    note(run + " is started on " + thread + (twice ? ", twice at once" : ""));
    if (twice) {
      starts.send(run);
    }
    starts.start(run);
  }

  /** The library's worker: events one by one, and several of them under way. */
  private Future<Void> write(Vertx on, WorkerRun run) {
    RunPaper paper = papers.get(run.run().runId());
    Promise<Void> all = Promise.promise();
    write(on, run, paper, 0, all);
    return all.future();
  }

  private void write(Vertx on, WorkerRun run, RunPaper paper, int batch, Promise<Void> all) {
    if (batch == paper.batches.size() || run.cancelled()) {
      all.complete();
      return;
    }
    paper.tries(batch);
    List<Future<Void>> sent = paper.batches.get(batch).stream().map(run::send).toList();
    Future.all(sent)
        .onSuccess(stored -> paper.acked(batch))
        .onFailure(lost -> refused(paper, lost));
    on.setTimer(BATCH_MS, timer -> write(on, run, paper, batch + 1, all));
  }

  private void refused(RunPaper paper, Throwable lost) {
    ErrorCode code = HoldfastException.from(lost).code();
    boolean refused = code == ErrorCode.BAD_REQUEST || code == ErrorCode.TOO_LARGE;
    // A handler that stops in mid-text has its last events in one batch with an end that is
    // refused.
    if (refused && !wasCancelled(paper)) {
      paper.refused("an event of it was refused: " + lost);
    }
  }

  /** Takes part no more, until all comes back. */
  void leave() {
    pages.forEach(page -> page.client.detach());
  }

  /** Everybody comes back, every run has its end, and two more pages read them all. */
  void heal() {
    for (RunPage page : pages) {
      page.client.connect(anyNode().url());
    }
    waits("starts are answered", () -> order.stream().allMatch(this::isDecided));
    for (String from : List.of("snapshot", "earliest")) {
      RunPage page = open("last-" + from);
      started().forEach(run -> page.read(run, from.equals("snapshot")));
    }
    waits("runs have ended", () -> started().stream().allMatch(this::hasEnded));
    waits("pages have read the ends", () -> judged().stream().allMatch(RunsPlay::hasRead));
    if (!weather.loses()) {
      waits(
          "the owner is notified",
          () -> started().stream().allMatch(run -> countNotified(run, "agent_completed") > 0));
    }
  }

  private boolean isDecided(RunPaper run) {
    return run.view() != null || starts.start(run);
  }

  private boolean hasEnded(RunPaper run) {
    return run.isGone() || "ended".equals(now(run).state());
  }

  /** As it is now; as it was, if nobody answers. */
  private RunView now(RunPaper run) {
    RunView known = Objects.requireNonNull(run.view(), "it was started");
    try {
      run.started(asker.ask(new RunMessage.Get(RunAsker.ME, RunAsker.TENANT, known.run())));
    } catch (HoldfastException refused) {
      if (refused.code() == ErrorCode.NOT_FOUND && weather.loses()) {
        run.gone();
      }
      return known;
    }
    return Objects.requireNonNull(run.view());
  }

  private static boolean hasRead(RunPage page) {
    page.askAgain();
    return page.runs().stream().allMatch(run -> run.isGone() || page.hasEnd(run));
  }

  private void waits(String what, Callable<Boolean> done) {
    try {
      Awaitility.await(what).atMost(HEALING).pollInterval(Duration.ofMillis(100)).until(done);
    } catch (ConditionTimeoutException late) {
      problem("not within " + HEALING + ": " + what);
    }
  }

  /** Events that the owner's first page got of a run. */
  long countNotified(RunPaper run, String event) {
    return pages.get(0).client.ledger().received("user:" + user).stream()
        .filter(each -> each.event().equals(event))
        .filter(each -> each.data().path("run_id").asText().equals(run.id))
        .count();
  }

  /** Runs that have a record. */
  List<RunPaper> started() {
    return order.stream().filter(run -> run.view() != null && !run.isGone()).toList();
  }

  /** Whether somebody has cancelled it, or another run that was to be next on its thread. */
  boolean wasCancelled(RunPaper run) {
    return run.wasCancelled()
        || order.stream()
            .anyMatch(
                other ->
                    other != run
                        && other.busy == Busy.INTERRUPT
                        && other.thread.equals(run.thread));
  }

  List<RunPage> pages() {
    return pages;
  }

  long seed() {
    return seed;
  }

  /**
   * Pages that have all there is. After an older state of Redis came back, those who had more than
   * that have a gap, and those who read anew have it.
   */
  List<RunPage> judged() {
    int all = pages.size();
    return weather.loses() ? pages.subList(all - 2, all) : pages;
  }

  String user() {
    return user;
  }

  /** What does not hold, once all has healed. */
  List<String> violations() {
    return new RunsJudge(this, weather)
        .violations().stream().map(what -> "seed " + seed + ": " + what).toList();
  }

  RunAsker asker() {
    return asker;
  }

  List<String> trace() {
    return trace;
  }

  List<String> problems() {
    synchronized (problems) {
      return List.copyOf(problems);
    }
  }

  private void problem(String what) {
    synchronized (problems) {
      problems.add(what);
    }
  }

  void end() {
    over = true;
    workers.forEach(RunWorker::stop);
    pages.forEach(page -> page.client.endSession());
    pages.forEach(page -> page.client.close());
  }

  private void note(String what) {
    trace.add(what);
  }

  private TestNode anyNode() {
    List<TestNode> running =
        cluster.nodes().stream().filter(node -> node.isRunning() && !node.isPaused()).toList();
    return running.get(random.nextInt(running.size()));
  }

  private void pause(long millis) {
    long end = System.nanoTime() + Duration.ofMillis(millis).toNanos();
    Awaitility.await("a while")
        .pollInterval(Duration.ofMillis(10))
        .until(() -> System.nanoTime() >= end);
  }
}
