package dev.holdfast.app.cluster;

import java.util.Set;

/** What the page of the nodes says that stays of an erased tenant. */
final class Remains {
  /**
   * Its state and its revocation, which keep it out; what operators did to it, in their own audit
   * log; and its name, with no more, in streams of changes and in the nodes' journals, which are
   * trimmed.
   */
  private static final Set<String> KEPT =
      Set.of(
          "hf:tenants:{nodes}",
          "hf:tenant-changes:{nodes}",
          "hf:revoked:{nodes}",
          "hf:log:{ops/system:audit}",
          "hf:schema-changes",
          "hf:limit-changes");

  private Remains() {}

  /**
   * @param all false: and what says for three minutes how a session ended, or keeps a late
   *     publication out
   */
  static boolean stays(String key, String value, boolean all) {
    if (KEPT.contains(key)) {
      return !value.contains("user0");
    }
    if (key.startsWith("hf:erasing:")) { // of the erasure itself, for two minutes
      return value.matches("m\n\\S+ last");
    }
    if (key.startsWith("hf:jrnl:")) {
      return !value.contains("secret");
    }
    boolean fence = key.startsWith("hf:pub:") && value.matches("g\n\\d+");
    boolean end =
        key.startsWith("hf:sess:") && value.matches("(?s).*ended.*") && !value.contains("user");
    return !all && (fence || end);
  }
}
