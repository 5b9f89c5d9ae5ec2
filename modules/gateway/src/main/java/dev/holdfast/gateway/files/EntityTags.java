package dev.holdfast.gateway.files;

/** Entity tags in conditions (RFC 9110, 13.1); ours are strong: a file's SHA-256. */
final class EntityTags {
  private EntityTags() {}

  static String of(String sha256) {
    return '"' + sha256 + '"';
  }

  /**
   * Returns whether a list of tags has this one, or is {@code *}.
   *
   * @param weak whether one that is marked as weak counts, too
   */
  static boolean has(String list, String tag, boolean weak) {
    if (list.strip().equals("*")) {
      return true;
    }
    for (String one : list.split(",")) {
      String entry = one.strip();
      if (entry.equals(tag) || weak && entry.equals("W/" + tag)) {
        return true;
      }
    }
    return false;
  }
}
