package dev.holdfast.gateway.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.CorsHandler;
import java.util.List;
import java.util.Set;

/**
 * Lets pages of the allowed origins use the API. A page of any other origin gets no header, so its
 * browser keeps the answer from it. A program without a browser needs no origin.
 */
public final class Cors {
  private static final int MAX_AGE_SECONDS = 600;
  private static final Set<String> REQUEST_HEADERS =
      Set.of(
          "authorization",
          "content-type",
          "idempotency-key",
          "if-match",
          "if-none-match",
          "last-event-id",
          "range",
          "tus-resumable",
          "upload-checksum",
          "upload-length",
          "upload-metadata",
          "upload-offset");

  private static final Set<String> RESPONSE_HEADERS =
      Set.of(
          "content-disposition",
          "content-range",
          "etag",
          "location",
          "tus-extension",
          "tus-resumable",
          "tus-version",
          "upload-expires",
          "upload-length",
          "upload-offset");

  private static final Set<HttpMethod> METHODS =
      Set.of(
          HttpMethod.GET,
          HttpMethod.HEAD,
          HttpMethod.POST,
          HttpMethod.PUT,
          HttpMethod.PATCH,
          HttpMethod.DELETE);

  private final Set<String> origins;

  private Cors(Set<String> origins) {
    this.origins = origins;
  }

  /**
   * @param origins compared exactly
   */
  public static Cors of(Set<String> origins) {
    return new Cors(Set.copyOf(origins));
  }

  public void mount(Router router) {
    if (origins.isEmpty()) {
      return;
    }
    CorsHandler handler =
        CorsHandler.create()
            .addOrigins(List.copyOf(origins))
            .allowedMethods(METHODS)
            .allowedHeaders(REQUEST_HEADERS)
            .exposedHeaders(RESPONSE_HEADERS)
            .maxAgeSeconds(MAX_AGE_SECONDS);
    router
        .route("/v1/*")
        .handler(
            routing -> {
              List<String> origin = routing.request().headers().getAll(HttpHeaders.ORIGIN);
              if (origin.size() == 1 && origins.contains(origin.get(0))) {
                handler.handle(routing);
              } else {
                routing.next();
              }
            });
  }
}
