package dev.holdfast.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.gateway.http.HttpCalls.Reply;
import dev.holdfast.gateway.page.Development;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** What a node answers to browsers: pages, and the client. */
final class PageAnswers {
  /** Outside of development, see ManagementIT; or built without a client. */
  static final Set<String> OF_OTHER_NODES =
      Set.of("signIn 404", "getClient 404", "getClientMap 404");

  private PageAnswers() {}

  static void check(HttpFixture node) {
    docs(node.as(null));
    page(node);
    users(node);
    client(node.as(null));
  }

  private static void docs(HttpCalls anyone) {
    assertTrue(anyone.get("/docs").body().contains("/docs/docs.js"));
    assertTrue(anyone.get("/docs/swagger-ui.css").body().length() > 10_000);
    assertTrue(anyone.get("/docs/swagger-ui-bundle.js").body().length() > 100_000);
    anyone.get("/docs/docs.js");
    assertEquals("not_found", anyone.get("/docs/other.js").code());
  }

  private static void page(HttpFixture node) {
    HttpCalls anyone = node.as(null);
    Reply front = anyone.get("/");
    assertTrue(front.body().contains("/page/page.js"), front.body());
    assertTrue(front.header("content-security-policy").startsWith("default-src 'none'"));
    assertTrue(anyone.get("/page/page.css").body().length() > 1_000);
    assertTrue(anyone.get("/page/page.js").body().contains("/client.js"));
    assertEquals(404, anyone.get("/page/other.js").status());
  }

  private static void users(HttpFixture node) {
    HttpCalls page = node.as(Development.keyOf(HttpFixture.SECRET));
    String token = page.get("/sign-in?tenant=" + node.tenant + "&user=eve").body();
    assertEquals(200, node.as(token).get("/v1/sessions").status());
    assertEquals("bad_request", page.get("/sign-in?tenant=a%20b&user=eve").code());
    assertEquals("bad_request", page.get("/sign-in?tenant=acme").code());
    for (String key : new String[] {null, "wrong", node.token("ann")}) {
      Reply refused = node.as(key).get("/sign-in?tenant=acme&user=eve");
      assertEquals("unauthorized", refused.code());
    }
  }

  private static void client(HttpCalls anyone) {
    Reply script = anyone.get("/client.js");
    assertTrue(script.body().contains("sourceMappingURL=client.js.map"));
    assertEquals("no-cache", script.header("cache-control"));
    assertEquals("*", script.header("access-control-allow-origin"));
    HttpCalls again = anyone.with("if-none-match", script.header("etag"));
    assertEquals(304, again.get("/client.js").status());
    assertEquals("no-cache", anyone.get("/client.js?v=0.0.1").header("cache-control"));
    String kept = anyone.get("/client.js?v=" + version()).header("cache-control");
    assertTrue(kept.endsWith("immutable"), kept);
    assertEquals("gzip", coding(anyone, "br, gzip"));
    assertNull(coding(anyone, "gzip;q=0"));
    assertTrue(anyone.get("/client.js.map").json().containsKey("mappings"));
  }

  private static String coding(HttpCalls calls, String accepted) {
    return calls.with("accept-encoding", accepted).get("/client.js").header("content-encoding");
  }

  private static String version() {
    try (var file = PageAnswers.class.getResourceAsStream("/dev/holdfast/client/js/version")) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
