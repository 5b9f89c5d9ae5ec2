package dev.holdfast.runs.config;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.URI;
import java.util.Set;

/**
 * Addresses that agents may be at: all that begin with this one. The path counts by whole segments.
 *
 * @param uri of http or https, with a host; no user, query or fragment
 */
public record UpstreamPrefix(URI uri) {
  private static final Set<String> SCHEMES = Set.of("http", "https");

  /** Reads a prefix; a setting is written so. */
  public static UpstreamPrefix parse(String text) {
    return new UpstreamPrefix(address(text));
  }

  /**
   * Reads an address of http or https.
   *
   * @throws IllegalArgumentException which does not quote the text, as it may hold a secret
   */
  static URI address(String text) {
    URI uri;
    try {
      uri = URI.create(text.strip());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("not a valid address");
    }
    boolean plain =
        uri.getHost() != null
            && uri.getScheme() != null
            && SCHEMES.contains(uri.getScheme())
            && uri.getRawUserInfo() == null
            && uri.getRawQuery() == null
            && uri.getRawFragment() == null;
    if (!plain || !uri.normalize().equals(uri) || uri.getRawPath().contains("%")) {
      throw new IllegalArgumentException(
          "an address http(s)://host[:port]/path is needed, without user, query and fragment");
    }
    return uri;
  }

  /** Returns whether an address begins with this one. */
  public boolean covers(URI address) {
    String from = uri.getRawPath();
    String path = address.getRawPath();
    String folder = from.endsWith("/") ? from : from + "/";
    return uri.getScheme().equals(address.getScheme())
        && uri.getHost().equalsIgnoreCase(address.getHost())
        && port(uri) == port(address)
        && (path.equals(from) || (path + "/").startsWith(folder));
  }

  /**
   * Returns whether it names a host by exactly this IP address; {@code localhost} names those of
   * loopback.
   */
  public boolean names(InetAddress address) {
    return address.equals(NetUtil.createInetAddressFromIpAddressString(host(uri)))
        || uri.getHost().equalsIgnoreCase("localhost") && address.isLoopbackAddress();
  }

  /** Returns the host, an IPv6 address without its brackets. */
  public static String host(URI address) {
    String host = address.getHost();
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  /** Returns the port, also if it is the usual one and left out. */
  public static int port(URI address) {
    int usual = address.getScheme().equals("https") ? 443 : 80;
    return address.getPort() < 0 ? usual : address.getPort();
  }

  @Override
  public String toString() {
    return uri.toString();
  }
}
