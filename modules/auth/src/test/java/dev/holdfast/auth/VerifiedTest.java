package dev.holdfast.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.tokens.TokenRef;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which tenant a token is used for, and which other one it may be exchanged for. */
class VerifiedTest {
  private static final Verified ANN = of("https://id", "acme", "ann", null);

  private static Verified of(String issuer, String tenant, String user, ServiceAccount account) {
    var caller = new Caller.User(tenant, user, Set.of("r"), Set.of("p:q"));
    return new Verified(caller, issuer, 5_000, 3, "id", "digest", 7, account, null);
  }

  /** One that names a tenant is refused in other words than one that has to. */
  private static ErrorCode refusal(Verified token, String tenant) {
    var refused = assertThrows(HoldfastException.class, () -> token.at(tenant));
    boolean hasToName = refused.publicMessage().startsWith("token: of several tenants");
    assertEquals(tenant == null, hasToName, refused.publicMessage());
    return refused.code();
  }

  @Test
  void aUsersTokenIsOfItsTenantAlone() {
    assertSame(ANN, ANN.at(null));
    assertSame(ANN, ANN.at("acme"));
    assertEquals(ErrorCode.FORBIDDEN, refusal(ANN, "other"));
  }

  @Test
  void aServiceOfOneTenantNeedNotNameIt() {
    Verified one = of("i", "a", "s", new ServiceAccount("svc", null, Set.of("a")));
    assertSame(one, one.at(null));
    assertSame(one, one.at("a"));
    assertEquals(ErrorCode.FORBIDDEN, refusal(one, "b"));
  }

  @Test
  void aServiceOfSeveralTenantsNamesOneOfThem() {
    ServiceAccount account = new ServiceAccount("svc", null, Set.of("a", "b"));
    Verified two = of("i", "a", "s", account);
    Verified there = two.at("b");
    assertEquals(new Caller.User("b", "s", Set.of("r"), Set.of("p:q")), there.caller());
    assertEquals(
        new Verified(there.caller(), "i", 5_000, 3, "id", "digest", 7, account, null), there);
    assertEquals("a", two.at("a").caller().tenant());
    assertEquals(ErrorCode.FORBIDDEN, refusal(two, null));
    assertEquals(ErrorCode.FORBIDDEN, refusal(two, "c"));
  }

  @Test
  void aServicesTokenIsOneByItsIssuerOrByAPermission() {
    assertFalse(ANN.isOfService());
    assertTrue(of("i", "a", "s", new ServiceAccount("svc", null, Set.of("a"))).isOfService());
    for (String held : List.of("service:desk", "service:")) {
      var caller = new Caller.User("acme", "ann", Set.of(), Set.of("p:q", held));
      assertTrue(new Verified(caller, "i", 0, 0, null, "").isOfService(), held);
    }
    var other = new Caller.User("acme", "ann", Set.of("service:r"), Set.of("services:read", "*"));
    assertFalse(new Verified(other, "i", 0, 0, null, "").isOfService());
  }

  @Test
  void onlyATokenOfTheSameIssuerTenantAndUserTakesItsPlace() {
    assertTrue(ANN.isOfSame(of("https://id", "acme", "ann", null)));
    assertFalse(ANN.isOfSame(of("https://other", "acme", "ann", null)));
    assertFalse(ANN.isOfSame(of("https://id", "other", "ann", null)));
    assertFalse(ANN.isOfSame(of("https://id", "acme", "bob", null)));
  }

  @Test
  void whatIsKeptOfATokenSaysWhetherItIsRevoked() {
    Verified left = Verified.of(ANN.origin());
    assertEquals("acme", left.caller().tenant());
    assertEquals("ann", left.caller().user());
    assertEquals(Set.of(), left.caller().permissions());
    assertEquals(ANN.origin(), left.origin());
    assertEquals(new TokenRef("digest", 5_000), ANN.ref());
    assertNull(ANN.login());
    Verified login = new Verified(ANN.caller(), "i", 0, 3, "id", "digest", 7, null, "sid");
    assertEquals("sid", login.origin().login());
    assertEquals("sid", Verified.of(login.origin()).login());
    var account = new ServiceAccount("svc", null, Set.of("acme", "b"));
    var service = new Verified(ANN.caller(), "i", 0, 3, "id", "digest", 7, account, "sid");
    assertEquals("sid", service.at("b").login());
  }
}
