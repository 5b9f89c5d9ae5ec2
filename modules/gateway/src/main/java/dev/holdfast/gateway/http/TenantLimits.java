package dev.holdfast.gateway.http;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import dev.holdfast.limits.LimitSettings;
import dev.holdfast.limits.Limiter;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.function.Function;

/** The limits of a tenant, shown and set by an operator. */
final class TenantLimits {
  private static final TypeReference<Map<String, Long>> CHANGES = new TypeReference<>() {};

  private final Limiter limiter;
  private final String operators;

  /**
   * @param operators their tenant, or null
   */
  TenantLimits(Limiter limiter, String operators) {
    this.limiter = limiter;
    this.operators = operators;
  }

  Map<String, Function<Ask, Future<Answer>>> operations() {
    return Map.of("getLimits", this::get, "setLimits", this::set);
  }

  private Future<Answer> get(Ask ask) {
    ask.needsOperator("limits", "read", operators);
    return settings().of(tenant(ask)).map(TenantLimits::answer);
  }

  private Future<Answer> set(Ask ask) {
    ask.needsOperator("limits", "write", operators);
    try {
      return settings().change(tenant(ask), ask.body(CHANGES)).map(TenantLimits::answer);
    } catch (IllegalArgumentException e) {
      throw Problem.badRequest(e.getMessage());
    }
  }

  private static String tenant(Ask ask) {
    return Names.tenant(ask.queryOr("tenant", ask.tenant));
  }

  private LimitSettings settings() {
    LimitSettings settings = limiter.settings();
    if (settings == null) {
      throw new HoldfastException(ErrorCode.UNAVAILABLE, "this node holds nobody to limits");
    }
    return settings;
  }

  private static Answer answer(LimitSettings.View view) {
    return Answer.json(
        new JsonObject().put("limits", json(view.limits())).put("set", json(view.set())));
  }

  private static JsonObject json(Map<String, Long> amounts) {
    JsonObject json = new JsonObject();
    amounts.forEach(json::put);
    return json;
  }
}
