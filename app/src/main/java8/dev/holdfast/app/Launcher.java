package dev.holdfast.app;

import java.lang.reflect.InvocationTargetException;

/**
 * Where the jar begins: the one class that any Java since 8 can load, so that an older one than is
 * needed is told in a line, and not by an UnsupportedClassVersionError.
 */
public final class Launcher {
  private static final int NEEDED = 17;
  private static final int NOT_STARTED = 4;

  private Launcher() {}

  /** Passes on to {@code Holdfast}. */
  public static void main(String[] args) throws Throwable {
    String refusal =
        refusal(
            System.getProperty("java.specification.version"),
            System.getProperty("java.version"),
            System.getProperty("java.home"));
    if (refusal != null) {
      System.err.println(refusal);
      System.exit(NOT_STARTED);
    }
    try {
      Class.forName("dev.holdfast.app.Holdfast")
          .getMethod("main", String[].class)
          .invoke(null, (Object) args);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  /**
   * Null where this Java will do.
   *
   * @param specification as in "1.8", "11"
   */
  static String refusal(String specification, String version, String home) {
    String feature =
        specification.startsWith("1.") ? specification.substring(2) : specification;
    return Integer.parseInt(feature) >= NEEDED
        ? null
        : "holdfast: Java "
            + NEEDED
            + " or newer is needed, and this is Java "
            + version
            + " in "
            + home
            + ": install a newer one, or put it first on the PATH";
  }
}
