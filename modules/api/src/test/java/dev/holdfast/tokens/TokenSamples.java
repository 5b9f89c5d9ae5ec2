package dev.holdfast.tokens;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.Caller;
import java.util.Set;
import java.util.stream.Stream;

/** One of each message about tokens. */
public final class TokenSamples {
  private static final Caller SERVICE = new Caller.Service("s", "1", Set.of("*"), Set.of());

  private TokenSamples() {}

  public static Stream<BusValue> all() {
    return Stream.of(
        new TokenRef("47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", 1_700_000_000_000L),
        new RevocationMessage.Revoke(SERVICE, "acme", "ann", null, 1_700_000_000, 0),
        new RevocationMessage.Revoked(1_700_000_000_000L));
  }
}
