package dev.holdfast.loadtest.worker;

import static dev.holdfast.loadtest.worker.WorkerBench.SECRET;
import static dev.holdfast.loadtest.worker.WorkerBench.TENANT;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.loadtest.plan.FromWorker.Progress;
import dev.holdfast.loadtest.plan.Group;
import dev.holdfast.loadtest.plan.ToWorker;
import dev.holdfast.loadtest.plan.Totals;
import dev.holdfast.loadtest.worker.measure.Clock;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.LongStream;
import org.HdrHistogram.Histogram;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many events one worker takes, and what they cost it: a plain server and a worker, each a
 * process, at rising rates. A program, not a test: see the folder {@code bench}.
 */
public final class WorkerCapacity {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerCapacity.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CLIENTS = 100;
  private static final int PAYLOAD = 200;
  private static final int SECONDS = 8;
  private static final int[] RATES = {50, 100, 200, 400, 800, 1_600, 0};
  private static final double MILLI = 1_000;

  private final List<Process> processes = new ArrayList<>();
  private final BufferedReader serverOutput;
  private final Process server;
  private final Process worker;
  private final URI serverUrl;
  private final URI workerUrl;

  private WorkerCapacity() throws IOException {
    server = start("bare");
    serverOutput = output(server);
    serverUrl = url(serverOutput);
    worker = start("worker", "--stdin");
    say(worker, SECRET);
    workerUrl = url(output(worker));
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    var capacity = new WorkerCapacity();
    Vertx vertx = Vertx.vertx();
    try {
      LOG.info("{} clients, {} bytes of data, {} s each", CLIENTS, PAYLOAD, SECONDS);
      LOG.info(
          "  wanted/s |  received/s | worker cores | server cores | µs per event |"
              + "   p50 ms |   p99 ms |  lag ms | lost");
      capacity.run(vertx, RATES[0]);
      LOG.info("  (that was the warm-up)");
      for (int rate : RATES) {
        capacity.run(vertx, rate);
      }
    } finally {
      capacity.processes.forEach(Process::destroyForcibly);
      vertx.close().await();
    }
  }

  private void run(Vertx vertx, int rate) throws IOException, InterruptedException {
    var group = new Group("b", TENANT, CLIENTS, 0, Group.Kind.BARE);
    try (var coordinator = new TestCoordinator(vertx, workerUrl, SECRET)) {
      coordinator.assign(WorkerBench.plan(List.of(serverUrl), List.of(group), List.of()));
      coordinator.connect("b");
      coordinator.awaitProgress(progress -> progress.counters().live() == CLIENTS);
      int before = coordinator.received.size();
      long serverBefore = cpu(server);
      long workerBefore = cpu(worker);
      long since = System.nanoTime();
      JsonNode written = write(rate);
      Progress end = finish(coordinator, written);
      double nanos = System.nanoTime() - since;
      double[] cores = {(cpu(worker) - workerBefore) / nanos, (cpu(server) - serverBefore) / nanos};
      report(coordinator, before, rate, cores, end);
      coordinator.say(new ToWorker.Stop());
      coordinator.awaitClosed();
    }
  }

  private JsonNode write(int rate) throws IOException {
    long start = Clock.own() + 200_000;
    say(
        server,
        "{\"startAt\":%d,\"millis\":%d,\"rate\":%d,\"payload\":%d}"
            .formatted(start, SECONDS * 1_000, rate, PAYLOAD));
    return JSON.readTree(serverOutput.readLine());
  }

  private Progress finish(TestCoordinator coordinator, JsonNode written) {
    long first = written.path("published").asLong() - written.path("written").asLong() / CLIENTS;
    var unanswered = LongStream.rangeClosed(1, first).boxed().toList();
    var total = new Totals.Channel(written.path("published").asLong(), unanswered);
    return coordinator.finish(new Totals(Map.of(Totals.key(TENANT, "bare"), total)));
  }

  private void report(
      TestCoordinator coordinator, int before, int rate, double[] cores, Progress end) {
    long lag =
        coordinator.received.subList(before, coordinator.received.size()).stream()
            .filter(Progress.class::isInstance)
            .mapToLong(message -> ((Progress) message).lag())
            .max()
            .orElse(0);
    double perSecond = end.counters().received() / (double) SECONDS;
    Histogram delivery = coordinator.series("delivery.b");
    LOG.info(
        String.format(
            Locale.ROOT,
            "%10s | %11.0f | %12.2f | %12.2f | %12.2f | %8.2f | %8.2f | %7.1f | %d",
            rate == 0 ? "all" : String.valueOf(rate * CLIENTS),
            perSecond,
            cores[0],
            cores[1],
            cores[0] * 1e6 / perSecond,
            delivery.getValueAtPercentile(50) / MILLI,
            delivery.getValueAtPercentile(99) / MILLI,
            lag / MILLI,
            end.ledgers().get("b.bare").lost()));
  }

  private static long cpu(Process process) {
    return process.info().totalCpuDuration().orElseThrow().toNanos();
  }

  private Process start(String... command) throws IOException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(List.of("-Xmx1g", "-cp", System.getProperty("java.class.path")));
    line.add("-Dlogback.configurationFile=dev/holdfast/loadtest/logback.xml");
    line.add(WorkerCommandIT.Main.class.getName());
    line.addAll(List.of(command));
    Process process =
        new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    processes.add(process);
    return process;
  }

  private static void say(Process process, String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  private static BufferedReader output(Process process) {
    return new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  private static URI url(BufferedReader output) throws IOException {
    return URI.create(JSON.readTree(output.readLine()).path("url").asText());
  }
}
