package dev.holdfast.app.cluster.model;

import dev.holdfast.app.cluster.Traffic;
import dev.holdfast.core.Position;
import dev.holdfast.testkit.TestNode;
import dev.holdfast.testkit.client.WsTestClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.awaitility.Awaitility;

/**
 * LoseHint, NoticeLoss, Check, and before the Answer LoseHint and NoticeLoss again, of other
 * channels; no hint of those comes after it. Their answers, which Redis gave before the second
 * loss, say that nothing is missing, and must not be taken for ones that know of it. (Of the same
 * channels the first answers would lead to the log, and so to what was lost second.) The node has
 * one client alone: with few channels all are under check at once, while with many a slow Redis is
 * asked about a few at a time, and the others still wait when the second loss is noticed.
 */
final class LostTwice {
  /** How long an answer takes. A loss is noticed within a second, by the beat; a link waits 2 s. */
  private static final Duration ANSWER = Duration.ofMillis(1_500);

  /** As many as are under check at once, however slow Redis is. */
  private static final int FEW = 8;

  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Duration NOTICED = Duration.ofMillis(1_300);

  private final Weather.Sky sky;
  private final TestNode node;
  private final Model model;

  LostTwice(Weather.Sky sky, TestNode node, Model model) {
    this.sky = sky;
    this.node = node;
    this.model = model;
  }

  void play() {
    String name = model.anyone(sky.random);
    WsTestClient reader = alone(name);
    sky.trace.add("%s of seed %d is alone at %s".formatted(name, model.seed(), node.id()));
    sky.slow(node, ANSWER);
    loseAndNotice(() -> model.publishToShared(reader));
    loseAndNotice(() -> model.publishToOwn(name));
    sky.lasts(ANSWER.toMillis());
    sky.setting.cluster().wires().mend();
  }

  private WsTestClient alone(String name) {
    WsTestClient reader = model.client(name);
    sky.models.stream()
        .flatMap(any -> any.clients().stream())
        .filter(any -> any != reader)
        .forEach(WsTestClient::detach);
    sky.plays.forEach(RunsPlay::leave);
    Traffic.await(reader.connect(node.url()));
    Awaitility.await("the node has few channels, and its client reads them")
        .atMost(TIMEOUT)
        .until(() -> List.of(open() <= FEW, model.hasRead(reader)), List.of(true, true)::equals);
    return reader;
  }

  private double open() {
    return node.metrics().sum("holdfast_channels_open");
  }

  /** What is published through this node itself is not lost, so half of it is enough. */
  private void loseAndNotice(Supplier<List<CompletableFuture<Position>>> publish) {
    double noticed = losses();
    sky.trace.add("LoseHint, NoticeLoss");
    sky.loseHints(node, () -> true);
    List<CompletableFuture<Position>> all = publish.get();
    sky.waits(
        TIMEOUT, () -> all.stream().filter(CompletableFuture::isDone).count() * 2 >= all.size());
    sky.loseHints(node, () -> false);
    sky.waits(NOTICED, () -> losses() > noticed);
  }

  private double losses() {
    return node.metrics().sum("holdfast_hints_lost_total");
  }
}
