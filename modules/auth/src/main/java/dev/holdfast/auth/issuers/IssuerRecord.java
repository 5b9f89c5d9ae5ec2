package dev.holdfast.auth.issuers;

/**
 * An issuer as it is in Redis. That of a removed one stays for some time, so that nobody who has an
 * older one takes the issuer for trusted.
 *
 * @param n number of the change, over all issuers: the newer record counts
 * @param born number of the change that added it; 0: it was removed
 * @param at when it was changed, ms since 1970
 * @param settings JSON; empty: it was removed
 */
record IssuerRecord(String issuer, long n, long born, long at, String settings) {
  private static final int PARTS = 4;

  static IssuerRecord parse(String issuer, String text) {
    String[] words = text.split(" ", PARTS);
    return new IssuerRecord(
        issuer,
        Long.parseLong(words[0]),
        Long.parseLong(words[1]),
        Long.parseLong(words[2]),
        words[3]);
  }

  boolean isRemoved() {
    return born == 0;
  }

  String text() {
    return String.join(" ", "" + n, "" + born, "" + at, settings);
  }

  /** Returns what it takes on the heap, about. */
  long bytes() {
    return 200 + 2L * (issuer.length() + settings.length());
  }
}
