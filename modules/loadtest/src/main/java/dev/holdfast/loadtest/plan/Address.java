package dev.holdfast.loadtest.plan;

import java.net.URI;
import java.util.List;

/**
 * Where the load goes, and what opens the door.
 *
 * @param urls {@code http://host:port} of the nodes (or a proxy); clients are spread over them
 * @param token for every client, where it was given; null: each gets a token of its own, signed
 * @param secret the HS256 key that tokens are signed with; null where {@code token} is given
 * @param bus how a worker joins the event bus; null where it can't
 */
public record Address(List<URI> urls, String token, String secret, BusAddress bus) {
  /**
   * @param cluster the cluster's name
   * @param members {@code host:port} of some members
   * @param secret that of the cluster
   */
  public record BusAddress(String cluster, List<String> members, String secret) {}

  public Address {
    urls = List.copyOf(urls);
  }
}
