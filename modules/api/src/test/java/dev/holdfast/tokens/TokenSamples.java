package dev.holdfast.tokens;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ChannelName;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** One of each message about tokens. */
public final class TokenSamples {
  private static final Caller SERVICE = new Caller.Service("s", "1", Set.of("*"), Set.of());
  private static final IssuerMessage.Issuer ISSUER =
      new IssuerMessage.Issuer("https://id.example", false, 1_700_000_000_000L, "{}");

  public static final ChannelGrant GRANT =
      new ChannelGrant(
          ChannelName.topic("a/b"),
          Set.of("subscribe"),
          1_700_000_000_000L,
          "AbCdEfGhIjKlMnOp",
          new TokenOrigin("acme", "ann", 1_700_000_000, "j1", "47DEQpj8HBSa-_TImW"));

  private TokenSamples() {}

  public static Stream<BusValue> all() {
    return Stream.of(
        GRANT,
        new TokenRef("47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", 1_700_000_000_000L),
        new RevocationMessage.Revoke(SERVICE, "acme", "ann", null, 1_700_000_000, 0),
        new RevocationMessage.Revoked(1_700_000_000_000L),
        new IssuerMessage.Put(SERVICE, "{}"),
        new IssuerMessage.Remove(SERVICE, ISSUER.issuer()),
        new IssuerMessage.ListIssuers(SERVICE, "", 9),
        ISSUER,
        new IssuerMessage.Removed(),
        new IssuerMessage.Issuers(List.of(ISSUER), ISSUER.issuer()));
  }
}
