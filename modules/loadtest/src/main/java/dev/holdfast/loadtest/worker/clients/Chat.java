package dev.holdfast.loadtest.worker.clients;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.client.session.From;
import dev.holdfast.client.session.Snapshot;
import dev.holdfast.loadtest.plan.Flow;
import dev.holdfast.loadtest.plan.Group;
import dev.holdfast.loadtest.plan.Totals;
import dev.holdfast.loadtest.worker.ledger.EventReader;
import dev.holdfast.loadtest.worker.ledger.GroupTally;
import dev.holdfast.loadtest.worker.measure.AnswerText;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A user who asks an agent, and again when the answer is there. Its page shows the run: the first
 * one, or the one that came when it was loaded again. Confined to one event loop; times in µs.
 */
final class Chat {
  private static final long AGAIN_MS = 200;
  private static final long MILLI = 1_000;

  /** Users begin within so many seconds, but not later than the first one's answer is there. */
  private static final double SPREAD_S = 5;

  private final ClientLoop loop;
  private final GroupTally tally;
  private final String user;
  private final double place;
  private final BiConsumer<SessionClient, SessionClient> replaced;
  private final Urls urls;
  private final Map<String, Totals.Channel> cutOff = new HashMap<>();
  private final Promise<Void> over = Promise.promise();

  @SuppressWarnings("NullAway.Init")
  private SessionClient page;

  private @Nullable ReadRun run;
  private int tokens;
  private double rate;
  private long until;
  private int asked;

  /**
   * @param number of the user in the group
   * @param replaced takes a page, and the one that is loaded in its place
   */
  Chat(
      ClientLoop loop,
      GroupTally tally,
      int number,
      BiConsumer<SessionClient, SessionClient> replaced) {
    this.loop = loop;
    this.tally = tally;
    this.replaced = replaced;
    this.user = tally.group.user(number);
    this.place = (double) number / tally.group.clients();
    this.urls = new Urls(loop.plan.address().urls(), number);
  }

  /** Sets its first page. */
  void shownBy(SessionClient shown) {
    page = shown;
  }

  /** Asks until the time is over; completes when the last answer is there, or given up. Once. */
  Future<Void> converse(Flow flow, long from, long end) {
    tokens = Math.max(1, flow.payload() / AnswerText.TOKEN);
    rate = flow.rate() / flow.channels();
    until = end;
    double spread = Math.min(SPREAD_S, tokens / rate);
    long wait = (from - loop.clock.micros()) / MILLI;
    loop.timers.after(Math.max(0, wait) + Math.round(place * spread * MILLI), this::ask);
    return over.future();
  }

  /** The runs that a lost worker cut off, with the tokens that came, by channel. */
  Map<String, Totals.Channel> cutOff() {
    return cutOff;
  }

  private void ask() {
    String id = loop.plan.run() + "-" + ++asked;
    String thread = loop.plan.run() + "-" + user;
    ObjectNode input = JsonNodeFactory.instance.objectNode();
    input.put("threadId", thread).put("runId", id);
    ObjectNode question = input.putArray("messages").addObject().put("id", "q" + asked);
    question.put("role", "user").put("content", "and then?");
    input.putArray("tools");
    input.putArray("context");
    input.putObject("state");
    input.putObject("forwardedProps").put("tokens", tokens).put("rate", rate);
    start(input, new ReadRun(loop, tally, this, rate));
  }

  private void start(ObjectNode input, ReadRun fresh) {
    String token = loop.token(tally.group.tenant(), user);
    loop.starts
        .start(urls.url(), token, input)
        .onComplete(
            answer -> {
              if (answer.succeeded()) {
                run = fresh;
                fresh.started(answer.result(), Math.round(tokens / rate * MILLI));
              } else if (fresh.isLate()) {
                loop.counters.failed++;
                loop.counters.errors.count("run not started", answer.cause());
                next();
              } else {
                loop.counters.errors.count("start", answer.cause());
                urls.next();
                loop.timers.after(AGAIN_MS, () -> start(input, fresh));
              }
            });
  }

  /** Reads a run from its first event, or from a snapshot of it. */
  void read(String channel, From from) {
    page.read(channel, from);
  }

  /**
   * Loads the page again, or loses its connection, if users of the group do so.
   *
   * @return whether the page has nothing now
   */
  boolean disturbed() {
    if (tally.group.kind() != Group.Kind.RELOADING || page.node() == null) {
      return false;
    }
    if (ThreadLocalRandom.current().nextBoolean()) {
      page.cut();
      return false;
    }
    SessionClient before = page;
    page = before.reload();
    replaced.accept(before, page);
    page.connect();
    return true;
  }

  /**
   * The run is over.
   *
   * @param written tokens that it has, if its worker could say so
   */
  void over(ReadRun ended, @Nullable Long written) {
    if (written == null) {
      String key = Totals.key(tally.group.tenant(), ended.channel());
      cutOff.put(key, new Totals.Channel(ended.tokens(), List.of()));
    }
    page.leave(ended.channel());
    run = null;
    next();
  }

  private void next() {
    if (loop.clock.micros() < until) {
      loop.timers.after(0, this::ask);
    } else {
      over.tryComplete();
    }
  }

  void event(EventReader event, long now) {
    if (run != null) {
      run.event(event, now);
    }
  }

  void snapshot(Snapshot snapshot) {
    if (run != null && snapshot.channel().equals(run.channel())) {
      run.snapshot(snapshot);
    }
  }

  void gap(String channel) {
    if (run != null && channel.equals(run.channel())) {
      page.leave(channel);
      run.gap();
    }
  }

  /** The channel can't be read: what it says is tried again until the run is given up. */
  void refused(String channel, String code) {
    ReadRun refused = run;
    if (refused != null && channel.equals(refused.channel())) {
      loop.counters.errors.count("a run is not read: " + code);
      loop.timers.after(AGAIN_MS, () -> readAgain(refused));
    }
  }

  private void readAgain(ReadRun refused) {
    if (run == refused) {
      refused.fromSnapshot();
    }
  }
}
