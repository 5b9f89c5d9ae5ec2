package dev.holdfast.auth;

import dev.holdfast.auth.config.Algorithm;
import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.auth.config.ClaimPath;
import dev.holdfast.auth.config.ClaimPaths;
import dev.holdfast.auth.config.IssuerConfig;
import dev.holdfast.auth.jwks.JwksClient;
import dev.holdfast.auth.jwks.UsableKeys;
import dev.holdfast.core.Permissions;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Looks at an issuer as a node would, for its operator: its discovery document, its keys, and what
 * a token of it gives. For one check; any thread.
 */
public final class IssuerCheck {
  private static final String DISCOVERY = ".well-known/openid-configuration";

  private final Function<URI, Future<JsonObject>> fetch;
  private final AuthConfig auth;
  private final List<Finding> findings = new ArrayList<>();

  /**
   * A line of the report.
   *
   * @param about its subject: {@code discovery}, {@code keys}, {@code token}, …
   * @param isProblem whether tokens of this issuer are refused because of it
   */
  public record Finding(String about, String text, boolean isProblem) {}

  /** Makes the settings of the issuer, once its discovery document was read. */
  @FunctionalInterface
  public interface Settings {
    /**
     * @param keySet the address that the discovery document names; none: it names none
     * @throws IllegalArgumentException if they are not valid
     */
    IssuerConfig of(@Nullable String keySet);
  }

  /**
   * @param fetch fetches a JSON document
   * @param auth rules for all tokens: leeway, life, expiry
   */
  public IssuerCheck(Function<URI, Future<JsonObject>> fetch, AuthConfig auth) {
    this.fetch = fetch;
    this.auth = auth;
  }

  /**
   * Returns what was found, in the order in which a node would come upon it. Never fails.
   *
   * @param issuer its name, an address
   * @param token one of its tokens; none: only the issuer is looked at
   */
  public Future<List<Finding>> run(String issuer, Settings settings, @Nullable String token) {
    return discovered(issuer)
        .compose(keySet -> settled(settings, keySet, token))
        .map(done -> List.copyOf(findings));
  }

  private Future<@Nullable String> discovered(String issuer) {
    URI address = URI.create(issuer.endsWith("/") ? issuer + DISCOVERY : issuer + "/" + DISCOVERY);
    return fetch
        .apply(address)
        .<@Nullable String>map(document -> named(issuer, document))
        .onFailure(failure -> unread("discovery", address, failure, false))
        .otherwiseEmpty();
  }

  private @Nullable String named(String issuer, JsonObject document) {
    Object name = document.getValue("issuer");
    if (issuer.equals(name)) {
      note("discovery", "names this issuer, and the keys at " + document.getValue("jwks_uri"));
    } else {
      problem(
          "discovery",
          "names the issuer '%s', and so do its tokens: the setting has to be equal to it"
              .formatted(name));
    }
    return document.getValue("jwks_uri") instanceof String keySet ? keySet : null;
  }

  private Future<Void> settled(Settings settings, @Nullable String named, @Nullable String token) {
    IssuerConfig issuer;
    try {
      issuer = settings.of(named);
    } catch (IllegalArgumentException e) {
      problem("settings", String.valueOf(e.getMessage()));
      return Future.succeededFuture();
    }
    String keySet = issuer.keySet();
    if (keySet == null) {
      note("keys", issuer.keys().size() + " in the settings");
      return tried(issuer, new JsonObject(), token);
    }
    if (named != null && !named.equals(keySet)) {
      note("keys", "discovery names " + named + ", the settings another address");
    }
    URI address = JwksClient.checked(keySet);
    return fetch
        .apply(address)
        .compose(set -> tried(listed(issuer, address, set), set, token))
        .onFailure(failure -> unread("keys", address, failure, true))
        .otherwiseEmpty();
  }

  private IssuerConfig listed(IssuerConfig issuer, URI address, JsonObject set) {
    Set<String> allowed =
        issuer.algorithms().stream()
            .map(Algorithm::wireName)
            .collect(Collectors.toCollection(TreeSet::new));
    List<UsableKeys.Key> keys = UsableKeys.describe(set, allowed);
    long used = keys.stream().filter(key -> key.problem() == null).count();
    finding("keys", "%d of %d are used, at %s".formatted(used, keys.size(), address), used == 0);
    if (keys.size() > UsableKeys.MOST) {
      problem("keys", "a set of more than " + UsableKeys.MOST + " keys is not taken");
    }
    for (UsableKeys.Key key : keys) {
      String use =
          key.problem() == null
              ? String.join(", ", key.algorithms())
              : "left out: " + key.problem();
      note("key", "%s %s %s".formatted(key.id() == null ? "(no kid)" : key.id(), key.kind(), use));
    }
    return issuer;
  }

  private Future<Void> tried(IssuerConfig issuer, JsonObject set, @Nullable String token) {
    if (token == null) {
      return Future.succeededFuture();
    }
    var only =
        new AuthConfig(
            List.of(),
            null,
            List.of(),
            auth.leeway(),
            auth.requireExpiry(),
            auth.claims(),
            auth.longestLife(),
            List.of(issuer));
    read(issuer, token);
    return TokenVerifier.of(only, new SimpleMeterRegistry(), at -> Future.succeededFuture(set))
        .verify(token)
        .onSuccess(this::accepted)
        .onFailure(failure -> problem("token", "refused: " + failure.getMessage()))
        .<Void>mapEmpty()
        .otherwiseEmpty();
  }

  /** What a token says is shown also if it is refused: whoever asks has it. */
  private void read(IssuerConfig issuer, String token) {
    JsonObject said = claims(token);
    if (said == null) {
      return;
    }
    var claims = new Claims(said);
    ClaimPaths paths = issuer.paths();
    note("iss", String.valueOf(said.getValue("iss")));
    note("aud", String.valueOf(said.getValue("aud")));
    String fixed = issuer.tenant();
    note("tenant", fixed == null ? at(claims, paths.tenant()) : fixed + ", by the settings");
    note("user", at(claims, paths.user()));
    note("roles", at(claims, paths.roles()));
    note("permissions", at(claims, paths.permissions()));
    ClaimPath session = paths.session();
    if (session != null) {
      note("session", at(claims, session));
    }
  }

  private static String at(Claims claims, ClaimPath path) {
    Object value = claims.at(path);
    return path + ": " + (value == null ? "no such claim" : value);
  }

  private static @Nullable JsonObject claims(String token) {
    String[] parts = token.split("\\.", -1);
    try {
      byte[] json = Base64.getUrlDecoder().decode(parts[1]);
      return new JsonObject(new String(json, StandardCharsets.UTF_8));
    } catch (RuntimeException e) {
      return null;
    }
  }

  private void accepted(Verified token) {
    note(
        "token",
        "accepted: tenant '%s', user '%s', until %s"
            .formatted(
                token.caller().tenant(),
                token.caller().user(),
                token.expiresAt() == 0 ? "revoked" : Instant.ofEpochMilli(token.expiresAt())));
    new TreeSet<>(token.caller().permissions())
        .forEach(
            permission ->
                note(
                    "permits",
                    Permissions.problem(permission)
                        .map(why -> permission + " permits nothing: " + why)
                        .orElse(permission)));
  }

  private void unread(String about, URI address, Throwable failure, boolean needed) {
    finding(about, "not readable at %s: %s".formatted(address, failure.getMessage()), needed);
  }

  private void note(String about, String text) {
    finding(about, text, false);
  }

  private void problem(String about, String text) {
    finding(about, text, true);
  }

  private void finding(String about, String text, boolean isProblem) {
    findings.add(new Finding(about, text, isProblem));
  }
}
