package dev.holdfast.gateway.config;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * The address at which a node answers its operators: metrics, results of its checks, documents of
 * the API, views of nodes, configuration and numbers. It uses plain HTTP: it is meant for this
 * machine, or for a network of monitoring alone.
 *
 * @param host to listen at
 * @param port 0: that of the clients if this is on loopback; else a free one
 */
public record ManagementConfig(String host, int port) {
  public static final ManagementConfig DEFAULTS = new ManagementConfig("127.0.0.1", 0);

  public ManagementConfig {
    List<String> problems = new ArrayList<>();
    if (host == null || host.isBlank()) {
      problems.add("host: not blank");
    }
    if (port < 0 || port > 65_535) {
      problems.add("port: 0 to 65535");
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  public static boolean isLoopback(String host) {
    InetAddress address = NetUtil.createInetAddressFromIpAddressString(host);
    return host.equals("localhost") || address != null && address.isLoopbackAddress();
  }
}
