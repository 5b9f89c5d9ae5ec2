package dev.holdfast.app;

import picocli.CommandLine.IVersionProvider;

/** Which version this is, by the jar's manifest. */
final class Version implements IVersionProvider {
  static String text() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {"Holdfast " + text(), "Java " + System.getProperty("java.version")};
  }
}
