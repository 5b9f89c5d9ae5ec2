package dev.holdfast.gateway.files;

import java.nio.charset.StandardCharsets;

/** The name under which a browser saves a file (RFC 6266, RFC 8187). */
final class ContentDisposition {
  private static final String PLAIN =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$&+-.^_`|~";

  private ContentDisposition() {}

  /** Returns a header by which a browser always saves the file, and never shows it in place. */
  static String attachment(String name) {
    StringBuilder ascii = new StringBuilder();
    StringBuilder encoded = new StringBuilder();
    boolean plain = true;
    for (int i = 0; i < name.length(); i++) {
      char at = name.charAt(i);
      boolean safe = at >= ' ' && at < 0x7f && at != '"' && at != '\\' && at != '%';
      ascii.append(safe ? at : '_');
      plain &= safe;
    }
    for (byte at : name.getBytes(StandardCharsets.UTF_8)) {
      boolean asItIs = at > 0 && PLAIN.indexOf(at) >= 0;
      encoded.append(asItIs ? Character.toString(at) : String.format("%%%02X", at & 0xff));
    }
    String header = "attachment; filename=\"" + ascii + "\"";
    return plain ? header : header + "; filename*=UTF-8''" + encoded;
  }
}
