package dev.holdfast.app.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.auth.TokenVerifier;
import dev.holdfast.auth.Verified;
import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.auth.config.IssuerConfig;
import dev.holdfast.auth.config.IssuerSettings;
import dev.holdfast.auth.config.VerificationKey;
import dev.holdfast.core.bus.Grant;
import dev.holdfast.testkit.ForeignIssuer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What becomes of a service's credentials for the bus when its node starts with other settings. */
class AccountsTest {
  private static final String SECRET = "a secret of more than thirty-two bytes";

  private final ForeignIssuer issuer = new ForeignIssuer();
  private final JsonObject robot = new JsonObject().put("app", "robot");

  /** They were taken until their end, by any node. */
  @Test
  void credentialsEndWithTheServiceOfTheirIssuer() {
    String token = issuer.clientToken("app", List.of("acme", "globex"));
    Verified verified = node(settings(robot)).verify(token, TokenVerifier.ANY_TENANT).result();
    Grant grant = Grant.parse(Accounts.grant(verified).text());
    assertEquals(Set.of("acme", "globex"), grant.tenants());
    assertEquals("app", grant.account().client());

    assertFalse(isRevoked(grant, settings(robot)));
    assertTrue(isRevoked(grant, settings(new JsonObject())));
    assertTrue(isRevoked(grant, settings(new JsonObject().put("app", "desk"))));
    assertTrue(isRevoked(grant, settings(new JsonObject().put("other", "robot"))));
    JsonObject fewer = settings(robot).put("tenants", new JsonArray().add("globex"));
    assertTrue(isRevoked(grant, fewer));
    assertFalse(Accounts.revoked(node(fewer)).test(grant, "globex"));
  }

  /** Else each member more would keep the services of a build from the nodes of the one before. */
  @Test
  void whatALaterBuildAddsToAnAccountIsIgnored() {
    var account = new Grant.Account("https://id.example", 0, "u", 5, 1, null, "d", null);
    Grant grant = new Grant("billing", Set.of("acme"), account);
    String text = grant.text();
    assertFalse(text.contains("null"), text);

    String later = text.substring(0, text.length() - 1) + ",\"more\":{\"than\":[\"now\"]}}";
    assertEquals(grant, Grant.parse(later));
  }

  private JsonObject settings(JsonObject services) {
    return new JsonObject(issuer.settings()).put("services", services);
  }

  private static boolean isRevoked(Grant grant, JsonObject settings) {
    return Accounts.revoked(node(settings)).test(grant, "acme");
  }

  private static TokenVerifier node(JsonObject settings) {
    IssuerConfig trusted = IssuerSettings.read(settings.encode());
    return TokenVerifier.of(
        new AuthConfig(
            List.of(VerificationKey.hs256(SECRET)),
            null,
            List.of(),
            AuthConfig.DEFAULTS.leeway(),
            true,
            AuthConfig.DEFAULTS.claims(),
            AuthConfig.DEFAULTS.longestLife(),
            List.of(trusted)));
  }
}
