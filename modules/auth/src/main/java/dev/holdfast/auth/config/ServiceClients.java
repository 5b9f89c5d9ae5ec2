package dev.holdfast.auth.config;

import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The clients of an issuer whose own tokens (client credentials, without a user) are those of
 * services. A user's token that came by such a client stays a user's.
 *
 * @param names client → name of the service
 */
public record ServiceClients(Map<String, String> names, @Nullable Preset preset) {
  /** No client's own tokens are those of a service. */
  public static final ServiceClients NONE = new ServiceClients(Map.of(), null);

  /** As Keycloak names the user that stands for a client. */
  private static final String ACCOUNT = "service-account-";

  /** Adds what is wrong with names that are configured. */
  static void check(Map<String, String> names, List<String> problems) {
    try {
      names.values().forEach(name -> Names.id(name, "service"));
    } catch (HoldfastException e) {
      problems.add("services: " + e.publicMessage());
    }
    if (names.keySet().stream().anyMatch(String::isBlank)) {
      problems.add("services: a client is missing");
    }
  }

  /**
   * Returns whether a client's own tokens are those of a service.
   *
   * @param client none: those of any client
   */
  public boolean has(@Nullable String client, String service) {
    return client == null ? names.containsValue(service) : service.equals(names.get(client));
  }

  /** Returns the client whose own token this is, of {@link #names}; none: it is a user's. */
  public @Nullable String client(JsonObject claims) {
    if (names.isEmpty()) {
      return null;
    }
    Object party = claims.getValue("azp");
    Object other = claims.getValue("client_id");
    boolean one = party == null || other == null || party.equals(other);
    return one
            && (party == null ? other : party) instanceof String client
            && names.containsKey(client)
            && isOwn(client, claims)
        ? client
        : null;
  }

  /** Returns whether the token is the client's own. */
  private boolean isOwn(String client, JsonObject claims) {
    if (preset == Preset.AUTH0) {
      return "client-credentials".equals(claims.getValue("gty"));
    }
    if (preset == Preset.KEYCLOAK) {
      // The client's id is a note of its own login, so no user can have it, whatever its name is.
      Object noted = claims.getValue("client_id", claims.getValue("clientId"));
      String user = ACCOUNT + client.toLowerCase(Locale.ROOT);
      return user.equals(claims.getValue("preferred_username")) && client.equals(noted);
    }
    return client.equals(claims.getValue("sub")); // RFC 9068, 2.2
  }
}
