package dev.holdfast.gateway.admission;

import io.netty.util.NetUtil;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;

/**
 * Finds the client of a request: its peer, or, if that is a configured proxy, the last address of
 * {@code X-Forwarded-For} that is no proxy's. Anybody may have written the addresses before that
 * one. Safe on any thread.
 */
final class Clients {
  private static final String HEADER = "X-Forwarded-For";

  private final List<AddressRange> proxies;

  Clients(List<String> proxies) {
    this.proxies = proxies.stream().map(AddressRange::new).toList();
  }

  boolean isProxy(String address) {
    InetAddress known = NetUtil.createInetAddressFromIpAddressString(address);
    return known != null && proxies.stream().anyMatch(range -> range.contains(known));
  }

  static boolean isLoopback(String address) {
    InetAddress known = NetUtil.createInetAddressFromIpAddressString(address);
    return known != null && known.isLoopbackAddress();
  }

  Client of(HttpServerRequest request) {
    SocketAddress peer = request.remoteAddress();
    String direct = peer == null || peer.hostAddress() == null ? "" : peer.hostAddress();
    return of(direct, request.headers().getAll(HEADER));
  }

  /**
   * @param direct the peer
   * @param forwarded the addresses that it names, header by header
   */
  Client of(String direct, List<String> forwarded) {
    if (proxies.isEmpty() || !isProxy(direct)) {
      return new Client(direct, false);
    }
    String[] chain = String.join(",", forwarded).split(",");
    for (int i = chain.length - 1; i >= 0; i--) {
      String each = chain[i].strip();
      if (NetUtil.createInetAddressFromIpAddressString(each) == null) {
        return new Client(direct, true);
      }
      if (!isProxy(each)) {
        return new Client(each, true);
      }
    }
    return new Client(direct, true);
  }

  /**
   * Returns the key of one client: its IPv4 address, or the network of its IPv6 address, since one
   * customer has a whole network.
   *
   * @param address as text
   */
  static String key(String address) {
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address);
    return bytes == null || bytes.length == 4
        ? address
        : NetUtil.bytesToIpAddress(Arrays.copyOf(Arrays.copyOf(bytes, 8), 16));
  }
}
