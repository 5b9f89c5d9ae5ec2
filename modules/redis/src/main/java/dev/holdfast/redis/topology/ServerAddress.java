package dev.holdfast.redis.topology;

import java.net.URI;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The address of a Redis server or a sentinel.
 *
 * @param host a name, or an address; IPv6 without brackets
 * @param port 1 to 65535
 */
public record ServerAddress(String host, int port) {
  private static final int SENTINEL_PORT = 26_379;
  private static final Pattern FORM =
      Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)]|([^:\\[\\]\\s/@?#]+))(?::(\\d{1,5}))?");

  /**
   * @throws IllegalArgumentException if this can't be the address of a server
   */
  public ServerAddress {
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("port: 1 to 65535, not " + port);
    }
    // The driver goes to localhost if a URI has no host that it understands.
    if (URI.create("redis://" + text(host, port)).getHost() == null) {
      throw new IllegalArgumentException("a host name or address is needed, not " + host);
    }
  }

  /**
   * Reads {@code host[:port]}, with the port of sentinels, 26379, if there is none; an IPv6 host
   * stands in brackets.
   *
   * @throws IllegalArgumentException if the text is not of that form
   */
  public static ServerAddress parse(String text) {
    return parse(text, SENTINEL_PORT);
  }

  /** Reads the same with another port, if there is none. */
  static ServerAddress parse(String text, int otherwise) {
    Matcher form = FORM.matcher(text.strip());
    if (!form.matches()) {
      throw new IllegalArgumentException("host:port is needed");
    }
    String host = form.group(1) != null ? form.group(1) : form.group(2);
    String port = form.group(3);
    return new ServerAddress(host, port == null ? otherwise : Integer.parseInt(port));
  }

  @Override
  public String toString() {
    return text(host, port);
  }

  private static String text(String host, int port) {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }
}
