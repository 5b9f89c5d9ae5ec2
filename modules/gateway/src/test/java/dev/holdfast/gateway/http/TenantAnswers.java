package dev.holdfast.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
      assertEquals(status, service.get("/v1/tenants?after=" + name).status());
    }
  }
}
