package dev.holdfast.gateway.http;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;

/**
 * Serves the documents of both edges as they are, and that of HTTP as a page: Swagger UI from this
 * process's class path, so that nothing is loaded from elsewhere.
 */
final class Docs {
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self';"
          + " img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private static final Assets ASSETS = new Assets();

  private final Contract contract;

  Docs(Contract contract) {
    this.contract = contract;
  }

  Map<String, Handler<RoutingContext>> handlers() {
    Buffer yaml = Buffer.buffer(contract.yaml());
    Buffer json = Buffer.buffer(contract.json());
    return Map.of(
        "getOpenapiYaml", routing -> send(routing, "application/yaml", yaml),
        "getOpenapiJson", routing -> send(routing, "application/json", json),
        "getAsyncapi", routing -> send(routing, "application/yaml", ASSETS.asyncapi),
        "getFrameSchemas", routing -> send(routing, "application/schema+json", ASSETS.frames),
        "getDocs", routing -> send(routing, "text/html; charset=utf-8", ASSETS.page),
        "getDocsFile", Docs::file);
  }

  private static void file(RoutingContext routing) {
    String name = routing.pathParam("file");
    Buffer content = ASSETS.files.get(name);
    if (content == null) {
      routing.fail(404);
    } else {
      send(routing, name.endsWith(".css") ? "text/css" : "text/javascript", content);
    }
  }

  private static void send(RoutingContext routing, String type, Buffer content) {
    routing
        .response()
        .putHeader("content-type", type)
        .putHeader("content-security-policy", POLICY)
        .putHeader("cache-control", "max-age=3600")
        .end(content);
  }

  /** Read once for all event loops. */
  private static final class Assets {
    private static final String WEBJAR = "META-INF/maven/org.webjars/swagger-ui/pom.properties";

    final Buffer asyncapi = read("/dev/holdfast/protocol/asyncapi.yaml");
    final Buffer frames = read("/dev/holdfast/protocol/frames.schema.json");
    final Buffer page = read("/dev/holdfast/gateway/http/docs.html");
    final Map<String, Buffer> files =
        Map.of(
            "docs.js", read("/dev/holdfast/gateway/http/docs.js"),
            "swagger-ui.css", webjar("swagger-ui.css"),
            "swagger-ui-bundle.js", webjar("swagger-ui-bundle.js"));

    private static Buffer webjar(String name) {
      return read("/META-INF/resources/webjars/swagger-ui/" + version() + "/" + name);
    }

    private static String version() {
      Properties properties = new Properties();
      try (InputStream file = Docs.class.getResourceAsStream("/" + WEBJAR)) {
        properties.load(file);
        return properties.getProperty("version");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static Buffer read(String path) {
      try (InputStream file = Docs.class.getResourceAsStream(path)) {
        return Buffer.buffer(file.readAllBytes());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
