package dev.holdfast.gateway.http;

import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.ChannelMessage.Result;
import dev.holdfast.channels.ChannelsClient;
import dev.holdfast.channels.PublishKeyed;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Publishes what a request brings: nothing where one of its publications is malformed; otherwise
 * each is answered for itself. One message per channel, so that the order within it holds.
 */
final class Publishing {
  private final ChannelsClient channels;
  private final int dataLimit;

  Publishing(ChannelsClient channels, int dataLimit) {
    this.channels = channels;
    this.dataLimit = dataLimit;
  }

  Map<String, Function<Ask, Future<Answer>>> operations() {
    return Map.of("publish", this::publish);
  }

  private Future<Answer> publish(Ask ask) {
    List<NewPublication> publications = PublishBodies.read(ask);
    publications.forEach(this::checkSize);
    Map<ChannelName, List<Integer>> places = new LinkedHashMap<>();
    for (int i = 0; i < publications.size(); i++) {
      places.computeIfAbsent(publications.get(i).channel(), fresh -> new ArrayList<>()).add(i);
    }
    Result[] results = new Result[publications.size()];
    List<Future<Void>> answered = new ArrayList<>();
    places.forEach((name, at) -> answered.add(publish(ask, name, at, publications, results)));
    return Future.join(answered).map(all -> answer(publications, List.of(results)));
  }

  private void checkSize(NewPublication publication) {
    int bytes = publication.data().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > dataLimit) {
      throw HoldfastException.told(
          ErrorCode.TOO_LARGE, "data: " + bytes + " bytes, at most " + dataLimit);
    }
  }

  /** Never fails: what goes wrong is the result of each that it concerns. */
  private Future<Void> publish(
      Ask ask,
      ChannelName name,
      List<Integer> places,
      List<NewPublication> publications,
      Result[] results) {
    List<PublishKeyed.Entry> entries =
        places.stream().map(at -> publications.get(at).entry()).toList();
    Channel channel = new Channel(ask.tenant, name);
    return append(ask.caller, channel, entries)
        .map(ChannelMessage.Published::results)
        .otherwise(failure -> refused(failure, places.size()))
        .onSuccess(
            given -> {
              for (int i = 0; i < places.size(); i++) {
                results[places.get(i)] = given.get(i);
              }
            })
        .mapEmpty();
  }

  private Future<ChannelMessage.Published> append(
      Caller caller, Channel channel, List<PublishKeyed.Entry> entries) {
    boolean service = caller instanceof Caller.Service;
    if (service && !caller.permits("publish", channel.name().toString())) {
      return Future.failedFuture(new HoldfastException(ErrorCode.FORBIDDEN, "" + channel));
    }
    return channels.publishKeyed(new PublishKeyed(caller, channel, entries));
  }

  private static List<Result> refused(Throwable failure, int count) {
    HoldfastException named = HoldfastException.from(failure);
    Result refused = new Result(named.code(), null, false, 0, named.publicMessage());
    return java.util.Collections.nCopies(count, refused);
  }

  private static Answer answer(List<NewPublication> publications, List<Result> results) {
    ErrorCode first = results.get(0).refused();
    if (first != null && results.stream().allMatch(result -> result.refused() == first)) {
      throw problem(results.get(0));
    }
    JsonArray answers = new JsonArray();
    for (int i = 0; i < results.size(); i++) {
      answers.add(json(publications.get(i), results.get(i)));
    }
    return Answer.json(new JsonObject().put("results", answers));
  }

  private static JsonObject json(NewPublication publication, Result result) {
    JsonObject json = new JsonObject();
    json.put("channel", publication.channel().toString());
    json.put("outcome", outcome(publication, result));
    if (result.position() != null) {
      json.put("position", ChannelViews.json(result.position()));
    }
    if (result.refused() != null) {
      json.put("error", problem(result).json());
    }
    return json;
  }

  private static Problem problem(Result result) {
    ErrorCode code = result.refused();
    String detail = result.detail() == null ? code.publicText : result.detail();
    return new Problem(code.httpStatus, code, detail);
  }

  private static String outcome(NewPublication publication, Result result) {
    if (result.refused() != null) {
      return "refused";
    }
    if (publication.isVolatile()) {
      return "sent";
    }
    return result.duplicate() ? "duplicate" : "stored";
  }
}
