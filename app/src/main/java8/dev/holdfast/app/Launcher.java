package dev.holdfast.app;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/**
 * The entry point of the jar: the one class that any Java since 8 can load. Two mistakes are
 * reported in a line instead of a stack trace: an older Java than is needed, and a jar that was
 * copied without its libraries.
 */
public final class Launcher {
  private static final int NEEDED = 17;
  private static final int NOT_STARTED = 4;

  private Launcher() {}

  /** Passes on to {@code Holdfast}. */
  public static void main(String[] args) throws Throwable {
    refuse(
        refusal(
            System.getProperty("java.specification.version"),
            System.getProperty("java.version"),
            System.getProperty("java.home")));
    try {
      start(args);
    } catch (NoClassDefFoundError e) {
      refuse(incomplete(jar()));
      throw e;
    }
  }

  private static void start(String[] args) throws Throwable {
    try {
      Class.forName("dev.holdfast.app.Holdfast")
          .getMethod("main", String[].class)
          .invoke(null, (Object) args);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static void refuse(String refusal) {
    if (refusal != null) {
      System.err.println(refusal);
      System.exit(NOT_STARTED);
    }
  }

  /**
   * Returns what is needed; none: this Java will do.
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

  /** Returns what is missing; none: every library that the jar's manifest names is there. */
  static String incomplete(File jar) throws IOException {
    String[] libraries = libraries(jar);
    List<String> missing = new ArrayList<>();
    for (String library : libraries) {
      if (!new File(jar.getAbsoluteFile().getParentFile(), library).isFile()) {
        missing.add(library);
      }
    }
    return missing.isEmpty()
        ? null
        : "holdfast: "
            + missing.size()
            + " of "
            + libraries.length
            + " libraries are missing beside "
            + jar
            + ", the first is "
            + missing.get(0)
            + ": copy the jar together with its folder lib/";
  }

  /** Relative to the jar's folder; none if it is a folder of classes. */
  private static String[] libraries(File jar) throws IOException {
    if (!jar.isFile()) {
      return new String[0];
    }
    try (JarFile file = new JarFile(jar)) {
      Manifest manifest = file.getManifest();
      String path =
          manifest == null
              ? null
              : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
      return path == null ? new String[0] : path.trim().split("\\s+");
    }
  }

  private static File jar() throws URISyntaxException {
    return new File(
        Launcher.class.getProtectionDomain().getCodeSource().getLocation().toURI());
  }
}
