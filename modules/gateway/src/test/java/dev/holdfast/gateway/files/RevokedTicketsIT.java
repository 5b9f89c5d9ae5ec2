package dev.holdfast.gateway.files;

import static dev.holdfast.gateway.files.FilesOverHttp.header;
import static dev.holdfast.gateway.files.FilesOverHttp.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.core.Ids;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tickets outlived the revocation of the token that they were made with, by up to a day. */
@ExtendWith(RedisExtension.class)
class RevokedTicketsIT {
  private static final byte[] CONTENT = FilesOverHttp.bytes(100);

  private FilesEdge edge;
  private FilesEdge.Call nobody;
  private FilesEdge.Call ann;
  private String file;

  @BeforeEach
  void start(TestRedis redis, @TempDir Path folder) throws Exception {
    edge = new FilesEdge(redis.uri(), folder);
    nobody = new FilesEdge.Call(edge, null, Map.of());
    ann = edge.as("ann");
    file = header(ann.send("POST", "/v1/files?name=a", CONTENT), "location");
  }

  @AfterEach
  void stop() {
    edge.close();
  }

  @Test
  void theTicketOfARevokedTokenIsAsOneThatNeverWas() {
    String ticket = goodTicket(ann);
    String another = goodTicket(edge.as("ann", "a:second"));
    String service = goodTicket(edge.service("files:read"));

    edge.revoke(null, FilesEdge.digest(ann.token()));

    assertIsNone(ticket);
    assertEquals(404, nobody.send("HEAD", ticket).statusCode());
    assertArrayEquals(CONTENT, nobody.send("GET", another).body());
    assertArrayEquals(CONTENT, nobody.send("GET", service).body());
  }

  @Test
  void theTicketsOfARevokedUserAreAsThoseThatNeverWere() {
    String ticket = goodTicket(ann);
    String service = goodTicket(edge.service("files:read"));

    edge.revoke("ann", null);

    assertIsNone(ticket);
    assertArrayEquals(CONTENT, nobody.send("GET", service).body());
  }

  @Test
  void theTicketsOfARevokedTenantAreAsThoseThatNeverWere() {
    String ticket = goodTicket(ann);
    String service = goodTicket(edge.service("files:read"));

    edge.revoke(null, null);

    assertIsNone(ticket);
    assertIsNone(service);
  }

  @Test
  void aTicketOfAnOlderBuildEndsWithARevocationOfItsOwner() {
    String ticket = goodTicket(edge.service("files:read"));
    edge.forgetTokensOfTickets();
    assertArrayEquals(CONTENT, nobody.send("GET", ticket).body());

    edge.revoke("ann", null);

    assertIsNone(ticket);
  }

  /** They read what is behind the digest as the token's id, by which it may be revoked. */
  @Test
  void nodesOfAnOlderBuildReadATicketsToken() {
    goodTicket(ann);

    List<String> lines = edge.tokenOfTicket();

    assertEquals(5, lines.size(), lines.toString());
    assertEquals(List.of(edge.tenant, "ann"), lines.subList(0, 2));
    assertEquals(FilesEdge.digest(ann.token()), lines.get(3));
  }

  private String goodTicket(FilesEdge.Call caller) {
    HttpResponse<byte[]> made = caller.send("POST", file + "/tickets?expires=600");
    assertEquals(201, made.statusCode(), text(made));
    String ticket = new JsonObject(text(made)).getString("url");
    assertArrayEquals(CONTENT, nobody.send("GET", ticket).body());
    return ticket;
  }

  private void assertIsNone(String ticket) {
    HttpResponse<byte[]> revoked = nobody.send("GET", ticket);
    String unknown = "/v1/tickets/" + edge.tenant + "~" + Ids.fresh() + Ids.fresh();
    assertEquals(404, revoked.statusCode());
    assertArrayEquals(nobody.send("GET", unknown).body(), revoked.body());
  }
}
