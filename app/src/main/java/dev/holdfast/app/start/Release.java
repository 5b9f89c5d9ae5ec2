package dev.holdfast.app.start;

import dev.holdfast.core.process.BuildVersion;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version of the software, as far as it decides which nodes may run together: those of the same
 * major version whose minor versions are at most one apart, so that a cluster can be upgraded node
 * by node.
 *
 * @param major -1 for one that was not released: it runs with all
 */
public record Release(int major, int minor) {
  private static final Pattern FORM = Pattern.compile("(\\d{1,6})\\.(\\d{1,6})(\\D.*)?");

  /** Returns the version of this software. */
  public static String own() {
    return BuildVersion.of(Release.class);
  }

  static Release of(String version) {
    Matcher form = FORM.matcher(version);
    return form.matches()
        ? new Release(Integer.parseInt(form.group(1)), Integer.parseInt(form.group(2)))
        : new Release(-1, 0);
  }

  boolean runsWith(Release other) {
    return major == -1
        || other.major == -1
        || major == other.major && Math.abs(minor - other.minor) <= 1;
  }
}
