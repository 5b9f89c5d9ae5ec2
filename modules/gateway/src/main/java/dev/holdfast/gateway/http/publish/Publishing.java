package dev.holdfast.gateway.http.publish;

import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.ChannelMessage.Result;
import dev.holdfast.channels.PublishKeyed;
import dev.holdfast.channels.Publisher;
import dev.holdfast.core.Access;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.bounds.FairTurns;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.gateway.http.ApiRequest;
import dev.holdfast.gateway.http.ApiResponse;
import dev.holdfast.gateway.http.BodyRoom;
import dev.holdfast.gateway.http.MediaTypes;
import dev.holdfast.gateway.http.Rates;
import dev.holdfast.limits.Cost;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.buffer.ByteBufUtil;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Publishes the publications of a request: none if one is malformed; otherwise each has its own
 * answer. Those of one channel keep their order. One message carries each run of one publisher, or
 * of publications without one.
 */
public final class Publishing {
  /** Bytes of a line besides its data. */
  private static final int ENVELOPE = 2_048;

  /**
   * Most messages of one request that are with the service at a time. A second bound is the
   * characters of their data.
   */
  private static final int MOST_RUNS = 16;

  private static final long MOST_DATA = 128 << 10;

  /** Bytes above which a worker reads a body, as that takes tens of milliseconds. */
  private static final int LARGE_BODY = 32 << 10;

  /** Bounds of one event loop and of a tenant, so that workers are left for others. */
  private static final FairTurns.Bounds READING = new FairTurns.Bounds(2, 1, 64, 4_000, 0);

  /** The time that the service may take to answer one message. */
  private static final Duration WAIT = Duration.ofSeconds(5);

  private final ServiceClient channels;
  private final Rates rates;
  private final int dataLimit;
  private final FairTurns reading;

  public Publishing(ServiceClient channels, Rates rates, int dataLimit, MeterRegistry registry) {
    this.channels = channels;
    this.rates = rates;
    this.dataLimit = dataLimit;
    this.reading = new FairTurns("publish", READING, null, registry);
  }

  /** Publications that go as one message. */
  private record Run(Channel channel, @Nullable String publisher, List<Integer> places) {}

  public Map<String, Function<ApiRequest, Future<ApiResponse>>> operations() {
    return Map.of("publish", this::publish);
  }

  private Future<ApiResponse> publish(ApiRequest request) {
    if (request.mediaType().equals(MediaTypes.LINES)) {
      Lines lines = new Lines(dataLimit + ENVELOPE);
      return new PublishStream(request, lines, this::checkSize, some -> inTurn(request, some))
          .run();
    }
    return read(request).compose(publications -> withinRate(request, publications));
  }

  private Future<List<NewPublication>> read(ApiRequest request) {
    if (request.size() <= LARGE_BODY) {
      return Future.succeededFuture(checked(request));
    }
    return reading.run(
        request.tenant,
        request::isGone,
        () -> request.vertx().executeBlocking(() -> checked(request), false));
  }

  private List<NewPublication> checked(ApiRequest request) {
    List<NewPublication> publications = PublishBodies.read(request);
    publications.forEach(this::checkSize);
    return publications;
  }

  private Future<ApiResponse> withinRate(ApiRequest request, List<NewPublication> publications) {
    // The bytes were counted with the request, if it declared them.
    long bytes = BodyRoom.declared(request.http()) < 0 ? request.size() : 0;
    return rates
        .publications(request.vertx(), request.caller, cost(publications, bytes), false)
        .compose(now -> publish(request, publications))
        .map(results -> Results.answer(publications, results));
  }

  /**
   * Publishes a step of a stream; the stream is not read while its publications wait for their
   * turn.
   */
  private Future<List<Result>> inTurn(ApiRequest request, List<NewPublication> publications) {
    Cost cost = cost(publications, size(publications));
    return rates
        .publications(request.vertx(), request.caller, cost, true)
        .compose(now -> publish(request, publications));
  }

  private static Cost cost(List<NewPublication> publications, long bytes) {
    long first = publications.stream().filter(NewPublication::isFirst).count();
    return Cost.publications(publications.size(), first, bytes);
  }

  private void checkSize(NewPublication publication) {
    int bytes = ByteBufUtil.utf8Bytes(publication.data());
    if (bytes > dataLimit) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.TOO_LARGE, "data: " + bytes + " bytes, at most " + dataLimit);
    }
  }

  /** Publishes and never fails: a failure is the result of each publication that it concerns. */
  private Future<List<Result>> publish(ApiRequest request, List<NewPublication> publications) {
    Result[] results = new Result[publications.size()];
    List<Future<Void>> answered = new ArrayList<>();
    Map<Channel, Future<Void>> before = new HashMap<>();
    var steps = new Steps(MOST_RUNS, MOST_DATA, WAIT);
    for (Run run : runs(request, publications)) {
      List<NewPublication> ones = run.places().stream().map(publications::get).toList();
      Future<Void> first = before.getOrDefault(run.channel(), Future.succeededFuture());
      Future<Void> stored =
          steps
              .run(size(ones), () -> first.compose(done -> append(request, run, ones)))
              .otherwise(failure -> refused(failure, ones.size()))
              .onSuccess(given -> put(given, run, results))
              .mapEmpty();
      before.put(run.channel(), stored);
      answered.add(stored);
    }
    return Future.join(answered).map(all -> List.of(results));
  }

  private static long size(List<NewPublication> publications) {
    return publications.stream().mapToLong(one -> one.data().length()).sum();
  }

  private static void put(List<Result> given, Run run, Result[] results) {
    for (int i = 0; i < given.size(); i++) {
      results[run.places().get(i)] = given.get(i);
    }
  }

  private static List<Run> runs(ApiRequest request, List<NewPublication> publications) {
    List<Run> runs = new ArrayList<>();
    Map<ChannelName, Run> latest = new HashMap<>();
    for (int i = 0; i < publications.size(); i++) {
      NewPublication one = publications.get(i);
      Run run = latest.get(one.channel());
      if (run == null || !Objects.equals(run.publisher(), one.publisher())) {
        run =
            new Run(new Channel(request.tenant, one.channel()), one.publisher(), new ArrayList<>());
        latest.put(one.channel(), run);
        runs.add(run);
      }
      run.places().add(i);
    }
    return runs;
  }

  private Future<List<Result>> append(ApiRequest request, Run run, List<NewPublication> ones) {
    Caller caller = request.caller;
    Channel channel = run.channel();
    boolean service = caller instanceof Caller.Service;
    boolean may = !service || caller.permits("publish", channel.name().toString());
    if (!may || !Access.mayPublish(caller, null, channel)) {
      return Future.failedFuture(Access.refusal(caller, "publish", channel.name()));
    }
    if (run.publisher() != null) {
      Publisher publisher = Publisher.of(caller, run.publisher());
      List<ChannelMessage.Item> items = ones.stream().map(NewPublication::item).toList();
      var message = new ChannelMessage.Publish(caller, null, channel, publisher, items);
      return new NumberedPublisher(channels, EarlyOnes.of(request.vertx()), message).publish();
    }
    List<PublishKeyed.Entry> entries = ones.stream().map(NewPublication::entry).toList();
    return channels
        .ask(new PublishKeyed(caller, channel, entries))
        .map(ChannelMessage.Published::results);
  }

  private static List<Result> refused(Throwable failure, int count) {
    HoldfastException named = HoldfastException.from(failure);
    Result refused = new Result(named.code(), null, false, 0, named.publicMessage());
    return Collections.nCopies(count, refused);
  }
}
