package dev.holdfast.app.command;

import dev.holdfast.app.config.ConfigReader;
import dev.holdfast.app.config.HoldfastConfig;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say where settings come from; those of a command line win over all others. */
public final class ConfigOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "YAML file with settings; default: the one that $HOLDFAST_CONFIG names.")
  private @Nullable Path config;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Folder of the generated key and the embedded Redis; default ./.holdfast.")
  private @Nullable Path data;

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      description = "File with the secret of HS256 tokens, 32 bytes or more; sets auth.keys.")
  private @Nullable Path keyFile;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "Any setting, for example gateway.heartbeat=10s; may be repeated. In the environment:"
              + " HOLDFAST_GATEWAY_HEARTBEAT=10s.")
  private Map<String, String> settings = new LinkedHashMap<>();

  /**
   * Reads the settings for a command that is no member of the bus. A terminal may have a service's
   * credentials in its environment, which are not a node's; this command needs neither.
   */
  public HoldfastConfig readWithoutBus() {
    return reader().without("cluster").read();
  }

  public ConfigReader reader() {
    var reader = new ConfigReader(System.getenv()).file(config);
    settings.forEach(reader::flag);
    if (keyFile != null) {
      String quoted = keyFile.toString().replace("'", "''");
      reader.flag("auth.keys", "[{algorithm: HS256, secret: {file: '" + quoted + "'}}]");
    }
    return reader.flag("data", data);
  }
}
