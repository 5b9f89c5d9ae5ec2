package dev.holdfast.loadtest.plan;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The address of the target, and the credentials for it.
 *
 * @param urls {@code http://host:port} of the nodes (or a proxy); clients are spread over them
 * @param token for every client, if it was given; none: each gets a token of its own, signed
 * @param secret the HS256 key that tokens are signed with; none: {@code token} is given
 * @param bus how a worker joins the event bus; none: it can't
 */
public record Address(
    List<URI> urls, @Nullable String token, @Nullable String secret, @Nullable BusAddress bus) {
  /**
   * @param cluster the cluster's name
   * @param members {@code host:port} of some members
   * @param secret that of the cluster
   */
  public record BusAddress(String cluster, List<String> members, String secret) {}

  public Address {
    urls = List.copyOf(urls);
  }

  /**
   * Returns the secret of a target that has no token.
   *
   * @throws IllegalStateException if it has none either
   */
  public String neededSecret() {
    if (secret == null) {
      throw new IllegalStateException("neither a token nor a secret");
    }
    return secret;
  }
}
