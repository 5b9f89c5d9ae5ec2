package dev.holdfast.files.config;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Limits of a tenant's files.
 *
 * @param bytes of all its files and uploads together; 0: 10 GiB
 * @param files how many, uploads included, up to 10 million; 0: 100,000
 * @param largest bytes of one file; 0: 5 GiB
 * @param types content types that are taken, as {@code image/png} or {@code image/*}; empty: all.
 *     The type is what the content shows, not what was declared
 * @param userPercent share of bytes and files that one user's files may take, 1 to 100; 0: 50.
 *     Services that make files for a user are not held to it
 */
public record TenantFiles(
    long bytes, long files, long largest, List<String> types, int userPercent) {
  private static final long GIB = 1L << 30;
  private static final Pattern TYPE = Pattern.compile("[a-z0-9.+-]+/([a-z0-9.+-]+|\\*)");

  public static final TenantFiles DEFAULTS = new TenantFiles(0, 0, 0, List.of(), 0);

  public TenantFiles {
    bytes = bytes == 0 ? 10 * GIB : bytes;
    files = files == 0 ? 100_000 : files;
    largest = largest == 0 ? 5 * GIB : largest;
    userPercent = userPercent == 0 ? 50 : userPercent;
    types = types == null ? List.of() : List.copyOf(types);
    var problems = new ArrayList<String>();
    if (bytes < 0 || bytes > 1L << 50) {
      problems.add("bytes: 1 to 2^50, not " + bytes);
    }
    if (files < 0 || files > 10_000_000) {
      problems.add("files: 1 to 10000000, not " + files);
    }
    if (largest < 0 || largest > 1L << 50) {
      problems.add("largest: 1 to 2^50, not " + largest);
    }
    if (userPercent < 0 || userPercent > 100) {
      problems.add("userPercent: 1 to 100, not " + userPercent);
    }
    for (String type : types) {
      if (!TYPE.matcher(type).matches()) {
        problems.add("types: like image/png or image/*, not " + type);
      }
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  public long userBytes() {
    return Math.max(1, bytes * userPercent / 100);
  }

  public long userFiles() {
    return Math.max(1, files * userPercent / 100);
  }

  /** Returns whether content of this type is taken. */
  public boolean takes(String type) {
    return types.isEmpty()
        || types.contains(type)
        || types.contains(type.substring(0, type.indexOf('/')) + "/*");
  }
}
