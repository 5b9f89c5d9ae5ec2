package dev.holdfast.app.demo;

import dev.holdfast.channels.ServicePublisher;
import dev.holdfast.channels.ServicePublisherConfig;
import dev.holdfast.core.Bus;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Ids;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An internal service: publishes durably at a steady rate, through the event bus alone. Numbers the
 * publications of each channel from 1. Reports four times a second.
 */
final class DemoServiceVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(DemoServiceVerticle.class);
  private static final long TICK_MS = 5;
  private static final long REPORT_MS = 250;

  private final int rate;
  private final int users;
  private final Consumer<Reports.Service> parent;
  private final Map<String, Long> totals = new HashMap<>();
  private ServicePublisher publisher;
  private long since;
  private long published;
  private long acknowledged;
  private long failed;
  private boolean stopping;

  /**
   * @param rate publications per second
   */
  DemoServiceVerticle(int rate, int users, Consumer<Reports.Service> parent) {
    this.rate = rate;
    this.users = users;
    this.parent = parent;
  }

  @Override
  public Future<?> start() {
    var self = new Caller.Service("demo", Ids.fresh(), Set.of(DemoScript.TENANT), Set.of());
    publisher = new ServicePublisher(new Bus(vertx), self, ServicePublisherConfig.DEFAULT);
    since = System.nanoTime();
    vertx.setPeriodic(TICK_MS, timer -> tick());
    vertx.setPeriodic(REPORT_MS, timer -> parent.accept(report()));
    return Future.succeededFuture();
  }

  /** Publishes no more; the report says {@code stopped} when all is acknowledged. Any thread. */
  void finish() {
    context.runOnContext(now -> stopping = true);
  }

  private void tick() {
    long due = rate * TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since) / 1_000;
    while (!stopping && published < due) {
      publish(DemoScript.channel(published++, users));
    }
  }

  private void publish(String name) {
    var channel = new Channel(DemoScript.TENANT, ChannelName.parse(name));
    long number = totals.merge(name, 1L, Long::sum);
    publisher
        .publish(channel, "tick", "{\"number\":" + number + "}")
        .onSuccess(position -> acknowledged++)
        .onFailure(failure -> failed(name, failure));
  }

  private void failed(String name, Throwable failure) {
    failed++;
    LOG.warn("publication to {} was given up: {}", name, failure.getMessage());
  }

  private Reports.Service report() {
    boolean stopped = stopping && acknowledged + failed == published;
    return new Reports.Service(
        published, acknowledged, failed, stopped, stopped ? Map.copyOf(totals) : Map.of());
  }
}
