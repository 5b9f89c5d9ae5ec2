package dev.holdfast.runs.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

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

  void need(String setting, boolean there, boolean needed, Object kind) {
    if (needed && !there) {
      problems.add(setting + ": needed for the kind " + name(kind));
    }
    mayHave(setting, there, needed, kind);
  }

  void mayHave(String setting, boolean there, boolean allowed, Object kind) {
    if (there && !allowed) {
      problems.add(setting + ": not for the kind " + name(kind));
    }
  }

  void read(String setting, String value, Function<String, ?> reader) {
    try {
      reader.apply(value);
    } catch (IllegalArgumentException e) {
      problem(setting, String.valueOf(e.getMessage()));
    }
  }

  void problem(String setting, String text) {
    problems.add(setting + ": " + text);
  }

  private static String name(Object kind) {
    return kind.toString().toLowerCase(Locale.ROOT);
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
