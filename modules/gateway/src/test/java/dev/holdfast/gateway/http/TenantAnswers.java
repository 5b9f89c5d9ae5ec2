package dev.holdfast.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import java.util.List;

/** Each answer of the operations on tenants, once. */
final class TenantAnswers {
  private TenantAnswers() {}

  /**
   * @param tenant one that nobody else uses
   */
  static void check(HttpCalls service, String tenant) {
    for (String name : List.of(tenant, "%20")) {
      String one = "/v1/tenants/" + name;
      int status = name.equals(tenant) ? 200 : 400;
      assertEquals(status, service.send("PUT", one, new byte[0]).status());
      assertEquals(status, service.send("POST", one + "/suspend", new byte[0]).status());
      assertEquals(status, service.send("POST", one + "/resume", new byte[0]).status());
      assertEquals(status, service.get(one).status());
      assertEquals(status, service.get(one + "/audit").status());
      assertEquals(status, service.get(one + "/export").status());
      assertEquals(status, service.get(one + "/usage").status());
      assertEquals(status, service.get("/v1/tenants?after=" + name).status());
    }
  }

  /** Of a tenant that is being erased. */
  static void checkErased(HttpFixture node, String redis, String tenant) {
    RedisLink link =
        HttpFixture.get(
            RedisLink.open(node.vertx, RedisConfig.of(redis), "erasing", node.registry));
    HttpFixture.get(link.send("HSET", Keys.erasing(tenant), "m", "a begin", "s:a", ""));
    HttpFixture.get(link.send("PEXPIRE", Keys.erasing(tenant), 60_000));
    assertEquals("conflict", node.service().get("/v1/tenants/" + tenant + "/export").code());
    HttpFixture.get(link.close());
  }
}
