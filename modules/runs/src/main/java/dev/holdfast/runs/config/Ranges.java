package dev.holdfast.runs.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with a record of settings, to report all of it at once. */
final class Ranges {
  private final String name;
  private final List<String> problems = new ArrayList<>();

  Ranges(String name) {
    this.name = name;
  }

  <T extends Comparable<T>> void check(String setting, T value, T least, T most) {
    if (value == null || value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      problems.add(setting + ": " + said(least) + " to " + said(most) + ", not " + said(value));
    }
  }

  private static String said(Object value) {
    return value instanceof Duration time ? time.toString() : String.valueOf(value);
  }

  void refuse() {
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(name + ": " + String.join("; ", problems));
    }
  }
}
