package dev.holdfast.gateway.admission;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * An address of the Internet, or a range of addresses that begin alike: {@code 10.0.0.7}, {@code
 * 10.0.0.0/8}.
 */
final class AddressRange {
  private static final int PORT = 1; // the library asks for one

  private final IpSubnetFilterRule rule;

  /**
   * @throws IllegalArgumentException if the text is neither; names are not looked up
   */
  AddressRange(String text) {
    int slash = text.indexOf('/');
    byte[] address = NetUtil.createByteArrayFromIpAddressString(host(text, slash));
    if (address == null) {
      throw new IllegalArgumentException(text);
    }
    int bits = slash < 0 ? address.length * 8 : Integer.parseInt(text.substring(slash + 1));
    this.rule = new IpSubnetFilterRule(host(text, slash), bits, IpFilterRuleType.ACCEPT);
  }

  static boolean isValid(String text) {
    try {
      new AddressRange(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  boolean contains(InetAddress address) {
    return rule.matches(new InetSocketAddress(address, PORT));
  }

  private static String host(String text, int slash) {
    return slash < 0 ? text : text.substring(0, slash);
  }
}
