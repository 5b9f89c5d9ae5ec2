package dev.holdfast.gateway.http;

import dev.holdfast.channels.ChannelMessage.History;
import dev.holdfast.channels.ChannelMessage.Page;
import dev.holdfast.channels.ChannelsClient;
import dev.holdfast.channels.Gap;
import dev.holdfast.channels.Publication;
import dev.holdfast.core.FairTurns;
import dev.holdfast.core.Position;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.Function;

/** A channel's history and position. */
final class ChannelViews {
  /** Less than a node reads at a time, so that its own services have turns, too. */
  private static final FairTurns.Bounds BOUNDS = new FairTurns.Bounds(16, 4, 64, 4_000, 0);

  private final ChannelsClient channels;
  private final FairTurns turns;

  ChannelViews(ChannelsClient channels, MeterRegistry registry) {
    this.channels = channels;
    this.turns = new FairTurns("history", BOUNDS, null, registry);
  }

  Map<String, Function<Ask, Future<Answer>>> operations() {
    return Map.of("getPosition", this::position, "getPublications", this::publications);
  }

  private Future<Answer> position(Ask ask) {
    return read(ask, null, 1)
        .map(
            page -> {
              JsonObject json = new JsonObject().put("channel", ask.channel().name().toString());
              return Answer.json(put(json, "position", page.top()));
            });
  }

  private Future<Answer> publications(Ask ask) {
    Position after = ask.cursor("after");
    return read(ask, after, ask.limit()).map(page -> Answer.json(json(page)));
  }

  private Future<Page> read(Ask ask, Position after, int limit) {
    var channel = ask.channel();
    ask.serviceNeeds("history", channel.name().toString());
    var history = new History(ask.caller, channel, after, limit);
    return turns.run(ask.tenant, ask::isGone, () -> channels.history(history));
  }

  /** Put together as text, so that data goes out as it was published. */
  private static String json(Page page) {
    StringJoiner publications = new StringJoiner(",", "{\"publications\":[", "]");
    page.publications().forEach(publication -> publications.add(json(publication)));
    JsonObject rest = new JsonObject();
    Gap gap = page.gap();
    if (gap != null) {
      JsonObject told = put(put(new JsonObject(), "from", gap.from()), "to", gap.to());
      rest.put("gap", told.put("reason", gap.reason()));
    }
    put(rest, "top", page.top());
    Position next = next(page);
    if (next != null) {
      rest.put("next", next.text());
    }
    String members = rest.encode().substring(1);
    return publications + (rest.isEmpty() ? "" : ",") + members;
  }

  private static String json(Publication publication) {
    JsonObject head = json(publication.position()).put("at", publication.at());
    String members = head.encode();
    return members.substring(0, members.length() - 1) + "," + publication.json().substring(1);
  }

  private static Position next(Page page) {
    int count = page.publications().size();
    if (count > 0) {
      return page.publications().get(count - 1).position();
    }
    return page.gap() == null ? page.top() : page.gap().to();
  }

  static JsonObject json(Position position) {
    return new JsonObject().put("epoch", position.epoch()).put("seq", position.seq());
  }

  private static JsonObject put(JsonObject json, String name, Position position) {
    return position == null ? json : json.put(name, json(position));
  }
}
