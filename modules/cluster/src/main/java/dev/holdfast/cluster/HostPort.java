package dev.holdfast.cluster;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An address in the form {@code host:port}; an IPv6 host stands in brackets.
 *
 * @param port 1 to 65535
 */
public record HostPort(String host, int port) {
  private static final Pattern FORM =
      Pattern.compile("(?:\\[([0-9A-Fa-f:.%]+)]|([^:\\[\\]\\s]+)):(\\d{1,5})");

  public HostPort {
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("port: 1 to 65535, not " + port);
    }
  }

  /**
   * @throws IllegalArgumentException if the text is not of that form
   */
  public static HostPort parse(String text) {
    Matcher form = FORM.matcher(text.strip());
    if (!form.matches()) {
      throw new IllegalArgumentException("host:port is needed, not " + text);
    }
    String host = form.group(1) != null ? form.group(1) : form.group(2);
    return new HostPort(host, Integer.parseInt(form.group(3)));
  }

  @Override
  public String toString() {
    return host.indexOf(':') < 0 ? host + ":" + port : "[" + host + "]:" + port;
  }
}
