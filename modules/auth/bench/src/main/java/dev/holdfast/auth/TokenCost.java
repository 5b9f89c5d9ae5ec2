package dev.holdfast.auth;

import dev.holdfast.core.Caller;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a request's token costs: the first time, by its HS256 signature, and from then on. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TokenCost {
  private static final String SECRET = "a secret of the bench, long enough for HS256";

  private final AuthConfig config = AuthConfig.DEFAULTS.withKeys(VerificationKey.hs256(SECRET));
  private final TrustedIssuer issuer = TrustedIssuer.of(IssuerRules.own(config), config.keys());
  private final TokenVerifier verifier = TokenVerifier.of(config);
  private final String token =
      new TokenSigner(SECRET, config)
          .sign(
              new Caller.User("acme", "ann", Set.of("editor"), Set.of("publish:topic:*")),
              Duration.ofHours(1));

  @Benchmark
  public Future<Verified> bySignature() {
    return issuer.verify(token);
  }

  @Benchmark
  public Future<Verified> known() {
    return verifier.verify(token);
  }
}
