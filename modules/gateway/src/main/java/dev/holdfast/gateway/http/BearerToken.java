package dev.holdfast.gateway.http;

import dev.holdfast.auth.TokenVerifier;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the token of a request. No part of it is ever logged. */
public final class BearerToken {
  private static final String SCHEME = "bearer ";
  private static final String TENANT = "holdfast-tenant";
  private static final String QUERY = "access_token";

  private BearerToken() {}

  /** Returns the token of {@code Authorization}; none if there is not exactly one. */
  public static @Nullable String ofHeader(HttpServerRequest request) {
    List<String> headers = request.headers().getAll(HttpHeaders.AUTHORIZATION);
    boolean bearer =
        headers.size() == 1 && headers.get(0).regionMatches(true, 0, SCHEME, 0, SCHEME.length());
    return bearer ? headers.get(0).substring(SCHEME.length()).strip() : null;
  }

  /** Returns which tenant of a service's token is meant; none: the request does not say. */
  public static @Nullable String tenantOf(HttpServerRequest request) {
    List<String> named = request.headers().getAll(TENANT);
    return named.isEmpty() ? null : String.join(",", named).replace(TokenVerifier.ANY_TENANT, "?");
  }

  /** Returns the token by header, or else by query, for clients that can't set headers. */
  public static @Nullable String ofHeaderOrQuery(HttpServerRequest request) {
    if (request.headers().contains(HttpHeaders.AUTHORIZATION)) {
      return ofHeader(request);
    }
    List<String> tokens = request.params().getAll(QUERY);
    return tokens.size() == 1 ? tokens.get(0) : null;
  }
}
