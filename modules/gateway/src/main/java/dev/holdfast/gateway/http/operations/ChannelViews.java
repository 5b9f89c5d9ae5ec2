package dev.holdfast.gateway.http.operations;

import dev.holdfast.channels.ChannelMessage.History;
import dev.holdfast.channels.ChannelMessage.Page;
import dev.holdfast.channels.Gap;
import dev.holdfast.channels.Publication;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Names;
import dev.holdfast.core.Position;
import dev.holdfast.core.bounds.FairTurns;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.gateway.http.ApiRequest;
import dev.holdfast.gateway.http.ApiResponse;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Shows a channel's history and position; for operators, the audit log of any tenant. */
public final class ChannelViews {
  /** Bounds below those of a node, so that its own services have turns, too. */
  private static final FairTurns.Bounds BOUNDS = new FairTurns.Bounds(16, 4, 64, 4_000, 0);

  /** The operator as a caller of the service, which has the logs of all tenants. */
  private static final Caller READER =
      new Caller.Service("operator", "http", Set.of("*"), Set.of("audit:read"));

  private final ServiceClient channels;
  private final FairTurns turns;
  private final @Nullable String operators;

  /**
   * @param operators their tenant; none if there are no operators
   */
  public ChannelViews(ServiceClient channels, MeterRegistry registry, @Nullable String operators) {
    this.channels = channels;
    this.operators = operators;
    this.turns = new FairTurns("history", BOUNDS, null, registry);
  }

  public Map<String, Function<ApiRequest, Future<ApiResponse>>> operations() {
    return Map.of(
        "getPosition", this::position,
        "getPublications", this::publications,
        "getTenantAudit", this::audit);
  }

  private Future<ApiResponse> position(ApiRequest request) {
    return read(request, null, 1)
        .map(
            page -> {
              JsonObject json =
                  new JsonObject().put("channel", request.channel().name().toString());
              return ApiResponse.json(put(json, "position", page.top()));
            });
  }

  private Future<ApiResponse> publications(ApiRequest request) {
    Position after = request.cursor("after");
    return read(request, after, request.limit()).map(page -> ApiResponse.json(json(page)));
  }

  private Future<Page> read(ApiRequest request, @Nullable Position after, int limit) {
    var channel = request.channel();
    request.serviceNeeds("history", channel.name().toString());
    return read(request, new History(request.caller, channel, after, limit));
  }

  /** What was administered in any tenant, for operators. */
  private Future<ApiResponse> audit(ApiRequest request) {
    request.needsOperator("tenants", "audit", operators);
    var log = new Channel(Names.tenant(request.path("tenant")), ChannelName.AUDIT);
    Position after = request.cursor("after");
    return read(request, new History(READER, log, after, request.limit()))
        .map(page -> ApiResponse.json(json(page)));
  }

  private Future<Page> read(ApiRequest request, History history) {
    return turns.run(request.tenant, request::isGone, () -> channels.ask(history));
  }

  /**
   * Returns a page as JSON. It is put together as text, so that data goes out as it was published.
   */
  private static String json(Page page) {
    StringJoiner publications = new StringJoiner(",", "{\"publications\":[", "]");
    page.publications().forEach(publication -> publications.add(json(publication)));
    JsonObject rest = new JsonObject();
    Gap gap = page.gap();
    if (gap != null) {
      JsonObject missed = put(put(new JsonObject(), "from", gap.from()), "to", gap.to());
      rest.put("gap", missed.put("reason", gap.reason()));
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
    JsonObject head = ApiResponse.json(publication.position()).put("at", publication.at());
    String members = head.encode();
    return members.substring(0, members.length() - 1) + "," + publication.json().substring(1);
  }

  private static @Nullable Position next(Page page) {
    int count = page.publications().size();
    if (count > 0) {
      return page.publications().get(count - 1).position();
    }
    return page.gap() == null ? page.top() : page.gap().to();
  }

  private static JsonObject put(JsonObject json, String name, @Nullable Position position) {
    return position == null ? json : json.put(name, ApiResponse.json(position));
  }
}
