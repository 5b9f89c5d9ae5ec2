package dev.holdfast.auth;

import dev.holdfast.auth.config.Algorithm;
import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.auth.config.IssuerConfig;
import dev.holdfast.auth.config.StoredIssuer;
import dev.holdfast.auth.jwks.JwksClient;
import dev.holdfast.auth.jwks.KeyRoom;
import dev.holdfast.auth.jwks.KeySet;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The issuers whose tokens a node takes, by their names: those of its configuration, and those that
 * operators added since. A configured one is never replaced by an added one. Any thread; {@link
 * #follow} one at a time.
 */
public final class TrustedIssuers {
  private static final Logger LOG = LoggerFactory.getLogger(TrustedIssuers.class);

  private final AuthConfig config;
  private final Function<URI, Future<JsonObject>> fetch;
  private final LongSupplier clock;
  private final MeterRegistry registry;
  private final KeyRoom room;
  private final Map<String, TrustedIssuer> configured = new HashMap<>();
  private volatile Map<String, Added> added = Map.of();
  private volatile Runnable changed = () -> {};

  private record Added(StoredIssuer stored, TrustedIssuer trusted) {}

  /**
   * @param fetch fetches a key set from its address
   * @param clock of key sets, in ns
   * @param room of key sets
   */
  TrustedIssuers(
      AuthConfig config,
      Function<URI, Future<JsonObject>> fetch,
      LongSupplier clock,
      MeterRegistry registry,
      KeyRoom room) {
    this.config = config;
    this.fetch = fetch;
    this.clock = clock;
    this.registry = registry;
    this.room = room;
    config
        .issuers()
        .forEach(one -> configured.put(one.issuer(), make(one, IssuerRules.of(config, one), 0)));
  }

  /** Sets the action for keys, or issuers, that were taken back; on some thread. */
  void onChange(Runnable action) {
    changed = action;
  }

  boolean isEmpty() {
    return configured.isEmpty() && added.isEmpty();
  }

  /** Returns the issuer of a name; none: it is not trusted here. */
  @Nullable TrustedIssuer get(String name) {
    TrustedIssuer own = configured.get(name);
    Added other = own == null ? added.get(name) : null;
    return other == null ? own : other.trusted();
  }

  /** Returns the configured ones. */
  public Collection<IssuerConfig> configured() {
    return config.issuers();
  }

  /** Returns whether a name is taken by the configuration: by an issuer, or by the own keys. */
  public boolean isConfigured(String name) {
    return configured.containsKey(name) || name.equals(config.issuer());
  }

  /**
   * Returns whether the issuer of a token that was valid is still trusted with the token's tenant,
   * and with its service. An issuer that was removed and added again is another one.
   */
  boolean trusts(Verified token) {
    if (token.issuerBorn() == 0) {
      TrustedIssuer issuer = configured.get(token.issuer());
      return issuer == null ? isOfOwnKeys(token) : issuer.stillSays(token);
    }
    Added now = added.get(token.issuer());
    return now != null
        && now.stored().born() == token.issuerBorn()
        && now.trusted().stillSays(token);
  }

  /** The own keys make no services of tokens. */
  private boolean isOfOwnKeys(Verified token) {
    boolean own = token.issuer().isEmpty() || token.issuer().equals(config.issuer());
    return own && token.account() == null;
  }

  /**
   * Takes these in place of all that were added before. One that has not changed keeps its keys.
   *
   * @param operators their tenant, which none of these may name; none if there are no operators
   * @return whether something changed
   */
  public boolean follow(Collection<StoredIssuer> all, @Nullable String operators) {
    Map<String, Added> before = added;
    Map<String, Added> now = new HashMap<>();
    for (StoredIssuer one : all) {
      String name = one.config().issuer();
      Added same = before.get(name);
      if (same != null && same.stored().equals(one)) {
        now.put(name, same);
      } else if (!isConfigured(name)) {
        IssuerRules rules = IssuerRules.of(config, one.config()).except(operators);
        added(one, rules).ifPresent(trusted -> now.put(name, new Added(one, trusted)));
      }
    }
    if (now.equals(before)) {
      return false;
    }
    added = Map.copyOf(now);
    before.entrySet().stream()
        .filter(one -> now.get(one.getKey()) != one.getValue())
        .forEach(one -> one.getValue().trusted().leave());
    before.keySet().stream()
        .filter(name -> !now.containsKey(name))
        .forEach(name -> KeySet.forget(registry, name));
    // After the change, so that nothing that is kept was said by an issuer of before.
    changed.run();
    return true;
  }

  /** One that can't be made is left out, which its tokens show; the others are still taken. */
  private Optional<TrustedIssuer> added(StoredIssuer one, IssuerRules rules) {
    try {
      return Optional.of(make(one.config(), rules, one.born()));
    } catch (RuntimeException e) {
      LOG.warn("Issuer {} can't be trusted: {}", one.config().issuer(), e.getMessage());
      return Optional.empty();
    }
  }

  private TrustedIssuer make(IssuerConfig one, IssuerRules rules, long born) {
    String address = one.keySet();
    if (address == null) {
      return TrustedIssuer.of(rules, one.keys(), born);
    }
    URI uri = JwksClient.checked(address);
    Set<String> algorithms =
        one.algorithms().stream().map(Algorithm::wireName).collect(Collectors.toSet());
    KeyRoom.Place place = born == 0 ? room.configured() : room.added(only(one));
    var set =
        new KeySet<>(
            one.issuer(),
            algorithms,
            () -> fetch.apply(uri),
            keys -> TrustedIssuer.keys(rules, keys),
            clock,
            place);
    set.onChange(() -> changed.run());
    return new TrustedIssuer(rules, set::with, born, place::close);
  }

  /** Returns the tenant of all tokens of an issuer; none: they may be of several. */
  private static @Nullable String only(IssuerConfig one) {
    Set<String> tenants = one.tenants();
    return tenants.size() == 1 ? tenants.iterator().next() : one.tenant();
  }
}
