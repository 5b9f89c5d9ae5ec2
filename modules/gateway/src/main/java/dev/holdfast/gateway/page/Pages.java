package dev.holdfast.gateway.page;

import dev.holdfast.core.HoldfastException;
import dev.holdfast.gateway.http.BearerToken;
import dev.holdfast.gateway.http.Problem;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Serves the JavaScript client, so that a page needs no package manager, and in development a page
 * at the root to try it. Nothing is loaded from elsewhere.
 */
public final class Pages {
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:;"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  private static final String YEAR = "public, max-age=31536000, immutable";
  private static final String AGAIN = "no-cache";
  private static final String SCRIPT = "text/javascript; charset=utf-8";
  private static final String TEXT = "text/plain; charset=utf-8";

  private static final String WHAT =
      "A node of Holdfast. Clients connect at /v1/connect, by the sub-protocol holdfast.v1; ";

  private final @Nullable ClientFiles client = ClientFiles.FOUND;
  private final @Nullable Development development;

  /**
   * @param development none outside of development
   */
  public Pages(@Nullable Development development) {
    this.development = development;
  }

  /** Returns whether this node was built with the client. */
  public static boolean haveClient() {
    return ClientFiles.FOUND != null;
  }

  public Map<String, Handler<RoutingContext>> handlers() {
    return Map.of(
        "getPage", this::page,
        "getPageFile", this::file,
        "signIn", this::signIn,
        "getClient", this::script,
        "getClientMap", this::map);
  }

  private void page(RoutingContext routing) {
    if (development != null && client != null) {
      sendPage(routing, "text/html; charset=utf-8", PageFiles.HTML);
    } else {
      String more =
          client == null ? "it has none for browsers." : "/client.js is one for browsers.";
      send(routing.response(), TEXT, AGAIN, Buffer.buffer(WHAT + more + "\n"));
    }
  }

  private void file(RoutingContext routing) {
    Buffer content = PageFiles.MORE.get(routing.pathParam("file"));
    if (content == null || development == null) {
      routing.fail(404);
    } else {
      boolean style = routing.pathParam("file").endsWith(".css");
      sendPage(routing, style ? "text/css; charset=utf-8" : SCRIPT, content);
    }
  }

  private static void sendPage(RoutingContext routing, String type, Buffer content) {
    HttpServerResponse response = routing.response();
    response
        .putHeader("content-security-policy", POLICY)
        .putHeader("referrer-policy", "no-referrer");
    send(response, type, AGAIN, content);
  }

  /** Answers a token for a user that the page makes up. */
  private void signIn(RoutingContext routing) {
    if (development == null) {
      routing.fail(404);
    } else if (!development.opensWith(BearerToken.ofHeader(routing.request()))) {
      Problem.of(401, "The page's key is missing or wrong: the node prints it when it starts.")
          .send(routing.response());
    } else {
      token(routing, development);
    }
  }

  private static void token(RoutingContext routing, Development development) {
    var params = routing.request().params();
    try {
      String user = params.contains("user") ? params.get("user") : "";
      String tenant = params.contains("tenant") ? params.get("tenant") : "";
      String token = development.token(tenant, user);
      send(routing.response(), TEXT, "no-store", Buffer.buffer(token));
    } catch (HoldfastException e) {
      Problem.of(e).send(routing.response());
    }
  }

  /**
   * Answers the script, which a page of any origin may load. By its version it may be kept for
   * good; otherwise it is asked for again, and is mostly the same.
   */
  private void script(RoutingContext routing) {
    if (client == null) {
      Problem.of(404, "This node was built without the client for browsers.")
          .send(routing.response());
      return;
    }
    HttpServerResponse response = open(routing.response());
    boolean pinned = client.version().equals(routing.request().getParam("v"));
    response.putHeader(HttpHeaders.ETAG, client.tag()).putHeader("vary", "accept-encoding");
    response.putHeader("sourcemap", "/client.js.map");
    if (client.tag().equals(routing.request().getHeader(HttpHeaders.IF_NONE_MATCH))) {
      response.putHeader(HttpHeaders.CACHE_CONTROL, pinned ? YEAR : AGAIN);
      response.setStatusCode(304).end();
      return;
    }
    boolean packed =
        routing.parsedHeaders().acceptEncoding().stream()
            .anyMatch(coding -> coding.value().equals("gzip") && coding.weight() > 0);
    if (packed) {
      response.putHeader(HttpHeaders.CONTENT_ENCODING, "gzip");
    }
    send(response, SCRIPT, pinned ? YEAR : AGAIN, packed ? client.packed() : client.script());
  }

  private void map(RoutingContext routing) {
    if (client == null) {
      routing.fail(404);
    } else {
      send(open(routing.response()), "application/json", AGAIN, client.map());
    }
  }

  private static HttpServerResponse open(HttpServerResponse response) {
    return response
        .putHeader("access-control-allow-origin", "*")
        .putHeader("cross-origin-resource-policy", "cross-origin");
  }

  private static void send(HttpServerResponse response, String type, String cache, Buffer content) {
    response
        .putHeader(HttpHeaders.CONTENT_TYPE, type)
        .putHeader(HttpHeaders.CACHE_CONTROL, cache)
        .end(content);
  }

  /** Read once for all event loops, where they are needed. */
  private static final class PageFiles {
    static final Buffer HTML = read("page.html");
    static final Map<String, Buffer> MORE =
        Map.of("page.js", read("page.js"), "page.css", read("page.css"));

    private static Buffer read(String name) {
      return Buffer.buffer(ClientFiles.read("/dev/holdfast/gateway/page/" + name));
    }
  }
}
