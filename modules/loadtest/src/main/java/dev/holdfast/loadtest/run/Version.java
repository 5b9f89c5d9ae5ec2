package dev.holdfast.loadtest.run;

/** Of this load test. */
public final class Version {
  private Version() {}

  /** From the jar's manifest; {@code "development"} if there is none. */
  public static String text() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
