package dev.holdfast.runs.ingest;

import dev.holdfast.agui.Json;
import dev.holdfast.agui.run.UserEvent;
import dev.holdfast.channels.ChannelMessage.Result;
import dev.holdfast.channels.Publisher;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.Position;
import dev.holdfast.runs.config.RunsConfig;
import dev.holdfast.runs.records.RunRecord;
import io.vertx.core.Future;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the owner's events of runs on the owner's channel, in order. Each has its number, so
 * that it is there once, however often it is announced.
 */
final class OwnerEvents {
  private static final Logger LOG = LoggerFactory.getLogger(OwnerEvents.class);

  private final RunLog log;
  private final RunsConfig config;

  OwnerEvents(RunLog log, RunsConfig config) {
    this.log = log;
    this.config = config;
  }

  /**
   * Announces what follows from a run's log.
   *
   * @param base the position of one publication of the run, from which those of the others follow
   * @param baseN the number of that publication
   */
  Future<Void> announce(RunRecord run, List<News> news, Position base, long baseN) {
    Future<Void> done = Future.succeededFuture();
    if (config.userEvents()) {
      for (News one : news) {
        done = done.compose(before -> announce(run, one, base.seq() + one.n() - baseN));
      }
    }
    return done;
  }

  private Future<Void> announce(RunRecord run, News news, long seq) {
    return publish(run, Publisher.aboutRun(run.key().run()), news.ordinal(), news.event(), seq)
        .compose(
            result ->
                result.refused() == ErrorCode.OUT_OF_SEQUENCE
                    ? alone(run, news, seq)
                    : Future.succeededFuture(result))
        .compose(result -> settled(run, news, result));
  }

  /**
   * Announces an event under a number of its own. One before it is missing for good: it was
   * refused, nobody was to be notified then, or the numbers are lost.
   */
  private Future<Result> alone(RunRecord run, News news, long seq) {
    Publisher publisher = Publisher.aboutRun(run.key().run() + "-" + news.ordinal());
    return publish(run, publisher, 1, news.event(), seq);
  }

  /** Announces an event of a run whose log is lost, whose numbers may have been used. */
  Future<Void> announceLost(RunRecord run, List<UserEvent> events) {
    Future<Void> done = Future.succeededFuture();
    if (config.userEvents()) {
      for (int i = 0; i < events.size(); i++) {
        int at = i;
        Publisher publisher = Publisher.aboutRun(run.key().run() + "-lost");
        done =
            done.compose(before -> publish(run, publisher, at + 1, events.get(at), 0).mapEmpty());
      }
    }
    return done;
  }

  private Future<Result> publish(
      RunRecord run, Publisher publisher, long n, UserEvent event, long seq) {
    var about = new UserEvent.About(run.owner(), run.threadId(), run.runId(), run.agent());
    var channel = new Channel(run.key().tenant(), ChannelName.user(run.owner()));
    var entry = new RunLog.Entry(event.name().wireName, Json.text(event.data(about, seq)));
    return log.publish(channel, publisher, n, entry);
  }

  /** A tenant's schema may refuse an event for good: the run goes on without it. */
  private static Future<Void> settled(RunRecord run, News news, Result result) {
    ErrorCode refused = result.refused();
    if (refused == null) {
      return Future.succeededFuture();
    }
    if (refused == ErrorCode.BAD_REQUEST) {
      LOG.warn("{} of run {} was refused: {}", news.event().name(), run.key(), result.detail());
      return Future.succeededFuture();
    }
    return Future.failedFuture(result.refusal());
  }
}
