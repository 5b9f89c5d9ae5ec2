package dev.holdfast.gateway.socket;

import dev.holdfast.gateway.http.Problem;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The headers of an upgrade. Headers that contradict each other are refused: a proxy in front may
 * have checked the other one. The library checks little: without a key it would answer 101, without
 * a version it would use a protocol of 2010, and it would collect a body without a bound.
 */
final class UpgradeHeaders {
  static final String OFFER = "Sec-WebSocket-Protocol";

  private static final String VERSION = "Sec-WebSocket-Version";
  private static final String ONLY_VERSION = "13";
  private static final String KEY = "Sec-WebSocket-Key";

  /** The form of a key: 16 bytes in Base64. */
  private static final Pattern KEY_FORM = Pattern.compile("[A-Za-z0-9+/]{21}[AQgw]==");

  private static final String BEARER_ENTRY = "holdfast.bearer.";
  private static final String BEARER_HEADER = "bearer ";

  final List<String> offered = new ArrayList<>();
  private final HttpServerRequest request;
  private final List<String> tokens = new ArrayList<>();
  private final int authorizations;

  UpgradeHeaders(HttpServerRequest request) {
    this.request = request;
    for (String header : request.headers().getAll(OFFER)) {
      for (String entry : header.split(",")) {
        offered.add(entry.strip());
      }
    }
    List<String> headers = request.headers().getAll(HttpHeaders.AUTHORIZATION);
    this.authorizations = headers.size();
    headers.stream()
        .filter(header -> header.regionMatches(true, 0, BEARER_HEADER, 0, BEARER_HEADER.length()))
        .forEach(header -> tokens.add(header.substring(BEARER_HEADER.length()).strip()));
    offered.stream()
        .filter(entry -> entry.startsWith(BEARER_ENTRY))
        .forEach(entry -> tokens.add(entry.substring(BEARER_ENTRY.length())));
  }

  /** Returns the token of the request; none if the hello brings it. */
  @Nullable String token() {
    return tokens.isEmpty() ? null : tokens.get(0);
  }

  /** Returns the problem of an upgrade that can't be answered; empty if there is none. */
  Optional<Problem> problem() {
    if (!request.headers().contains(HttpHeaders.UPGRADE, HttpHeaders.WEBSOCKET, true)) {
      return refused(426, "This is a WebSocket endpoint: send an upgrade request.");
    }
    if (!List.of(ONLY_VERSION).equals(request.headers().getAll(VERSION))) {
      return refused(426, VERSION + " 13 is spoken here.");
    }
    List<String> keys = request.headers().getAll(KEY);
    if (keys.size() != 1 || !KEY_FORM.matcher(keys.get(0)).matches()) {
      return refused(400, KEY + ": 16 bytes in Base64, once.");
    }
    if (request.version() != HttpVersion.HTTP_1_1 || hasBody()) {
      return refused(400, "An upgrade is a request of HTTP/1.1 without a body.");
    }
    if (authorizations > 1 || tokens.size() > 1) {
      return refused(400, "One token, by one header or by one entry of " + OFFER + ".");
    }
    return Optional.empty();
  }

  private boolean hasBody() {
    List<String> lengths = request.headers().getAll(HttpHeaders.CONTENT_LENGTH);
    return request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
        || !lengths.isEmpty() && !lengths.equals(List.of("0"));
  }

  private Optional<Problem> refused(int status, String detail) {
    if (status == 426) {
      request.response().putHeader(VERSION, ONLY_VERSION);
    }
    return Optional.of(Problem.of(status, detail));
  }
}
