package dev.holdfast.gateway.files;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.gateway.http.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A part of a file, as {@code Range} asks for it (RFC 9110, 14.2).
 *
 * @param from first byte, from 0
 * @param length bytes, from 1
 */
record ByteRange(long from, long length) {
  private static final Pattern SPEC = Pattern.compile("(\\d{0,18})-(\\d{0,18})");
  private static final String UNIT = "bytes=";
  private static final int MOST = 16;

  /**
   * Reads a {@code Range} header.
   *
   * @return none if the whole file has to be sent: there is no range, another unit, or several
   *     parts that do not overlap
   * @throws Problem 416 if a part is reversed or out of bounds, or parts overlap
   */
  static @Nullable ByteRange of(@Nullable String header, long size) {
    if (header == null || !header.startsWith(UNIT)) {
      return null;
    }
    List<ByteRange> ranges = new ArrayList<>();
    for (String spec : header.substring(UNIT.length()).split(",", MOST + 1)) {
      ranges.add(one(spec.strip(), size));
    }
    if (ranges.size() > MOST || overlap(ranges)) {
      throw refused("ranges that overlap, or too many");
    }
    return ranges.size() == 1 ? ranges.get(0) : null;
  }

  String header(long size) {
    return "bytes " + from + "-" + (from + length - 1) + "/" + size;
  }

  private static ByteRange one(String spec, long size) {
    Matcher matcher = SPEC.matcher(spec);
    if (!matcher.matches() || spec.equals("-")) {
      throw refused("not a range");
    }
    if (matcher.group(1).isEmpty()) {
      long last = Math.min(size, Long.parseLong(matcher.group(2)));
      return checked(size - last, size - 1, size);
    }
    long from = Long.parseLong(matcher.group(1));
    boolean open = matcher.group(2).isEmpty();
    long to = open ? size - 1 : Long.parseLong(matcher.group(2));
    if (!open && to < from) {
      throw refused("reversed");
    }
    return checked(from, Math.min(to, size - 1), size);
  }

  private static ByteRange checked(long from, long to, long size) {
    if (from >= size || to < from) {
      throw refused("out of bounds");
    }
    return new ByteRange(from, to - from + 1);
  }

  private static boolean overlap(List<ByteRange> ranges) {
    for (int i = 0; i < ranges.size(); i++) {
      for (int j = i + 1; j < ranges.size(); j++) {
        ByteRange a = ranges.get(i);
        ByteRange b = ranges.get(j);
        if (a.from < b.from + b.length && b.from < a.from + a.length) {
          return true;
        }
      }
    }
    return false;
  }

  private static Problem refused(String why) {
    return new Problem(416, ErrorCode.RANGE_INVALID, "range: " + why);
  }
}
