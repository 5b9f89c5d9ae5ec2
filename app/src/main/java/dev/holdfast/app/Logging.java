package dev.holdfast.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.holdfast.app.config.HoldfastConfig.LogLevel;
import org.slf4j.LoggerFactory;

/** Sets what is logged; libraries that talk much keep their own level, see logback.xml. */
final class Logging {
  private Logging() {}

  static void level(LogLevel level) {
    if (LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME) instanceof Logger root) {
      root.setLevel(Level.toLevel(level.name()));
      // At TRACE the router writes addresses, with the tokens and tickets that are in some.
      Level vertx = level == LogLevel.TRACE ? Level.DEBUG : null;
      root.getLoggerContext().getLogger("io.vertx").setLevel(vertx);
    }
  }
}
