package dev.holdfast.app.config;

import java.util.List;

/**
 * The configuration can't be used. The message lists every problem, one a line, without secrets.
 */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ConfigException(List<String> problems) {
    super("The configuration is not valid:\n  - " + String.join("\n  - ", problems));
  }
}
