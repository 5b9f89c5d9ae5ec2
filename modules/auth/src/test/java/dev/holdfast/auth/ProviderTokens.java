package dev.holdfast.auth;

import dev.holdfast.auth.config.Preset;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** Claims of access tokens in the shapes that providers document. */
final class ProviderTokens {
  static final String ISSUER = "https://id.example/";

  private ProviderTokens() {}

  static JsonObject of(Preset preset) {
    JsonObject claims =
        new JsonObject()
            .put("iss", ISSUER)
            .put("sub", "user-7")
            .put("iat", TestTokens.now())
            .put("exp", TestTokens.now() + 60);
    return switch (preset) {
      case SUPABASE -> supabase(claims);
      case AUTH0 -> auth0(claims);
      case WORKOS -> workos(claims);
      case CLERK -> clerk(claims);
      case KEYCLOAK -> keycloak(claims);
    };
  }

  private static JsonObject supabase(JsonObject claims) {
    return claims
        .put("aud", "authenticated")
        .put("role", "authenticated")
        .put("aal", "aal1")
        .put("session_id", "6f0e")
        .put(
            "app_metadata",
            new JsonObject()
                .put("provider", "email")
                .put("tenant_id", "acme")
                .put("roles", list("editor")))
        .put("user_metadata", new JsonObject().put("tenant_id", "other"));
  }

  private static JsonObject auth0(JsonObject claims) {
    return claims
        .put("sub", "auth0|65f0")
        .put("aud", list("https://api.example", ISSUER + "userinfo"))
        .put("azp", "client")
        .put("scope", "openid profile")
        .put("org_id", "acme")
        .put("permissions", list("publish:topic:*"));
  }

  private static JsonObject workos(JsonObject claims) {
    return claims
        .put("sid", "session_01")
        .put("jti", "01H")
        .put("org_id", "acme")
        .put("role", "editor")
        .put("roles", list("editor"))
        .put("permissions", list("publish:topic:*"));
  }

  private static JsonObject clerk(JsonObject claims) {
    return claims
        .put("azp", "https://app.example")
        .put("sid", "sess_2")
        .put("v", 2)
        .put("o", new JsonObject().put("id", "acme").put("slg", "acme-inc").put("rol", "editor"));
  }

  private static JsonObject keycloak(JsonObject claims) {
    return claims
        .put("typ", "Bearer")
        .put("azp", "web")
        .put("realm_access", new JsonObject().put("roles", list("editor")))
        .put("organization", new JsonObject().put("acme", new JsonObject().put("id", "8f4a")));
  }

  private static JsonArray list(String... texts) {
    return new JsonArray(List.of((Object[]) texts));
  }
}
