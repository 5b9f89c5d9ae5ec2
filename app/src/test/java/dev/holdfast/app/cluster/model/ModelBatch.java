package dev.holdfast.app.cluster.model;

import dev.holdfast.app.cluster.BusService;
import dev.holdfast.redis.Keys;
import dev.holdfast.testkit.TestNode;
import dev.holdfast.testkit.client.WsTestClient;
import dev.holdfast.testkit.faults.Setting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Runs of the model side by side, each of a tenant and a seed of its own, under one weather: what
 * waits in one does not hold up the others.
 */
final class ModelBatch {
  /** How many runs. */
  static final int SIZE = 10;

  private static final Duration GONE = Duration.ofSeconds(90);

  private final Setting setting;
  private final Weather weather;
  private final long first;
  private final List<Model> models;
  private final List<RunsPlay> plays;
  private final Weather.Sky sky;
  private final List<String> violations = new ArrayList<>();
  private final List<String> traces = new ArrayList<>();

  /**
   * @param runs whether runs of agents are played, too
   */
  ModelBatch(Setting setting, BusService service, Weather weather, long first, boolean runs) {
    this.setting = setting;
    this.weather = weather;
    this.first = first;
    this.models =
        LongStream.range(first, first + SIZE)
            .mapToObj(seed -> new Model(setting.cluster(), service, seed, weather))
            .toList();
    this.plays =
        LongStream.range(first, runs ? first + SIZE : first)
            .mapToObj(seed -> new RunsPlay(setting.cluster(), service, seed, weather))
            .toList();
    this.sky = new Weather.Sky(setting, first, models, plays);
  }

  /** What does not hold, each with its seed. */
  List<String> run() {
    ExecutorService threads = Executors.newFixedThreadPool(2 * SIZE);
    try {
      all(threads, models, Model::begin);
      all(threads, plays, RunsPlay::begin);
      List<CompletableFuture<Void>> all = new ArrayList<>(start(threads, models, Model::operate));
      all.addAll(start(threads, plays, RunsPlay::operate));
      weather.blow(sky);
      all.forEach(CompletableFuture::join);
      weather.ends(sky);
      setting.cluster().wires().mend();
      setting.cluster().startAll();
      all(threads, models, Model::heal);
      all(threads, plays, RunsPlay::heal);
      plays.forEach(this::judge);
      plays.forEach(RunsPlay::end);
      nobodyHoldsOn();
      models.forEach(this::recordsAreThoseOfTheirClients);
      models.forEach(this::judge);
      all(threads, models, Model::end);
      return violations;
    } finally {
      threads.shutdownNow();
    }
  }

  private void judge(RunsPlay play) {
    List<String> found = play.violations();
    if (!found.isEmpty()) {
      violations.addAll(found);
      traces.add("%d, runs: %s".formatted(play.seed(), String.join(", ", play.trace())));
    }
  }

  private void judge(Model model) {
    List<String> found = model.violations();
    if (!found.isEmpty()) {
      violations.addAll(found);
      String operations = String.join(", ", model.trace());
      traces.add("%d, see %s: %s".formatted(model.seed(), written(model), operations));
    }
  }

  /** The operations of the runs in which something does not hold, and where more is written. */
  String trace() {
    return weather + ": " + sky.trace + "\n  " + String.join("\n  ", traces);
  }

  /** What its clients saw, and their records. */
  private Path written(Model model) {
    var text = new StringBuilder();
    for (WsTestClient client : model.clients()) {
      String key = Keys.session(model.tenant(), client.session());
      String record = setting.replicated().primary().call("HGETALL", key);
      text.append("\n").append(key).append(' ').append(record.replace('\n', ' ')).append('\n');
      client.ledger().entries().forEach(entry -> text.append(entry).append('\n'));
    }
    try {
      Path folder = Files.createDirectories(Path.of("target", "model"));
      return Files.writeString(folder.resolve(model.seed() + ".txt"), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every connection that was replaced is closed, also if nobody was notified. */
  private void nobodyHoldsOn() {
    long wanted =
        models.stream()
            .flatMap(model -> model.clients().stream())
            .filter(WsTestClient::isConnected)
            .count();
    try {
      Awaitility.await("replaced connections are closed")
          .atMost(GONE)
          .pollInterval(Duration.ofMillis(100))
          .until(() -> connections() == wanted);
    } catch (ConditionTimeoutException late) {
      violations.add(
          "seed %d: %d connections of %d clients after %s"
              .formatted(first, connections(), wanted, GONE));
    }
  }

  /** The record alone says where a session is attached: it must be where its client is. */
  private void recordsAreThoseOfTheirClients(Model model) {
    for (WsTestClient client : model.clients()) {
      String recorded = generation(model, client.session());
      String held = Long.toString(client.welcome().generation());
      if (client.isConnected() && !held.equals(recorded)) {
        violations.add(
            "seed %d: the record of %s is of generation %s, its client has %s"
                .formatted(model.seed(), client.session(), recorded, held));
      }
    }
  }

  private String generation(Model model, String session) {
    String key = Keys.session(model.tenant(), session);
    return setting.replicated().primary().call("HGET", key, "gen");
  }

  private long connections() {
    return setting.cluster().nodes().stream()
        .map(TestNode::metrics)
        .mapToLong(metrics -> (long) metrics.sum("holdfast_connections"))
        .sum();
  }

  private static <T> void all(ExecutorService threads, List<T> each, Consumer<T> step) {
    start(threads, each, step).forEach(CompletableFuture::join);
  }

  private static <T> List<CompletableFuture<Void>> start(
      ExecutorService threads, List<T> each, Consumer<T> step) {
    return each.stream()
        .map(one -> CompletableFuture.runAsync(() -> step.accept(one), threads))
        .toList();
  }
}
