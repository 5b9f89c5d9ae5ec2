package dev.holdfast.app;

import dev.holdfast.app.start.Release;
import picocli.CommandLine.IVersionProvider;

/** Prints the version of the software and that of Java. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"Holdfast " + Release.own(), "Java " + System.getProperty("java.version")};
  }
}
