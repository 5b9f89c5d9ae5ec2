package dev.holdfast.core.process;

/** Reads the version of a build. */
public final class BuildVersion {
  private BuildVersion() {}

  /**
   * Returns the version in the manifest of the jar that a class is in; {@code development} if there
   * is none.
   */
  public static String of(Class<?> part) {
    String version = part.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
